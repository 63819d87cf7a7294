/** Dragging a card with mouse, pen or finger: where it would fall. */
import type { RefObject } from 'react';

/** Pixels before a press becomes a drag. */
const STILL = 4;
/** Near the edge of the scrolling area a drag scrolls it. */
const EDGE = 36;

export interface DragTarget {
  readonly column: string;
  readonly index: number;
}

interface Drag {
  readonly board: RefObject<HTMLElement | null>;
  readonly id: string;
  readonly onMove: (target: DragTarget) => void;
  readonly onDrop: () => void;
  readonly onCancel: () => void;
}

/** Follows a press until it is let go. Escape, or another finger, calls it off. */
export function startDrag(down: PointerEvent, { board, id, onMove, onDrop, onCancel }: Drag): void {
  const page = board.current?.ownerDocument;
  if (!page) return;
  const abort = new AbortController();
  const { signal } = abort;
  let dragging = false;
  const end = (drop: boolean) => {
    abort.abort();
    if (!dragging) return;
    if (drop) onDrop();
    else onCancel();
  };
  page.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerId !== down.pointerId) return;
      if (!dragging && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) <= STILL) return;
      dragging = true;
      event.preventDefault();
      page.getSelection()?.removeAllRanges();
      scrollAtEdge(board.current, event.clientY);
      const target = targetAt(board.current, id, event.clientX, event.clientY);
      if (target) onMove(target);
    },
    { signal },
  );
  page.addEventListener('pointerup', (event) => event.pointerId === down.pointerId && end(true), { signal });
  page.addEventListener('pointercancel', () => end(false), { signal });
  page.addEventListener('pointerdown', () => end(false), { signal, capture: true });
  page.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !dragging) return;
      event.preventDefault();
      event.stopPropagation();
      end(false);
    },
    { signal, capture: true },
  );
}

/** The column under (or nearest to) a point, and the place between its cards. */
function targetAt(board: HTMLElement | null, id: string, x: number, y: number): DragTarget | null {
  let nearest: { element: HTMLElement; distance: number } | null = null;
  for (const element of board?.querySelectorAll<HTMLElement>('[data-column]') ?? []) {
    const box = element.getBoundingClientRect();
    const distance = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    if (!nearest || distance < nearest.distance) nearest = { element, distance };
  }
  if (!nearest) return null;
  const cards = [...nearest.element.querySelectorAll<HTMLElement>('[data-item]')].filter(
    (card) => card.dataset['item'] !== id,
  );
  const index = cards.filter((card) => {
    const box = card.getBoundingClientRect();
    return box.top + box.height / 2 < y;
  }).length;
  return { column: nearest.element.dataset['column'] ?? '', index };
}

function scrollAtEdge(board: HTMLElement | null, y: number): void {
  for (let element = board?.parentElement ?? null; element; element = element.parentElement) {
    if (element.scrollHeight <= element.clientHeight || getComputedStyle(element).overflowY === 'visible') continue;
    const box = element.getBoundingClientRect();
    if (y < box.top + EDGE) element.scrollBy(0, -14);
    else if (y > box.bottom - EDGE) element.scrollBy(0, 14);
    return;
  }
}
