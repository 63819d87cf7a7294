/** The ellipse: centre and two radii, turned about its centre. Its handles stand on the rectangle around it. */
import type { Matrix } from '../geometry/matrix';
import {
  clamp,
  cosSin,
  distance,
  encloses,
  intersects,
  normalizeDegrees,
  type Point,
  rotatePoint,
} from '../geometry/point';
import { at, type Rectangle, scaleAbout } from '../geometry/rectangle';
import { frameHandles, moveFrameHandle } from './frame';
import type { Shape, ShapeKind } from './shape';

/** In pixels of the image; `rotation` clockwise, degrees. */
export interface EllipseShape extends Shape {
  readonly kind: 'ellipse';
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly rotation: number;
}

export const ellipseKind: ShapeKind<EllipseShape> = {
  kind: 'ellipse',
  bounds(shape) {
    const { cos, sin } = cosSin(shape.rotation);
    const dx = Math.hypot(shape.radiusX * cos, shape.radiusY * sin);
    const dy = Math.hypot(shape.radiusX * sin, shape.radiusY * cos);
    return { minX: shape.x - dx, minY: shape.y - dy, maxX: shape.x + dx, maxY: shape.y + dy };
  },
  area: (shape) => Math.PI * shape.radiusX * shape.radiusY,
  distance: (shape, point) => {
    const edge = onOutline(shape, point);
    return edge.inside ? 0 : edge.distance;
  },
  meets(shape, box) {
    const bounds = ellipseKind.bounds(shape);
    if (!intersects(bounds, box)) return false;
    if (encloses(box, bounds)) return true;
    // Turned and squeezed to a circle, the box is a parallelogram: they meet where it comes within one radius.
    const corners = [
      { x: box.minX, y: box.minY },
      { x: box.maxX, y: box.minY },
      { x: box.maxX, y: box.maxY },
      { x: box.minX, y: box.maxY },
    ].map((corner) => toUnit(shape, corner));
    const inside = shape.x >= box.minX && shape.x <= box.maxX && shape.y >= box.minY && shape.y <= box.maxY;
    return inside || corners.some((corner, i) => fromOrigin(corner, corners[(i + 1) % 4] as Point) <= 1);
  },
  trace(shape, path, m) {
    const middle = apply(m, shape);
    const { cos, sin } = cosSin(shape.rotation);
    // A camera turns by quarters and scales evenly: axes stay axes.
    const turn = Math.atan2(m.b * cos + m.d * sin, m.a * cos + m.c * sin);
    const scale = Math.hypot(m.a, m.b);
    const rx = shape.radiusX * scale;
    const ry = shape.radiusY * scale;
    path.moveTo(middle.x + Math.cos(turn) * rx, middle.y + Math.sin(turn) * rx);
    path.ellipse(middle.x, middle.y, rx, ry, turn, 0, 2 * Math.PI);
    path.closePath();
  },
  filled: () => true,
  frame: frameOf,
  handles: (shape, { rotatable }) => frameHandles(frameOf(shape), rotatable),
  moveHandle(shape, drag) {
    if (drag.handle === 'rotate') {
      const towards = (Math.atan2(drag.to.y - shape.y, drag.to.x - shape.x) * 180) / Math.PI + 90;
      return { ...shape, rotation: normalizeDegrees(drag.snapAngle ? Math.round(towards / 15) * 15 : towards) };
    }
    const frame = moveFrameHandle(frameOf(shape), ellipseKind.bounds(shape), drag);
    const moved = frame ? fromFrame(frame) : shape;
    return drag.snapToPixel && shape.rotation === 0 ? ellipseKind.snap(moved) : moved;
  },
  translate: (shape, dx, dy) => ({ ...shape, x: shape.x + dx, y: shape.y + dy }),
  scale: (shape, origin, sx, sy) => fromFrame(scaleAbout(frameOf(shape), origin, sx, sy)),
  rotate: (shape, origin, degrees) => ({
    ...shape,
    ...rotatePoint(shape, origin, degrees),
    rotation: normalizeDegrees(shape.rotation + degrees),
  }),
  snap(shape) {
    if (shape.rotation !== 0) return { ...shape, x: Math.round(shape.x), y: Math.round(shape.y) };
    // The rectangle around it lies on whole pixels.
    const left = Math.round(shape.x - shape.radiusX);
    const top = Math.round(shape.y - shape.radiusY);
    const width = Math.max(1, Math.round(shape.x + shape.radiusX) - left);
    const height = Math.max(1, Math.round(shape.y + shape.radiusY) - top);
    return { ...shape, x: left + width / 2, y: top + height / 2, radiusX: width / 2, radiusY: height / 2 };
  },
  nearestVertex(shape, point, tolerance) {
    const frame = frameOf(shape);
    const ends = [at(frame, 0.5, 0), at(frame, 1, 0.5), at(frame, 0.5, 1), at(frame, 0, 0.5)];
    let best: Point | null = null;
    for (const end of ends) if (distance(end, point) <= (best ? distance(best, point) : tolerance)) best = end;
    return best;
  },
  nearestEdge: onOutline,
};

function frameOf(shape: EllipseShape): Rectangle {
  const { cos, sin } = cosSin(shape.rotation);
  return {
    x: shape.x - shape.radiusX * cos + shape.radiusY * sin,
    y: shape.y - shape.radiusX * sin - shape.radiusY * cos,
    width: 2 * shape.radiusX,
    height: 2 * shape.radiusY,
    rotation: shape.rotation,
  };
}

/** The ellipse that fills a rectangle. */
export function fromFrame(frame: Rectangle): EllipseShape {
  return {
    kind: 'ellipse',
    ...at(frame, 0.5, 0.5),
    radiusX: frame.width / 2,
    radiusY: frame.height / 2,
    rotation: frame.rotation,
  };
}

/** The nearest place on the outline, found in the first quarter of the unturned ellipse. */
function onOutline(shape: EllipseShape, point: Point): Point & { readonly distance: number; readonly inside: boolean } {
  const { cos, sin } = cosSin(shape.rotation);
  const dx = point.x - shape.x;
  const dy = point.y - shape.y;
  const local = { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
  const { radiusX: a, radiusY: b } = shape;
  const inside = a > 0 && b > 0 && (local.x / a) ** 2 + (local.y / b) ** 2 <= 1;
  const px = Math.abs(local.x);
  const py = Math.abs(local.y);
  // Follows the centre of curvature: a few steps are exact to a fraction of a pixel, also for flat ellipses.
  let tx = Math.SQRT1_2;
  let ty = Math.SQRT1_2;
  for (let i = 0; i < 5 && a > 0 && b > 0; i++) {
    const ex = ((a * a - b * b) * tx ** 3) / a;
    const ey = ((b * b - a * a) * ty ** 3) / b;
    const q = Math.hypot(px - ex, py - ey) || 1;
    const r = Math.hypot(a * tx - ex, b * ty - ey);
    tx = clamp((((px - ex) * r) / q + ex) / a, 0, 1);
    ty = clamp((((py - ey) * r) / q + ey) / b, 0, 1);
    const length = Math.hypot(tx, ty) || 1;
    tx /= length;
    ty /= length;
  }
  const x = a * tx * (local.x < 0 ? -1 : 1);
  const y = b * ty * (local.y < 0 ? -1 : 1);
  return {
    x: shape.x + x * cos - y * sin,
    y: shape.y + x * sin + y * cos,
    distance: Math.hypot(x - local.x, y - local.y),
    inside,
  };
}

/** The plane in which the ellipse is the unit circle. A flat one is as thin as a thread, not nothing. */
function toUnit(shape: EllipseShape, point: Point): Point {
  const { cos, sin } = cosSin(shape.rotation);
  const dx = point.x - shape.x;
  const dy = point.y - shape.y;
  return {
    x: (dx * cos + dy * sin) / Math.max(1e-9, shape.radiusX),
    y: (-dx * sin + dy * cos) / Math.max(1e-9, shape.radiusY),
  };
}

/** Distance of a segment from the origin. */
function fromOrigin(a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : clamp(-(a.x * dx + a.y * dy) / length, 0, 1);
  return Math.hypot(a.x + dx * t, a.y + dy * t);
}

function apply(m: Matrix, p: Point): Point {
  return { x: m.a * p.x + m.c * p.y + m.e, y: m.b * p.x + m.d * p.y + m.f };
}
