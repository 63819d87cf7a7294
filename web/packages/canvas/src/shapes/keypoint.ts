/** The key point: a place with a radius. It can be moved and sized, not turned. */
import { apply } from '../geometry/matrix';
import { distance, rotatePoint } from '../geometry/point';
import type { Shape, ShapeKind } from './shape';

/** In pixels of the image. */
export interface KeyPointShape extends Shape {
  readonly kind: 'keypoint';
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Drawn with at least this radius, device pixels: a point of no size must still be found. */
const LEAST_RADIUS = 2;

export const keyPointKind: ShapeKind<KeyPointShape> = {
  kind: 'keypoint',
  marker: true,
  bounds: ({ x, y, radius }) => ({ minX: x - radius, minY: y - radius, maxX: x + radius, maxY: y + radius }),
  // Smaller than everything that it can lie on: it is what a click on it means.
  area: () => 0,
  distance: (shape, point) => Math.max(0, distance(shape, point) - shape.radius),
  meets: ({ x, y }, box) => x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY,
  trace(shape, path, matrix) {
    const { x, y } = apply(matrix, shape);
    const radius = Math.max(LEAST_RADIUS, shape.radius * Math.hypot(matrix.a, matrix.b));
    path.moveTo(x + radius, y);
    path.ellipse(x, y, radius, radius, 0, 0, 2 * Math.PI);
    path.closePath();
  },
  filled: () => true,
  frame: ({ x, y, radius }) => ({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius, rotation: 0 }),
  handles: (shape) => [{ id: 'e', role: 'side', at: { x: shape.x + shape.radius, y: shape.y }, direction: 0 }],
  moveHandle: (shape, drag) =>
    drag.handle === 'e' ? { ...shape, radius: Math.max(0.5, distance(shape, drag.to)) } : shape,
  translate: (shape, dx, dy) => ({ ...shape, x: shape.x + dx, y: shape.y + dy }),
  // In the frame of several regions a point goes along and keeps its size.
  scale: (shape, origin, sx, sy) => ({
    ...shape,
    x: origin.x + (shape.x - origin.x) * sx,
    y: origin.y + (shape.y - origin.y) * sy,
  }),
  rotate: (shape, origin, degrees) => ({ ...shape, ...rotatePoint(shape, origin, degrees) }),
  /** To the middle of a pixel. */
  snap: (shape) => ({ ...shape, x: Math.floor(shape.x) + 0.5, y: Math.floor(shape.y) + 0.5 }),
  nearestVertex: (shape, point, tolerance) => (distance(shape, point) <= tolerance ? { x: shape.x, y: shape.y } : null),
};
