/** Dragging a row of the regions tree onto another one, which becomes its parent, or onto the free space. */

/** Pixels that the pointer must move before a press becomes a drag. */
const SLACK = 5;

/** `prefix` is what row ids begin with. `onDrop` gets the region, and the one it was let go on (null: none). */
export function startRowDrag(
  event: React.PointerEvent<HTMLElement>,
  prefix: string,
  onDrop: (dragged: string, onto: string | null) => void,
): void {
  // A finger scrolls; the row's menu groups regions there.
  if (event.button !== 0 || event.pointerType === 'touch') return;
  const list = event.currentTarget;
  const row = rowAt(event.target, prefix);
  if (!row || (event.target as Element).closest('button')) return;
  const dragged = row.id.slice(prefix.length);
  const page = list.ownerDocument;
  const abort = new AbortController();
  const { signal } = abort;
  let over: HTMLElement | null = null;
  let running = false;
  const mark = (next: HTMLElement | null) => {
    over?.removeAttribute('data-drop');
    next?.setAttribute('data-drop', '');
    over = next;
  };
  const end = () => {
    abort.abort();
    mark(null);
    list.removeAttribute('data-dragging');
  };
  page.addEventListener(
    'pointermove',
    (moved) => {
      if (!running && Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < SLACK) return;
      running = true;
      list.setAttribute('data-dragging', '');
      const target = page.elementFromPoint(moved.clientX, moved.clientY);
      const next = target && list.contains(target) ? (rowAt(target, prefix) ?? list) : null;
      mark(next === row ? null : next);
      const box = list.getBoundingClientRect();
      if (moved.clientY < box.top + 24) list.scrollTop -= 12;
      else if (moved.clientY > box.bottom - 24) list.scrollTop += 12;
    },
    { signal },
  );
  page.addEventListener(
    'pointerup',
    () => {
      const onto = over;
      end();
      if (!running) return;
      // The click that follows a drag selects nothing.
      list.addEventListener('click', (click) => click.stopPropagation(), { once: true, capture: true });
      if (onto) onDrop(dragged, onto === list ? null : onto.id.slice(prefix.length));
    },
    { signal },
  );
  page.addEventListener('pointercancel', end, { signal });
  page.addEventListener('keydown', (key) => key.key === 'Escape' && end(), { signal, capture: true });
}

function rowAt(target: EventTarget | null, prefix: string): HTMLElement | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[role=treeitem]') : null;
  return row?.id.startsWith(prefix) && row.dataset['region'] !== undefined ? row : null;
}
