/**
 * What a round brush covers. A pixel is covered when its middle lies in the disc, or between two
 * discs that follow each other: hard edges, the same for painting and for erasing.
 */
import type { Box, Point } from '../geometry/point';
import type { MaskEditor } from './editor';

/** A place of the brush: image pixels, `radius` too. */
export interface Dab extends Point {
  readonly radius: number;
}

/**
 * The middle of a brush of a whole diameter so that it covers whole pixels evenly: the middle of a
 * pixel for odd diameters, a corner for even ones. Large brushes do not show the difference.
 */
export function brushCenter(at: Point, diameter: number): Point {
  const half = Math.round(diameter) % 2 === 1 ? 0.5 : 0;
  return { x: Math.round(at.x - half) + half, y: Math.round(at.y - half) + half };
}

/** Paints or clears everything between two dabs, both included. Gives the box that it may have changed. */
export function strokeSegment(editor: MaskEditor, from: Dab, to: Dab, paint: boolean): Box {
  const box = {
    minX: Math.floor(Math.min(from.x - from.radius, to.x - to.radius)),
    minY: Math.floor(Math.min(from.y - from.radius, to.y - to.radius)),
    maxX: Math.ceil(Math.max(from.x + from.radius, to.x + to.radius)) + 1,
    maxY: Math.ceil(Math.max(from.y + from.radius, to.y + to.radius)) + 1,
  };
  const sides = tangents(from, to);
  for (let y = box.minY; y < box.maxY; y++) {
    const middle = y + 0.5;
    let left = Infinity;
    let right = -Infinity;
    // The hull of two discs is convex: a row meets it in one stretch.
    for (const dab of [from, to]) {
      const reach = dab.radius * dab.radius - (middle - dab.y) * (middle - dab.y);
      if (reach < 0) continue;
      const half = Math.sqrt(reach);
      left = Math.min(left, dab.x - half);
      right = Math.max(right, dab.x + half);
    }
    for (const [a, b] of sides) {
      if (middle < Math.min(a.y, b.y) || middle > Math.max(a.y, b.y) || a.y === b.y) continue;
      const x = a.x + ((middle - a.y) / (b.y - a.y)) * (b.x - a.x);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
    if (left > right) continue;
    // The tiny allowance keeps pixels whose middle lies on the edge, whatever the rounding.
    editor.span(y, Math.ceil(left - 0.5 - 1e-9), Math.floor(right - 0.5 + 1e-9) + 1, paint);
  }
  return box;
}

/** The two straight sides of the hull of two discs; none when one disc holds the other. */
function tangents(from: Dab, to: Dab): readonly (readonly [Point, Point])[] {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  const lean = length > 0 ? (from.radius - to.radius) / length : 1;
  if (Math.abs(lean) >= 1) return [];
  const upright = Math.sqrt(1 - lean * lean);
  return [1, -1].map((side) => {
    const nx = (dx * lean - side * dy * upright) / length;
    const ny = (dy * lean + side * dx * upright) / length;
    return [
      { x: from.x + nx * from.radius, y: from.y + ny * from.radius },
      { x: to.x + nx * to.radius, y: to.y + ny * to.radius },
    ] as const;
  });
}
