/** How results hold polygons: points in percent of the image; the first one is not repeated. */
import type { JsonObject, ShapeCodec } from '../../core';

export type PercentPoint = readonly [number, number];

export interface PolygonGeometry {
  readonly points: readonly PercentPoint[];
  /** False while it is being drawn. */
  readonly closed: boolean;
}

export const polygonCodec: ShapeCodec<PolygonGeometry> = {
  kind: 'polygon',
  objects: ['image'],
  keys: ['points', 'closed'],
  matches: (value) => Array.isArray(value['points']),
  read(value) {
    const points = value['points'];
    if (!Array.isArray(points) || points.length === 0 || !points.every(isPoint)) return null;
    return { points, closed: value['closed'] !== false };
  },
  write: (geometry): JsonObject => ({ points: geometry.points, closed: geometry.closed }),
  describe: ({ points, closed }) =>
    `${points.length} ${points.length === 1 ? 'point' : 'points'}${closed ? '' : ', open'}`,
  incomplete: (geometry) =>
    geometry.closed
      ? null
      : 'This polygon is not closed yet. Click its first point or press Enter to close it, or delete it.',
};

function isPoint(point: unknown): point is PercentPoint {
  return Array.isArray(point) && point.length >= 2 && Number.isFinite(point[0]) && Number.isFinite(point[1]);
}
