/** The polygon, closed or still being drawn: one handle for each point. */
import { type Box, clampToBox, rotatePoint } from '../geometry/point';
import {
  type Coordinates,
  deletePoint,
  insertPoint,
  mapPoints,
  movePoint,
  nearestOnOutline,
  nearestPoint,
  pointAt,
  pointCount,
  polygonArea,
  polygonBox,
  polygonContains,
  polygonMeetsBox,
} from '../geometry/polygon';
import type { Handle, Shape, ShapeEdit, ShapeKind } from './shape';

export interface PolygonShape extends Shape {
  readonly kind: 'polygon';
  readonly points: Coordinates;
  readonly closed: boolean;
}

/** From this many points on the outline is drawn a little coarser. */
const MANY_POINTS = 5000;

/** A closed polygon has at least this many points. */
export const LEAST_POINTS = 3;

/** Bounds are asked for several times for each change; points never change in place. */
const boxes = new WeakMap<Coordinates, Box>();

export const polygonKind: ShapeKind<PolygonShape> = {
  kind: 'polygon',
  bounds({ points }) {
    const known = boxes.get(points);
    if (known) return known;
    const box = polygonBox(points);
    boxes.set(points, box);
    return box;
  },
  area: (shape) => (shape.closed ? polygonArea(shape.points) : 0),
  distance(shape, point) {
    if (shape.closed && polygonContains(shape.points, point)) return 0;
    return nearestOnOutline(shape.points, shape.closed, point)?.distance ?? Infinity;
  },
  meets: (shape, box) => polygonMeetsBox(shape.points, shape.closed, box),
  trace(shape, path, m) {
    const { points } = shape;
    const least = points.length > 2 * MANY_POINTS ? 1.5 : 0.5;
    let lastX = Infinity;
    let lastY = Infinity;
    for (let i = 0; i < points.length; i += 2) {
      const px = points[i] as number;
      const py = points[i + 1] as number;
      const x = m.a * px + m.c * py + m.e;
      const y = m.b * px + m.d * py + m.f;
      if (i === 0) path.moveTo(x, y);
      // Points that fall on the same device pixel cannot be seen: outlines of 100,000 points stay quick.
      else if (Math.abs(x - lastX) < least && Math.abs(y - lastY) < least && i < points.length - 2) continue;
      else path.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    if (shape.closed) path.closePath();
  },
  filled: (shape) => shape.closed,
  handles(shape) {
    const handles: Handle[] = [];
    for (let i = 0; i < pointCount(shape.points); i++) {
      handles.push({ id: pointHandle(i), role: 'point', at: pointAt(shape.points, i), direction: 0 });
    }
    return handles;
  },
  moveHandle(shape, drag) {
    const index = handleIndex(drag.handle);
    if (index < 0 || index >= pointCount(shape.points)) return shape;
    const to = clampToBox(drag.to, drag.limits);
    const at = drag.snapToPixel ? { x: Math.round(to.x), y: Math.round(to.y) } : to;
    return { ...shape, points: movePoint(shape.points, index, at) };
  },
  translate: (shape, dx, dy) => ({ ...shape, points: mapPoints(shape.points, (x, y) => ({ x: x + dx, y: y + dy })) }),
  scale: (shape, origin, sx, sy) => ({
    ...shape,
    points: mapPoints(shape.points, (x, y) => ({
      x: origin.x + (x - origin.x) * sx,
      y: origin.y + (y - origin.y) * sy,
    })),
  }),
  rotate: (shape, origin, degrees) => ({
    ...shape,
    points: mapPoints(shape.points, (x, y) => rotatePoint({ x, y }, origin, degrees)),
  }),
  snap: (shape) => ({ ...shape, points: mapPoints(shape.points, (x, y) => ({ x: Math.round(x), y: Math.round(y) })) }),
  insertPlace(shape, point) {
    const place = nearestOnOutline(shape.points, shape.closed, point);
    return place && pointCount(shape.points) > 1
      ? { after: place.edge, at: { x: place.x, y: place.y }, distance: place.distance }
      : null;
  },
  insert: (shape, place) => ({
    shape: { ...shape, points: insertPoint(shape.points, place.after, place.at) },
    handle: pointHandle(place.after + 1),
  }),
  nearestVertex(shape, point, tolerance) {
    const index = nearestPoint(shape.points, point, tolerance);
    return index < 0 ? null : pointAt(shape.points, index);
  },
  nearestEdge: (shape, point) => nearestOnOutline(shape.points, shape.closed, point),
  movePoints(shape, handles, dx, dy) {
    const points = shape.points.slice();
    for (const handle of handles) {
      const index = handleIndex(handle);
      if (index < 0 || index >= pointCount(points)) continue;
      points[index * 2] = (points[index * 2] as number) + dx;
      points[index * 2 + 1] = (points[index * 2 + 1] as number) + dy;
    }
    return { ...shape, points };
  },
  clickHandle(shape, handle, press) {
    if (press.alt || press.count === 2) return removePoints(shape, new Set([handle]));
    const closed = handle === pointHandle(0) ? polygonKind.close?.(shape) : null;
    return closed ? { label: 'Close shape', shape: closed } : null;
  },
  close: (shape) => (shape.closed || pointCount(shape.points) < LEAST_POINTS ? null : { ...shape, closed: true }),
  removeHandle(shape, handle) {
    const index = handleIndex(handle);
    const least = shape.closed ? LEAST_POINTS : 1;
    if (index < 0 || pointCount(shape.points) <= least) return null;
    return { ...shape, points: deletePoint(shape.points, index) };
  },
};

/** Takes points out as far as the least number allows. */
export function removePoints(shape: PolygonShape, handles: ReadonlySet<string>): ShapeEdit<PolygonShape> | null {
  const chosen = new Set(
    [...handles].map(handleIndex).filter((index) => index >= 0 && index < pointCount(shape.points)),
  );
  if (chosen.size === 0) return null;
  const label = chosen.size === 1 ? 'Delete point' : `Delete ${chosen.size} points`;
  if (pointCount(shape.points) - chosen.size < (shape.closed ? LEAST_POINTS : 1)) {
    return { label, shape: null, reason: 'A polygon keeps at least three points.' };
  }
  return { label, shape: { ...shape, points: shape.points.filter((_, index) => !chosen.has(index >> 1)) } };
}

export function pointHandle(index: number): string {
  return `point-${index}`;
}

function handleIndex(handle: string): number {
  return handle.startsWith('point-') ? Number(handle.slice('point-'.length)) : -1;
}
