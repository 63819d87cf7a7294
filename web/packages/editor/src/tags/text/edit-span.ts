/** Moving the ends of the selected span with keys, from anywhere in the editor. */
import { step } from '@labelkeep/text';
import type { Action } from '../../core/actions';
import type { Editor } from '../../core/editor';
import type { SpanView } from './span-view';

/** Moves one end of the selected span; the span keeps at least one character. */
export function moveEnd(view: SpanView, side: 'start' | 'end', to: (place: number) => number): void {
  const { editor } = view.context;
  const { document } = editor;
  const id = document.view.single;
  const region = id === null ? undefined : document.store.get(id);
  if (!view.surface || !region || region.object !== view.name || !document.canChange(region.id)) return;
  const { start, end } = view.units(region);
  const length = view.surface.text.length;
  const next =
    side === 'start'
      ? { start: Math.max(0, Math.min(to(start), end - 1)), end }
      : { start, end: Math.min(length, Math.max(to(end), start + 1)) };
  if (next.start === start && next.end === end) return;
  document.edit('Change span', (edit) => edit.setGeometry(region.id, view.geometry(next.start, next.end)), {
    mergeKey: `span-${region.id}-${side}`,
  });
  editor.announce(view.surface.text.slice(next.start, Math.min(next.end, next.start + 80)));
}

/** The text objects of an editor; their actions are registered once, and act where the selection or the focus is. */
const views = new WeakMap<Editor, { readonly all: Set<SpanView>; off: () => void }>();

/** Offers the keys of text objects while there is one; returns the function that takes this one out. */
export function shareSpanActions(view: SpanView): () => void {
  const { editor } = view.context;
  const shared = views.get(editor) ?? { all: new Set<SpanView>(), off: () => {} };
  views.set(editor, shared);
  if (shared.all.size === 0) shared.off = editor.actions.register(spanActions(editor, shared.all));
  shared.all.add(view);
  return () => {
    shared.all.delete(view);
    if (shared.all.size === 0) shared.off();
  };
}

function spanActions(editor: Editor, all: ReadonlySet<SpanView>): Action[] {
  const selected = (): SpanView | undefined => {
    const id = editor.document.view.single;
    const region = id === null ? undefined : editor.document.store.get(id);
    if (!region || !editor.document.canChange(region.id)) return undefined;
    return [...all].find((view) => view.name === region.object && view.kind === region.kind);
  };
  const action = (id: string, label: string, shortcut: string, side: 'start' | 'end', direction: 1 | -1): Action => ({
    id: `text.${id}`,
    label,
    group: 'Text',
    shortcut,
    repeat: true,
    enabled: () => selected() !== undefined,
    run: () => {
      const view = selected();
      if (view) moveEnd(view, side, (place) => step(view.surface?.text ?? '', place, direction, 'symbol'));
    },
  });
  return [
    action('end-forward', 'Move the end of the span forward', 'alt+shift+arrowright', 'end', 1),
    action('end-back', 'Move the end of the span back', 'alt+shift+arrowleft', 'end', -1),
    action('start-forward', 'Move the start of the span forward', 'alt+shift+arrowdown', 'start', 1),
    action('start-back', 'Move the start of the span back', 'alt+shift+arrowup', 'start', -1),
    {
      id: 'text.focus',
      label: 'Move through the text with the keyboard; again: through the next text',
      group: 'Text',
      shortcut: 'alt+t',
      run: () => nextText(editor, all)?.surface?.element.focus(),
    },
  ];
}

/** The text after the one with the focus, in order of the configuration; at first that of the current element. */
function nextText(editor: Editor, all: ReadonlySet<SpanView>): SpanView | undefined {
  const order = editor.config.objects.flatMap((node) => [...all].find((view) => view.context.node === node) ?? []);
  const at = order.findIndex((view) => view.focused);
  if (at >= 0) return order[(at + 1) % order.length];
  return order.find((view) => editor.elements.has(view.context.node)) ?? order[0];
}
