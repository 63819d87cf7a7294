/** Where a long list is scrolled to: rows in pixels, whatever the browser's limit of a scroll box. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { scrollMap } from './scroll-map';

/** A place in a list, to come back to. */
export interface TablePosition {
  /** Pixels of the rows above the first one on screen. */
  top: number;
  /** The row that the keys act on. */
  active: number;
}

/** Milliseconds without a scroll after which box and rows are brought together again. */
const REST = 150;

export interface ListScroll {
  /** Height of the scroll box's content, in pixels. */
  readonly height: number;
  /** Room for rows, in pixels. */
  readonly viewport: number;
  /** First pixel of the rows that is on screen. */
  readonly pixel: number;
  /** How far the window of rows that begins with this pixel is moved within the box. */
  shift(pixel: number): number;
  onScroll(): void;
  /** Shows this pixel first. */
  scrollTo(pixel: number): void;
}

/** `head`: pixels of the box that no row has, as its head is always there. */
export function useListScroll(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  head: number,
  position: TablePosition | undefined,
): ListScroll {
  const map = useMemo(() => scrollMap(count, rowHeight), [count, rowHeight]);
  const [viewport, setViewport] = useState(600);
  const [state, setState] = useState({ top: 0, pixel: position?.top ?? 0 });
  const latest = useRef(state);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const set = useCallback((next: { top: number; pixel: number }) => {
    latest.current = next;
    setState(next);
  }, []);
  const place = useCallback(
    (pixel: number) => {
      const element = box.current;
      if (!element) return;
      const room = element.clientHeight - head;
      const within = Math.max(0, Math.min(map.whole - room, pixel));
      element.scrollTop = map.positionOf(within, room);
      set({ top: element.scrollTop, pixel: within });
    },
    [box, head, map, set],
  );
  const settle = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const wanted = map.positionOf(latest.current.pixel, element.clientHeight - head);
    if (Math.abs(wanted - element.scrollTop) > 1) place(latest.current.pixel);
  }, [box, head, map, place]);
  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element || element.scrollTop === latest.current.top) return;
    const room = element.clientHeight - head;
    const { top, pixel } = latest.current;
    const next = map.move(pixel, top, element.scrollTop, room);
    const atEnd = element.scrollTop <= 0 || element.scrollTop >= map.height - room - 1;
    // The box has come to its end before the rows have.
    if (atEnd && next > room && next < map.whole - 2 * room) place(next);
    else set({ top: element.scrollTop, pixel: atEnd ? map.pixelAt(element.scrollTop, room) : next });
    clearTimeout(rest.current);
    rest.current = setTimeout(settle, REST);
  }, [box, head, map, place, set, settle]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = new ResizeObserver(() => setViewport(element.clientHeight - head));
    measure.observe(element);
    return () => measure.disconnect();
  }, [box, head]);
  // Rows of another height, or fewer of them: the box has to say so anew.
  const before = useRef(rowHeight);
  useLayoutEffect(() => {
    const row = latest.current.pixel / before.current;
    before.current = rowHeight;
    place(row * rowHeight);
  }, [rowHeight, place]);
  useEffect(() => () => clearTimeout(rest.current), []);
  useEffect(() => {
    if (position) position.top = state.pixel;
  }, [position, state.pixel]);

  return {
    height: map.height,
    viewport,
    pixel: state.pixel,
    shift: (pixel) => state.top + pixel - state.pixel,
    onScroll,
    scrollTo: place,
  };
}
