/** The objects of a Pairwise in the page: a click picks one, and the picked one shows it. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Editor } from '../../core/editor';
import { applyInlineStyle } from '../style/inline';
import { pressedSide, SIDES, type Side, sideObject } from './sides';

/** Pixels that a pointer may move in a click. */
const STILL = 4;
/** Parts of an object that have a use of their own. */
const OWN_USE = 'button, a, input, select, textarea, summary, [role="slider"], [role="toolbar"]';

function frameOf(root: ParentNode, editor: Editor, node: ConfigNode, side: Side): HTMLElement | null {
  const name = sideObject(editor, node, side);
  return name === undefined ? null : root.querySelector<HTMLElement>(`[data-object="${CSS.escape(name)}"]`);
}

/** Listens for clicks on both objects; returns the function that ends it. */
export function listenToFrames(root: ParentNode, editor: Editor, node: ConfigNode): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  for (const side of SIDES) {
    const frame = frameOf(root, editor, node, side);
    if (!frame) continue;
    let down: PointerEvent | null = null;
    frame.addEventListener('pointerdown', (event) => (down = event.button === 0 ? event : null), { signal });
    frame.addEventListener(
      'click',
      (event) => {
        const began = down;
        down = null;
        if (!began || Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) > STILL) return;
        if ((event.target as Element | null)?.closest(OWN_USE)) return;
        // A click that selects a region or uses a label is no vote.
        const object = sideObject(editor, node, side) ?? '';
        if (editor.labels.activeControls(object).length > 0 || editor.document.view.selected.length > 0) return;
        if (frame.ownerDocument.getSelection()?.isCollapsed === false) return;
        pressedSide(editor, node, side);
      },
      { signal },
    );
  }
  return () => abort.abort();
}

/** Shows which object is picked; returns the function that takes the marks away. */
export function markFrames(root: ParentNode, editor: Editor, node: ConfigNode, chosen: Side | null): () => void {
  const undo: (() => void)[] = [];
  for (const side of SIDES) {
    const frame = frameOf(root, editor, node, side);
    if (!frame) continue;
    const classes = (node.get(`${side}Class`) ?? '').split(/\s+/).filter((word) => word !== '');
    frame.classList.add(...classes);
    frame.dataset['pairwise'] = side === chosen ? 'chosen' : 'offered';
    const names = side === chosen ? applyInlineStyle(frame, node.get('selectionStyle') ?? '') : [];
    undo.push(() => {
      frame.classList.remove(...classes);
      delete frame.dataset['pairwise'];
      for (const name of names) frame.style.removeProperty(name);
    });
  }
  return () => {
    for (const step of undo) step();
  };
}
