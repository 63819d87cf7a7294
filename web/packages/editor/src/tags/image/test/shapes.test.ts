/** Result values to shapes of the canvas and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { polygonBridge } from '../../polygon/bridge';
import { type PolygonGeometry, polygonCodec } from '../../polygon/codec';
import { rectangleBridge } from '../../rectangle/bridge';
import { rectangleCodec } from '../../rectangle/codec';

const percent = fc.double({ min: -20, max: 120, noNaN: true, noDefaultInfinity: true });
const size = fc.record({ width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 20_000 }) });
const rectangle = fc.record({
  x: percent,
  y: percent,
  width: fc.double({ min: 0, max: 100, noNaN: true }),
  height: fc.double({ min: 0, max: 100, noNaN: true }),
  rotation: fc.double({ min: -180, max: 360, noNaN: true }),
});
const points = fc.array(fc.tuple(percent, percent), { minLength: 1, maxLength: 40 });

describe('rectangles', () => {
  it('are written as they were read', () => {
    fc.assert(
      fc.property(rectangle, (value) => {
        const geometry = rectangleCodec.read(value);
        expect(geometry && rectangleCodec.write(geometry)).toEqual(value);
      }),
    );
  });

  it('keep every digit of what was not changed on the canvas', () => {
    fc.assert(
      fc.property(rectangle, size, (geometry, extent) => {
        const shape = rectangleBridge.toShape(geometry, extent);
        expect(rectangleBridge.toGeometry(shape, extent, geometry)).toEqual(geometry);
        const wider = rectangleBridge.toGeometry({ ...shape, width: shape.width + 1 }, extent, geometry);
        expect([wider.x, wider.y, wider.height]).toEqual([geometry.x, geometry.y, geometry.height]);
      }),
    );
  });

  it('are refused without a number in them', () => {
    for (const broken of [{ x: '1' }, { x: Number.NaN }, { width: null }, { height: -1 }]) {
      expect(rectangleCodec.read({ x: 1, y: 2, width: 3, height: 4, rotation: 0, ...broken })).toBeNull();
    }
    expect(rectangleCodec.matches({ x: 1, y: 2, width: 3 })).toBe(false);
  });

  it('have no rotation when none is written', () => {
    expect(rectangleCodec.read({ x: 1, y: 2, width: 3, height: 4 })?.rotation).toBe(0);
  });
});

describe('polygons', () => {
  it('are written as they were read, closed unless they say otherwise', () => {
    fc.assert(
      fc.property(points, fc.boolean(), (list, closed) => {
        const geometry = polygonCodec.read({ points: list, closed });
        expect(geometry && polygonCodec.write(geometry)).toEqual({ points: list, closed });
      }),
    );
    expect(polygonCodec.read({ points: [[1, 2]] })?.closed).toBe(true);
  });

  it('keep every digit of the points that were not moved, put in or taken out', () => {
    fc.assert(
      fc.property(points, size, fc.nat(), fc.constantFrom('move', 'insert', 'delete'), (list, extent, seed, what) => {
        fc.pre(list.length > 1);
        const before: PolygonGeometry = { points: list, closed: true };
        const flat = [...polygonBridge.toShape(before, extent).points];
        const at = seed % list.length;
        const expected: (readonly [number, number] | null)[] = [...list];
        if (what === 'move') {
          flat.splice(at * 2, 2, 0.123, 0.456);
          expected[at] = null;
        } else if (what === 'insert') {
          flat.splice(at * 2, 0, 0.123, 0.456);
          expected.splice(at, 0, null);
        } else {
          flat.splice(at * 2, 2);
          expected.splice(at, 1);
        }
        const after = polygonBridge.toGeometry(
          { kind: 'polygon', points: Float64Array.from(flat), closed: true },
          extent,
          before,
        );
        expect(after.points).toHaveLength(expected.length);
        expected.forEach((point, index) => {
          if (point) expect(after.points[index]).toEqual(point);
        });
      }),
    );
  });

  it('are refused when a point is not one', () => {
    for (const broken of [
      [],
      [[1]],
      [[1, 'x']],
      [null],
      [
        [1, 2],
        [Number.POSITIVE_INFINITY, 0],
      ],
    ]) {
      expect(polygonCodec.read({ points: broken })).toBeNull();
    }
  });

  it('that are open keep the annotation from being submitted', () => {
    expect(polygonCodec.incomplete?.({ points: [[1, 2]], closed: false })).toContain('not closed');
    expect(polygonCodec.incomplete?.({ points: [[1, 2]], closed: true })).toBeNull();
  });
});
