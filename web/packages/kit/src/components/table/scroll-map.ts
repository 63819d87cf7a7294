/**
 * Rows and pixels of a long list. Browsers cap a scroll box at about 16.7 million pixels, which is half a million rows of
 * 32 px; beyond that the box is shorter than the rows, and its position is mapped to a pixel of the rows by proportion.
 */
export interface ScrollMap {
  /** Height of the scroll box, in pixels. */
  readonly height: number;
  /** Height of all rows, in pixels. */
  readonly whole: number;
  /** The pixel of the rows that a position of the box stands for. */
  pixelAt(scrollTop: number, viewport: number): number;
  /** The position of the box that stands for a pixel of the rows. */
  positionOf(pixel: number, viewport: number): number;
  /** The pixel after the box has moved from one position to another, when `pixel` was shown before. */
  move(pixel: number, from: number, to: number, viewport: number): number;
}

const LIMIT = 15_000_000;

export function scrollMap(count: number, rowHeight: number): ScrollMap {
  const whole = count * rowHeight;
  const height = Math.min(whole, LIMIT);
  const isShortened = whole > LIMIT;
  const scale = (viewport: number) => (isShortened ? (whole - viewport) / Math.max(1, height - viewport) : 1);
  const within = (pixel: number, viewport: number) => Math.max(0, Math.min(whole - viewport, pixel));
  const pixelAt = (scrollTop: number, viewport: number) => within(scrollTop * scale(viewport), viewport);
  return {
    height,
    whole,
    pixelAt,
    positionOf: (pixel, viewport) => Math.max(0, Math.min(height - viewport, pixel / scale(viewport))),
    move(pixel, from, to, viewport) {
      // The ends are the ends, and a long way is a bar that was dragged. A short way is a wheel or a finger: the rows go
      // with it pixel by pixel, however many there are.
      const isFar = Math.abs(to - from) > 1.5 * viewport;
      return isShortened && !isFar ? within(pixel + to - from, viewport) : pixelAt(to, viewport);
    },
  };
}
