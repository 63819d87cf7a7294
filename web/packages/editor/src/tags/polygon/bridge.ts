/** Polygons between percent and pixels. */
import { type PolygonShape, toPercent, toPixels } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { PercentPoint, PolygonGeometry } from './codec';

export const polygonBridge: ShapeBridge<PolygonGeometry, PolygonShape> = {
  kind: 'polygon',
  strokeWidth: 2,
  toShape({ points, closed }, size) {
    const flat = new Float64Array(points.length * 2);
    for (let i = 0; i < points.length; i++) {
      const [x, y] = points[i] as PercentPoint;
      flat[i * 2] = toPixels(x, size.width);
      flat[i * 2 + 1] = toPixels(y, size.height);
    }
    return { kind: 'polygon', points: flat, closed };
  },
  toGeometry(shape, size, before) {
    const count = shape.points.length >> 1;
    const known = before?.points ?? [];
    const same = (at: number, place: number): PercentPoint | null => {
      const point = known[place];
      if (!point) return null;
      const kept =
        toPixels(point[0], size.width) === shape.points[at * 2] &&
        toPixels(point[1], size.height) === shape.points[at * 2 + 1];
      return kept ? point : null;
    };
    // Points are moved, put in or taken out one at a time: what lies before and behind is as it was.
    const points = new Array<PercentPoint>(count);
    let head = 0;
    for (let point = same(0, 0); head < count && point; point = same(head, head)) points[head++] = point;
    let tail = count;
    const shift = known.length - count;
    while (tail > head) {
      const point = same(tail - 1, tail - 1 + shift);
      if (!point) break;
      points[--tail] = point;
    }
    for (let i = head; i < tail; i++) {
      points[i] = [
        toPercent(shape.points[i * 2] as number, size.width),
        toPercent(shape.points[i * 2 + 1] as number, size.height),
      ];
    }
    return { points, closed: shape.closed };
  },
};
