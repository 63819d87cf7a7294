/** Dragging a panel by its tab: where it would go, and letting it go there. */
import { useSyncExternalStore } from 'react';
import { Emitter } from '../../core/emitter';
import { type PanelLayout, type PanelSide, type PanelTarget, SIDES } from '../../core/panel-layout';

/** Pixels that the pointer must move before a press becomes a drag. */
const SLACK = 6;
/** Pixels at the rim of the workspace where a panel docks. */
const RIM = 72;

export interface PanelDrag {
  readonly panel: string;
  readonly target: PanelTarget;
  /** What would be taken, in the workspace, CSS pixels. */
  readonly hint: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

const changed = new Emitter();
let current: PanelDrag | null = null;

function set(next: PanelDrag | null): void {
  current = next;
  changed.emit();
}

export function usePanelDrag(): PanelDrag | null {
  return useSyncExternalStore(changed.subscribe, () => current);
}

/** Follows the pointer from a press on a tab until it is let go; Escape leaves the panel where it was. */
export function startPanelDrag(event: React.PointerEvent<HTMLElement>, panel: string, layout: PanelLayout): void {
  const workspace = event.currentTarget.closest<HTMLElement>('[data-workspace]');
  if (event.button !== 0 || !workspace) return;
  const tab = event.currentTarget;
  const from = { x: event.clientX, y: event.clientY };
  const abort = new AbortController();
  const { signal } = abort;
  const end = () => {
    abort.abort();
    set(null);
  };
  tab.ownerDocument.addEventListener(
    'pointermove',
    (moved) => {
      if (moved.pointerId !== event.pointerId) return;
      if (current === null && Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < SLACK) return;
      if (current === null) tab.setPointerCapture(event.pointerId);
      moved.preventDefault();
      set(locate(workspace, panel, moved.clientX, moved.clientY));
    },
    { signal },
  );
  tab.ownerDocument.addEventListener(
    'pointerup',
    () => {
      const done = current;
      end();
      if (!done) return;
      // The click that follows a drag is none.
      tab.addEventListener('click', (click) => click.stopImmediatePropagation(), { once: true, capture: true });
      layout.move(panel, done.target);
    },
    { signal },
  );
  tab.ownerDocument.addEventListener('pointercancel', end, { signal });
  tab.ownerDocument.addEventListener(
    'keydown',
    (key) => {
      if (key.key !== 'Escape' || !current) return;
      key.preventDefault();
      key.stopPropagation();
      end();
    },
    { signal, capture: true },
  );
}

function locate(workspace: HTMLElement, panel: string, x: number, y: number): PanelDrag {
  const box = workspace.getBoundingClientRect();
  const group = workspace.ownerDocument
    .elementsFromPoint(x, y)
    .find((one): one is HTMLElement => one instanceof HTMLElement && one.dataset['dropGroup'] !== undefined);
  const side = edge(box, x, y);
  const relative = (rect: DOMRect) => ({
    left: rect.left - box.left,
    top: rect.top - box.top,
    width: rect.width,
    height: rect.height,
  });
  if (group && !(side && SIDES.includes(side) && nearer(box, side, x, y))) {
    const tabs = [...group.querySelectorAll<HTMLElement>('[data-panel-tab]')];
    const before = tabs.find((one) => {
      const rect = one.getBoundingClientRect();
      return y >= rect.top && y <= rect.bottom && x < rect.left + rect.width / 2;
    });
    const name = before?.dataset['panelTab'];
    return {
      panel,
      target: { to: 'group', group: group.dataset['dropGroup'] as string, ...(name ? { before: name } : {}) },
      hint: relative(group.getBoundingClientRect()),
    };
  }
  if (side) {
    const width = Math.min(280, box.width / 3);
    const height = Math.min(220, box.height / 3);
    const hint =
      side === 'bottom'
        ? { left: 0, top: box.height - height, width: box.width, height }
        : { left: side === 'left' ? 0 : box.width - width, top: 0, width, height: box.height };
    return { panel, target: { to: 'side', side }, hint };
  }
  const left = Math.max(0, x - box.left - 40);
  const top = Math.max(0, y - box.top - 14);
  return { panel, target: { to: 'float', x: left, y: top }, hint: { left, top, width: 320, height: 240 } };
}

function edge(box: DOMRect, x: number, y: number): PanelSide | null {
  if (y > box.bottom - RIM) return 'bottom';
  if (x < box.left + RIM) return 'left';
  return x > box.right - RIM ? 'right' : null;
}

/** Over a group that stands at the rim itself, only the outermost pixels mean a new group. */
function nearer(box: DOMRect, side: PanelSide, x: number, y: number): boolean {
  if (side === 'bottom') return y > box.bottom - RIM / 4;
  return side === 'left' ? x < box.left + RIM / 4 : x > box.right - RIM / 4;
}
