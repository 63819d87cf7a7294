/** Boxes of the image as rectangles of the page. */
import type { Camera } from './camera';
import type { Box } from './geometry/point';

/** CSS pixels, cut to the viewport: what is scrolled out of view stands at its edge. */
export function pageBoxOf(box: Box, camera: Camera, element: HTMLElement): DOMRect {
  const view = element.getBoundingClientRect();
  const a = camera.toScreen({ x: box.minX, y: box.minY });
  const b = camera.toScreen({ x: box.maxX, y: box.maxY });
  const within = (value: number, size: number) => Math.max(0, Math.min(size, value));
  const left = within(Math.min(a.x, b.x), view.width);
  const top = within(Math.min(a.y, b.y), view.height);
  const right = within(Math.max(a.x, b.x), view.width);
  const bottom = within(Math.max(a.y, b.y), view.height);
  return new DOMRect(view.left + left, view.top + top, right - left, bottom - top);
}
