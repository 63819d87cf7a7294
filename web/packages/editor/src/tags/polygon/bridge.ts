/** Polygons between percent and pixels. */
import { type PolygonShape, type Size, toPercent, toPixels } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { PercentPoint, PolygonGeometry } from './codec';

/**
 * The shape of a geometry, kept as long as the geometry: one of 100,000 points that is dragged is converted
 * once and then compared number by number.
 */
const shapes = new WeakMap<PolygonGeometry, { readonly size: Size; readonly shape: PolygonShape }>();

export const polygonBridge: ShapeBridge<PolygonGeometry, PolygonShape> = {
  kind: 'polygon',
  strokeWidth: 2,
  toShape: shapeOf,
  toGeometry(shape, size, before) {
    const { points, closed } = shape;
    const known = before ? shapeOf(before, size).points : new Float64Array();
    // Points are moved, put in or taken out a few at a time: what lies before and behind is as it was, to the last digit.
    const shared = Math.min(points.length, known.length);
    let head = 0;
    while (head < shared && points[head] === known[head]) head++;
    head &= ~1;
    let tail = 0;
    while (tail < shared - head && points[points.length - 1 - tail] === known[known.length - 1 - tail]) tail++;
    tail &= ~1;
    const changed: PercentPoint[] = [];
    for (let i = head; i < points.length - tail; i += 2) {
      changed.push([toPercent(points[i] as number, size.width), toPercent(points[i + 1] as number, size.height)]);
    }
    const kept = before?.points ?? [];
    const behind = kept.slice(kept.length - tail / 2);
    const geometry: PolygonGeometry = { points: kept.slice(0, head / 2).concat(changed, behind), closed };
    shapes.set(geometry, { size, shape });
    return geometry;
  },
};

function shapeOf(geometry: PolygonGeometry, size: Size): PolygonShape {
  const known = shapes.get(geometry);
  if (known && known.size.width === size.width && known.size.height === size.height) return known.shape;
  const points = new Float64Array(geometry.points.length * 2);
  geometry.points.forEach(([x, y], i) => {
    points[i * 2] = toPixels(x, size.width);
    points[i * 2 + 1] = toPixels(y, size.height);
  });
  const shape: PolygonShape = { kind: 'polygon', points, closed: geometry.closed };
  shapes.set(geometry, { size, shape });
  return shape;
}
