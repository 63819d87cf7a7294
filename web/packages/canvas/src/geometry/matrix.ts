/** Affine maps of the plane, with the six numbers in the order of `CanvasRenderingContext2D.setTransform`. */
import { type Box, boxAround, type Point } from './point';

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
export interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export const IDENTITY: Matrix = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export function apply(m: Matrix, point: Point): Point {
  return { x: m.a * point.x + m.c * point.y + m.e, y: m.b * point.x + m.d * point.y + m.f };
}

/** The map that does `first`, then `second`. */
export function compose(first: Matrix, second: Matrix): Matrix {
  return {
    a: second.a * first.a + second.c * first.b,
    b: second.b * first.a + second.d * first.b,
    c: second.a * first.c + second.c * first.d,
    d: second.b * first.c + second.d * first.d,
    e: second.a * first.e + second.c * first.f + second.e,
    f: second.b * first.e + second.d * first.f + second.f,
  };
}

/** The map back. The matrix must not be singular; those of a camera never are. */
export function invert(m: Matrix): Matrix {
  const determinant = m.a * m.d - m.b * m.c;
  return {
    a: m.d / determinant,
    b: -m.b / determinant,
    c: -m.c / determinant,
    d: m.a / determinant,
    e: (m.c * m.f - m.d * m.e) / determinant,
    f: (m.b * m.e - m.a * m.f) / determinant,
  };
}

/** Bounds of a box after the map. */
export function mapBox(m: Matrix, box: Box): Box {
  return boxAround([
    apply(m, { x: box.minX, y: box.minY }),
    apply(m, { x: box.maxX, y: box.minY }),
    apply(m, { x: box.maxX, y: box.maxY }),
    apply(m, { x: box.minX, y: box.maxY }),
  ]);
}

/** Multiplies everything: from CSS pixels to device pixels. */
export function scaled(m: Matrix, by: number): Matrix {
  return { a: m.a * by, b: m.b * by, c: m.c * by, d: m.d * by, e: m.e * by, f: m.f * by };
}

/** Adds to the result. */
export function moved(m: Matrix, dx: number, dy: number): Matrix {
  return { ...m, e: m.e + dx, f: m.f + dy };
}
