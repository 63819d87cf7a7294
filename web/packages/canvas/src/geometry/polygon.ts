/**
 * Polygons as flat coordinates (x0, y0, x1, y1, …) in image pixels. Functions give new arrays and
 * never change what they get.
 */
import { type Box, clamp, intersects, type Point, segmentsMeet } from './point';

export type Coordinates = Float64Array;

export function pointCount(points: Coordinates): number {
  return points.length >> 1;
}

export function pointAt(points: Coordinates, index: number): Point {
  return { x: points[index * 2] as number, y: points[index * 2 + 1] as number };
}

export function polygonBox(points: Coordinates): Box {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

/** Area by the shoelace formula; that of a self-crossing polygon counts parts with their sign. */
export function polygonArea(points: Coordinates): number {
  let twice = 0;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    twice += (points[j] as number) * (points[i + 1] as number) - (points[i] as number) * (points[j + 1] as number);
  }
  return Math.abs(twice) / 2;
}

/** Is the point inside by the non-zero rule, which is also the one that it is filled by? */
export function polygonContains(points: Coordinates, point: Point): boolean {
  let winding = 0;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const ax = points[j] as number;
    const ay = points[j + 1] as number;
    const bx = points[i] as number;
    const by = points[i + 1] as number;
    if (ay <= point.y !== by <= point.y) {
      const cross = (bx - ax) * (point.y - ay) - (point.x - ax) * (by - ay);
      if (ay <= point.y ? cross > 0 : cross < 0) winding += ay <= point.y ? 1 : -1;
    }
  }
  return winding !== 0;
}

/** The place on the outline that is nearest to a point. */
export interface OutlinePlace {
  /** The edge runs from this point to the next one. */
  readonly edge: number;
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

export function nearestOnOutline(points: Coordinates, closed: boolean, point: Point): OutlinePlace | null {
  const count = pointCount(points);
  if (count === 0) return null;
  // Runs for each move of the pointer over outlines of up to 100,000 points: nothing is allocated in the loop.
  const edges = closed ? count : Math.max(1, count - 1);
  let edge = 0;
  let nearestX = points[0] as number;
  let nearestY = points[1] as number;
  let least = Infinity;
  for (let i = 0; i < edges; i++) {
    const j = i + 1 === count ? 0 : i + 1;
    const ax = points[i * 2] as number;
    const ay = points[i * 2 + 1] as number;
    const dx = (points[j * 2] as number) - ax;
    const dy = (points[j * 2 + 1] as number) - ay;
    const length = dx * dx + dy * dy;
    const at = length === 0 ? 0 : clamp(((point.x - ax) * dx + (point.y - ay) * dy) / length, 0, 1);
    const x = ax + dx * at;
    const y = ay + dy * at;
    const away = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (away < least) {
      least = away;
      edge = i;
      nearestX = x;
      nearestY = y;
    }
  }
  return { edge, x: nearestX, y: nearestY, distance: Math.sqrt(least) };
}

/** Index of the point nearest to `point` within `tolerance`, or −1. */
export function nearestPoint(points: Coordinates, point: Point, tolerance: number): number {
  let best = -1;
  let least = tolerance;
  for (let i = 0; i < points.length; i += 2) {
    const away = Math.hypot((points[i] as number) - point.x, (points[i + 1] as number) - point.y);
    if (away <= least) {
      least = away;
      best = i >> 1;
    }
  }
  return best;
}

/** Puts a point behind point `edge`. */
export function insertPoint(points: Coordinates, edge: number, point: Point): Coordinates {
  const place = (edge + 1) * 2;
  const next = new Float64Array(points.length + 2);
  next.set(points.subarray(0, place));
  next[place] = point.x;
  next[place + 1] = point.y;
  next.set(points.subarray(place), place + 2);
  return next;
}

export function deletePoint(points: Coordinates, index: number): Coordinates {
  const next = new Float64Array(points.length - 2);
  next.set(points.subarray(0, index * 2));
  next.set(points.subarray(index * 2 + 2), index * 2);
  return next;
}

export function movePoint(points: Coordinates, index: number, to: Point): Coordinates {
  const next = points.slice();
  next[index * 2] = to.x;
  next[index * 2 + 1] = to.y;
  return next;
}

/** Applies a function to each point. */
export function mapPoints(points: Coordinates, change: (x: number, y: number) => Point): Coordinates {
  const next = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const p = change(points[i] as number, points[i + 1] as number);
    next[i] = p.x;
    next[i + 1] = p.y;
  }
  return next;
}

/** Does the polygon share a point with the box? */
export function polygonMeetsBox(points: Coordinates, closed: boolean, box: Box): boolean {
  if (points.length === 0 || !intersects(polygonBox(points), box)) return false;
  const count = pointCount(points);
  for (let i = 0; i < count; i++) {
    const p = pointAt(points, i);
    if (p.x >= box.minX && p.x <= box.maxX && p.y >= box.minY && p.y <= box.maxY) return true;
  }
  const frame: Point[] = [
    { x: box.minX, y: box.minY },
    { x: box.maxX, y: box.minY },
    { x: box.maxX, y: box.maxY },
    { x: box.minX, y: box.maxY },
  ];
  const edges = closed ? count : count - 1;
  for (let edge = 0; edge < edges; edge++) {
    const a = pointAt(points, edge);
    const b = pointAt(points, (edge + 1) % count);
    for (let side = 0; side < 4; side++) {
      if (segmentsMeet(a, b, frame[side] as Point, frame[(side + 1) % 4] as Point)) return true;
    }
  }
  return closed && polygonContains(points, frame[0] as Point);
}
