/**
 * Rows and pixels of a long table. Browsers cap a scroll box at about 16.7 million pixels, which is half a million rows of
 * 32 px; beyond that the box is shorter than the rows, and its position is mapped to a row by proportion.
 */
export interface ScrollMap {
  /** Height of the scroll box, in pixels. */
  readonly height: number;
  /** First row at a scroll position, with the part of it that is above the edge, in pixels. */
  at(scrollTop: number, viewport: number): { first: number; offset: number };
  /** Scroll position that shows this row first. */
  to(row: number, viewport: number): number;
}

const LIMIT = 15_000_000;

export function scrollMap(count: number, rowHeight: number): ScrollMap {
  const whole = count * rowHeight;
  const height = Math.min(whole, LIMIT);
  const compressed = whole > LIMIT;
  const scale = (viewport: number) => (compressed ? (whole - viewport) / Math.max(1, height - viewport) : 1);
  return {
    height,
    at(scrollTop, viewport) {
      const pixel = Math.max(0, Math.min(whole - viewport, scrollTop * scale(viewport)));
      const first = Math.floor(pixel / rowHeight);
      return { first, offset: pixel - first * rowHeight };
    },
    to: (row, viewport) => Math.max(0, Math.min(height - viewport, (row * rowHeight) / scale(viewport))),
  };
}
