/**
 * Rotated rectangles in image pixels: `x`, `y` is the top-left corner *before* rotation, and
 * `rotation` turns the rectangle clockwise about that corner, in degrees. This is the form of
 * result JSON, so nothing is converted but percent.
 */
import { type Box, clamp, cosSin, type Point, rotatePoint } from './point';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
}

/** Sides that a handle moves: −1 left/top, 1 right/bottom, 0 neither. */
export interface Sides {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

/** Corners in the order top-left, top-right, bottom-right, bottom-left of the unrotated rectangle. */
export function corners(r: Rectangle): readonly [Point, Point, Point, Point] {
  return [at(r, 0, 0), at(r, 1, 0), at(r, 1, 1), at(r, 0, 1)];
}

/** A point by its place in the rectangle: (0, 0) is the top-left corner, (1, 1) the bottom-right one. */
export function at(r: Rectangle, u: number, v: number): Point {
  const { cos, sin } = cosSin(r.rotation);
  const dx = r.width * u;
  const dy = r.height * v;
  return { x: r.x + dx * cos - dy * sin, y: r.y + dx * sin + dy * cos };
}

/** A point in the rectangle's own axes, pixels from its top-left corner. */
export function toLocal(r: Rectangle, point: Point): Point {
  const { cos, sin } = cosSin(r.rotation);
  const dx = point.x - r.x;
  const dy = point.y - r.y;
  return { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
}

export interface ResizeOptions {
  /** Keep the ratio of the sides. */
  readonly keepRatio?: boolean;
  /** Move the opposite side the other way, so that the centre stays. */
  readonly fromCenter?: boolean;
}

/**
 * Moves the sides of a handle to `to`. The opposite corner (or side) stays where it is, whatever
 * the rotation; dragging over it turns the rectangle inside out, and sizes stay positive.
 */
export function resize(r: Rectangle, sides: Sides, to: Point, options: ResizeOptions = {}): Rectangle {
  const local = toLocal(r, to);
  let [left, right] = span(sides.x, local.x, r.width, options.fromCenter === true);
  let [top, bottom] = span(sides.y, local.y, r.height, options.fromCenter === true);
  if (options.keepRatio && r.width > 0 && r.height > 0) {
    const factorX = (right - left) / r.width;
    const factorY = (bottom - top) / r.height;
    const size =
      sides.x === 0
        ? Math.abs(factorY)
        : sides.y === 0
          ? Math.abs(factorX)
          : Math.max(Math.abs(factorX), Math.abs(factorY));
    [left, right] = stretch(sides.x, left, right, r.width * size, r.width, options.fromCenter === true);
    [top, bottom] = stretch(sides.y, top, bottom, r.height * size, r.height, options.fromCenter === true);
  }
  const { cos, sin } = cosSin(r.rotation);
  const x0 = Math.min(left, right);
  const y0 = Math.min(top, bottom);
  return {
    x: r.x + x0 * cos - y0 * sin,
    y: r.y + x0 * sin + y0 * cos,
    width: Math.abs(right - left),
    height: Math.abs(bottom - top),
    rotation: r.rotation,
  };
}

function span(side: -1 | 0 | 1, to: number, extent: number, fromCenter: boolean): [number, number] {
  if (side < 0) return [to, fromCenter ? extent - to : extent];
  if (side > 0) return [fromCenter ? extent - to : 0, to];
  return [0, extent];
}

/** Gives a span the wanted length and keeps its fixed end (or its middle). */
function stretch(
  side: -1 | 0 | 1,
  low: number,
  high: number,
  length: number,
  extent: number,
  fromCenter: boolean,
): [number, number] {
  if (side === 0 || fromCenter) return [extent / 2 - length / 2, extent / 2 + length / 2];
  const direction = Math.sign(high - low) || 1;
  return side < 0 ? [high - direction * length, high] : [low, low + direction * length];
}

/** Turns about any point. */
export function rotateAbout(r: Rectangle, origin: Point, degrees: number): Rectangle {
  const corner = rotatePoint(r, origin, degrees);
  const turned = (r.rotation + degrees) % 360;
  const rotation = turned < 0 ? turned + 360 : turned;
  return { ...r, x: corner.x, y: corner.y, rotation: rotation === 360 || rotation === 0 ? 0 : rotation };
}

/**
 * Scales about a point along the image axes. A rotated rectangle would become a parallelogram;
 * it keeps its right angles: its sides get the lengths that its scaled sides have.
 */
export function scaleAbout(r: Rectangle, origin: Point, sx: number, sy: number): Rectangle {
  const { cos, sin } = cosSin(r.rotation);
  const plain = sin === 0 || cos === 0;
  const alongX = Math.hypot(sx * cos, sy * sin);
  const alongY = Math.hypot(sx * sin, sy * cos);
  if (plain) {
    const opposite = at(r, 1, 1);
    const p = { x: origin.x + (r.x - origin.x) * sx, y: origin.y + (r.y - origin.y) * sy };
    const q = { x: origin.x + (opposite.x - origin.x) * sx, y: origin.y + (opposite.y - origin.y) * sy };
    return fromOpposite(p, q, r.rotation);
  }
  const middle = at(r, 0.5, 0.5);
  const width = r.width * alongX;
  const height = r.height * alongY;
  const moved = { x: origin.x + (middle.x - origin.x) * sx, y: origin.y + (middle.y - origin.y) * sy };
  return {
    x: moved.x - (width / 2) * cos + (height / 2) * sin,
    y: moved.y - (width / 2) * sin - (height / 2) * cos,
    width,
    height,
    rotation: r.rotation,
  };
}

/** The rectangle of a rotation with two opposite corners. */
function fromOpposite(p: Point, q: Point, rotation: number): Rectangle {
  const base: Rectangle = { x: p.x, y: p.y, width: 0, height: 0, rotation };
  const local = toLocal(base, q);
  const corner = at({ ...base, width: 1, height: 1 }, Math.min(0, local.x), Math.min(0, local.y));
  return { x: corner.x, y: corner.y, width: Math.abs(local.x), height: Math.abs(local.y), rotation };
}

/** An unrotated rectangle between two corners, cut to `limits`. */
export function between(a: Point, b: Point, limits: Box): Rectangle {
  const left = clamp(Math.min(a.x, b.x), limits.minX, limits.maxX);
  const right = clamp(Math.max(a.x, b.x), limits.minX, limits.maxX);
  const top = clamp(Math.min(a.y, b.y), limits.minY, limits.maxY);
  const bottom = clamp(Math.max(a.y, b.y), limits.minY, limits.maxY);
  return { x: left, y: top, width: right - left, height: bottom - top, rotation: 0 };
}

/**
 * A rectangle from one side and the height: the side runs from `a` to `b`, `c` gives the height and
 * on which side of it the rectangle lies. Turned so that the top-left corner comes first clockwise.
 */
export function fromThreePoints(a: Point, b: Point, c: Point): Rectangle {
  const width = Math.hypot(b.x - a.x, b.y - a.y);
  const degrees = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
  const height = toLocal({ x: a.x, y: a.y, width, height: 0, rotation: degrees }, c).y;
  if (height >= 0) return { x: a.x, y: a.y, width, height, rotation: degrees < 0 ? degrees + 360 : degrees };
  const turned = degrees + 180;
  return { x: b.x, y: b.y, width, height: -height, rotation: turned >= 360 ? turned - 360 : turned };
}
