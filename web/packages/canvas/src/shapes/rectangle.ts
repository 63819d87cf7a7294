/** The rectangle: eight handles and one to turn it. */
import type { Matrix } from '../geometry/matrix';
import {
  type Box,
  boxAround,
  distance,
  encloses,
  intersects,
  normalizeDegrees,
  type Point,
  segmentsMeet,
} from '../geometry/point';
import { nearestOnOutline } from '../geometry/polygon';
import { at, corners, type Rectangle, rotateAbout, scaleAbout, toLocal } from '../geometry/rectangle';
import { frameHandles, moveFrameHandle } from './frame';
import type { HandleDrag, PathSink, Shape, ShapeKind } from './shape';

export interface RectangleShape extends Shape, Rectangle {
  readonly kind: 'rectangle';
}

export const rectangleKind: ShapeKind<RectangleShape> = {
  kind: 'rectangle',
  bounds: (shape) =>
    shape.rotation === 0
      ? { minX: shape.x, minY: shape.y, maxX: shape.x + shape.width, maxY: shape.y + shape.height }
      : boxAround(corners(shape)),
  area: (shape) => shape.width * shape.height,
  distance(shape, point) {
    const local = toLocal(shape, point);
    const dx = Math.max(0, -local.x, local.x - shape.width);
    const dy = Math.max(0, -local.y, local.y - shape.height);
    return Math.hypot(dx, dy);
  },
  meets(shape, box) {
    const bounds = rectangleKind.bounds(shape);
    if (!intersects(bounds, box)) return false;
    if (shape.rotation === 0 || encloses(box, bounds)) return true;
    const frame = corners(shape);
    const sides = corners({
      x: box.minX,
      y: box.minY,
      width: box.maxX - box.minX,
      height: box.maxY - box.minY,
      rotation: 0,
    });
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        if (segmentsMeet(pick(frame, i), pick(frame, i + 1), pick(sides, j), pick(sides, j + 1))) return true;
      }
    }
    return rectangleKind.distance(shape, pick(sides, 0)) === 0 || inside(box, pick(frame, 0));
  },
  trace(shape, path, matrix) {
    const [a, b, c, d] = corners(shape);
    move(path, matrix, a);
    line(path, matrix, b);
    line(path, matrix, c);
    line(path, matrix, d);
    path.closePath();
  },
  filled: () => true,
  upright: (shape) => (shape.rotation === 0 ? rectangleKind.bounds(shape) : null),
  frame: (shape) => shape,
  handles: (shape, { rotatable }) => frameHandles(shape, rotatable),
  moveHandle: moveRectangleHandle,
  translate: (shape, dx, dy) => ({ ...shape, x: shape.x + dx, y: shape.y + dy }),
  scale: (shape, origin, sx, sy) => ({ ...scaleAbout(shape, origin, sx, sy), kind: 'rectangle' }),
  rotate: (shape, origin, degrees) => ({ ...rotateAbout(shape, origin, degrees), kind: 'rectangle' }),
  snap(shape) {
    const x = Math.round(shape.x);
    const y = Math.round(shape.y);
    if (shape.rotation !== 0) {
      return {
        ...shape,
        x,
        y,
        width: Math.max(1, Math.round(shape.width)),
        height: Math.max(1, Math.round(shape.height)),
      };
    }
    // Edges are rounded, not sizes: what was under the right edge stays under it.
    return {
      ...shape,
      x,
      y,
      width: Math.max(1, Math.round(shape.x + shape.width) - x),
      height: Math.max(1, Math.round(shape.y + shape.height) - y),
    };
  },
  nearestVertex(shape, point, tolerance) {
    let best: Point | null = null;
    for (const corner of corners(shape)) {
      if (distance(corner, point) <= (best ? distance(best, point) : tolerance)) best = corner;
    }
    return best;
  },
  nearestEdge: (shape, point) =>
    nearestOnOutline(Float64Array.from(corners(shape).flatMap(({ x, y }) => [x, y])), true, point),
};

function moveRectangleHandle(shape: RectangleShape, drag: HandleDrag): RectangleShape {
  if (drag.handle === 'rotate') {
    const middle = at(shape, 0.5, 0.5);
    const towards = (Math.atan2(drag.to.y - middle.y, drag.to.x - middle.x) * 180) / Math.PI + 90;
    const wanted = drag.snapAngle ? Math.round(towards / 15) * 15 : towards;
    const turned = rotateAbout(shape, middle, wanted - shape.rotation);
    // The wanted angle itself, not the sum: snapping to 45° must give 45.
    return { ...turned, rotation: normalizeDegrees(wanted), kind: 'rectangle' };
  }
  const frame = moveFrameHandle(shape, rectangleKind.bounds(shape), drag);
  if (!frame) return shape;
  const resized: RectangleShape = { ...frame, kind: 'rectangle' };
  return drag.snapToPixel && shape.rotation === 0 ? rectangleKind.snap(resized) : resized;
}

function pick(points: readonly Point[], index: number): Point {
  return points[index % points.length] as Point;
}

function inside(box: Box, point: Point): boolean {
  return point.x >= box.minX && point.x <= box.maxX && point.y >= box.minY && point.y <= box.maxY;
}

function move(path: PathSink, m: Matrix, p: Point): void {
  path.moveTo(m.a * p.x + m.c * p.y + m.e, m.b * p.x + m.d * p.y + m.f);
}

function line(path: PathSink, m: Matrix, p: Point): void {
  path.lineTo(m.a * p.x + m.c * p.y + m.e, m.b * p.x + m.d * p.y + m.f);
}
