/** The rectangle: eight handles and one to turn it. */
import type { Matrix } from '../geometry/matrix';
import {
  type Box,
  boxAround,
  clampToBox,
  cosSin,
  encloses,
  intersects,
  normalizeDegrees,
  type Point,
  segmentsMeet,
} from '../geometry/point';
import {
  at,
  corners,
  type Rectangle,
  resize,
  rotateAbout,
  type Sides,
  scaleAbout,
  toLocal,
} from '../geometry/rectangle';
import type { Handle, HandleDrag, PathSink, Shape, ShapeKind } from './shape';

export interface RectangleShape extends Shape, Rectangle {
  readonly kind: 'rectangle';
}

/** Handle names with the sides that they move. */
const SIDES: ReadonlyMap<string, Sides> = new Map([
  ['nw', { x: -1, y: -1 }],
  ['n', { x: 0, y: -1 }],
  ['ne', { x: 1, y: -1 }],
  ['e', { x: 1, y: 0 }],
  ['se', { x: 1, y: 1 }],
  ['s', { x: 0, y: 1 }],
  ['sw', { x: -1, y: 1 }],
  ['w', { x: -1, y: 0 }],
]);

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
  handles(shape, { rotatable }) {
    const handles: Handle[] = [];
    for (const [id, sides] of SIDES) {
      handles.push({
        id,
        role: sides.x === 0 || sides.y === 0 ? 'side' : 'corner',
        at: at(shape, (sides.x + 1) / 2, (sides.y + 1) / 2),
        direction: shape.rotation + (Math.atan2(sides.y, sides.x) * 180) / Math.PI,
      });
    }
    if (rotatable) {
      handles.push({ id: 'rotate', role: 'rotate', at: at(shape, 0.5, 0), direction: shape.rotation - 90 });
    }
    return handles;
  },
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
  const sides = SIDES.get(drag.handle);
  if (!sides) return shape;
  // Only upright rectangles can be cut at the border of the image without bending them.
  const upright = cosSin(shape.rotation).sin === 0 || cosSin(shape.rotation).cos === 0;
  const within = encloses(drag.limits, rectangleKind.bounds(shape));
  const to = upright && within ? clampToBox(drag.to, drag.limits) : drag.to;
  const resized: RectangleShape = {
    ...resize(shape, sides, drag.snapToPixel ? { x: Math.round(to.x), y: Math.round(to.y) } : to, drag),
    kind: 'rectangle',
  };
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
