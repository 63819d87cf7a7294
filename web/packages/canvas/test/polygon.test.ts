import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deletePoint,
  insertPoint,
  nearestOnOutline,
  pointAt,
  pointCount,
  polygonArea,
  polygonContains,
  polygonMeetsBox,
} from '../src/geometry/polygon';
import { type PolygonShape, polygonKind } from '../src/shapes/polygon';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const coordinates = fc
  .array(fc.tuple(number(0, 1000), number(0, 1000)), { minLength: 3, maxLength: 30 })
  .map((points) => Float64Array.from(points.flat()));

const SQUARE = Float64Array.of(10, 10, 30, 10, 30, 30, 10, 30);

describe('points of a polygon', () => {
  it('can be put in and taken out again without a trace', () => {
    fc.assert(
      fc.property(coordinates, fc.nat(), number(0, 1000), number(0, 1000), (points, seed, x, y) => {
        const edge = seed % pointCount(points);
        const more = insertPoint(points, edge, { x, y });
        expect(pointCount(more)).toBe(pointCount(points) + 1);
        expect(pointAt(more, edge + 1)).toEqual({ x, y });
        expect(deletePoint(more, edge + 1)).toEqual(points);
      }),
    );
  });

  it('are put in on the nearest edge, which does not change the area', () => {
    fc.assert(
      fc.property(coordinates, number(0, 1000), number(0, 1000), (points, x, y) => {
        const shape: PolygonShape = { kind: 'polygon', points, closed: true };
        const place = polygonKind.insertPlace?.(shape, { x, y });
        if (!place) throw new Error('a place on the outline was expected');
        const next = polygonKind.insert?.(shape, place);
        if (!next) throw new Error('a polygon was expected');
        expect(polygonArea(next.shape.points)).toBeCloseTo(polygonArea(points), 4);
      }),
    );
  });

  it('stay three at least', () => {
    let shape: PolygonShape | null = { kind: 'polygon', points: SQUARE, closed: true };
    shape = polygonKind.removeHandle?.(shape, 'point-1') ?? null;
    expect(shape && pointCount(shape.points)).toBe(3);
    expect(shape && polygonKind.removeHandle?.(shape, 'point-1')).toBeNull();
  });

  it('are kept inside the limits and on whole pixels when they are dragged so', () => {
    const shape: PolygonShape = { kind: 'polygon', points: SQUARE, closed: true };
    const moved = polygonKind.moveHandle(shape, {
      handle: 'point-2',
      to: { x: 400.4, y: 22.6 },
      keepRatio: false,
      fromCenter: false,
      snapAngle: false,
      limits: { minX: 0, minY: 0, maxX: 100, maxY: 100 },
      snapToPixel: true,
    });
    expect(pointAt(moved.points, 2)).toEqual({ x: 100, y: 23 });
    expect(pointAt(moved.points, 1)).toEqual({ x: 30, y: 10 });
  });
});

describe('hits', () => {
  it('tell inside from outside of a square and of a ring that crosses itself', () => {
    expect(polygonContains(SQUARE, { x: 20, y: 20 })).toBe(true);
    expect(polygonContains(SQUARE, { x: 31, y: 20 })).toBe(false);
    const pentagram: number[] = [];
    for (let i = 0; i < 5; i++) {
      const angle = (i * 4 * Math.PI) / 5;
      pentagram.push(50 + 40 * Math.sin(angle), 50 - 40 * Math.cos(angle));
    }
    // The non-zero rule fills the middle, as the canvas does.
    expect(polygonContains(Float64Array.from(pentagram), { x: 50, y: 50 })).toBe(true);
  });

  it('know an open outline from a closed one', () => {
    const left = { x: 10, y: 20 };
    expect(nearestOnOutline(SQUARE, true, left)?.distance).toBe(0);
    expect(nearestOnOutline(SQUARE, false, left)?.distance).toBe(10);
  });

  it('of a marquee include polygons that it lies inside of', () => {
    const box = { minX: 18, minY: 18, maxX: 20, maxY: 20 };
    expect(polygonMeetsBox(SQUARE, true, box)).toBe(true);
    expect(polygonMeetsBox(SQUARE, false, box)).toBe(false);
    expect(polygonMeetsBox(SQUARE, false, { minX: 5, minY: 15, maxX: 12, maxY: 35 })).toBe(true);
  });
});
