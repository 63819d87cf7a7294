/** Result values to shapes of the canvas and back. */
import type { Shape, Size } from '@labelkeep/canvas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShapeCodec } from '../../../core';
import { ellipseBridge } from '../../ellipse/bridge';
import { ellipseCodec } from '../../ellipse/codec';
import { keyPointBridge } from '../../keypoint/bridge';
import { keyPointCodec } from '../../keypoint/codec';
import { polygonBridge } from '../../polygon/bridge';
import { type PolygonGeometry, polygonCodec } from '../../polygon/codec';
import { rectangleBridge } from '../../rectangle/bridge';
import { rectangleCodec } from '../../rectangle/codec';
import { vectorBridge } from '../../vector/bridge';
import { type VectorGeometry, vectorCodec } from '../../vector/codec';
import type { ShapeBridge } from '../bridge';

const read = <G>(codec: ShapeCodec<G>, value: object) =>
  codec.read(value as Record<string, unknown>, { value: value as Record<string, unknown> });
function shape<G, S extends Shape>(bridge: ShapeBridge<G, S>, geometry: G, size: Size): S {
  const made = bridge.toShape(geometry, size);
  if (!made) throw new Error('a shape was expected');
  return made;
}
const percent = fc.double({ min: -20, max: 120, noNaN: true, noDefaultInfinity: true });
const size = fc.record({ width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 20_000 }) });
const rectangle = fc.record({
  x: percent,
  y: percent,
  width: fc.double({ min: 0, max: 100, noNaN: true }),
  height: fc.double({ min: 0, max: 100, noNaN: true }),
  rotation: fc.double({ min: -180, max: 360, noNaN: true }),
});
const radius = fc.double({ min: 0, max: 100, noNaN: true });
const turn = fc.double({ min: -180, max: 360, noNaN: true });
const points = fc.array(fc.tuple(percent, percent), { minLength: 1, maxLength: 40 });

describe('rectangles', () => {
  it('are written as they were read', () => {
    fc.assert(
      fc.property(rectangle, (value) => {
        const geometry = read(rectangleCodec, value);
        expect(geometry && rectangleCodec.write(geometry)).toEqual(value);
      }),
    );
  });

  it('keep every digit of what was not changed on the canvas', () => {
    fc.assert(
      fc.property(rectangle, size, (geometry, extent) => {
        const made = shape(rectangleBridge, geometry, extent);
        expect(rectangleBridge.toGeometry(made, extent, geometry)).toEqual(geometry);
        const wider = rectangleBridge.toGeometry({ ...made, width: made.width + 1 }, extent, geometry);
        expect([wider.x, wider.y, wider.height]).toEqual([geometry.x, geometry.y, geometry.height]);
      }),
    );
  });

  it('are refused without a number in them', () => {
    for (const broken of [{ x: '1' }, { x: Number.NaN }, { width: null }, { height: -1 }]) {
      expect(read(rectangleCodec, { x: 1, y: 2, width: 3, height: 4, rotation: 0, ...broken })).toBeNull();
    }
    expect(rectangleCodec.matches({ x: 1, y: 2, width: 3 })).toBe(false);
  });

  it('have no rotation when none is written', () => {
    expect(read(rectangleCodec, { x: 1, y: 2, width: 3, height: 4 })?.rotation).toBe(0);
  });
});

describe('polygons', () => {
  it('are written as they were read, closed unless they say otherwise', () => {
    fc.assert(
      fc.property(points, fc.boolean(), (list, closed) => {
        const geometry = read(polygonCodec, { points: list, closed });
        expect(geometry && polygonCodec.write(geometry)).toEqual({ points: list, closed });
      }),
    );
    expect(read(polygonCodec, { points: [[1, 2]] })?.closed).toBe(true);
  });

  it('keep every digit of the points that were not moved, put in or taken out', () => {
    fc.assert(
      fc.property(points, size, fc.nat(), fc.constantFrom('move', 'insert', 'delete'), (list, extent, seed, what) => {
        fc.pre(list.length > 1);
        const before: PolygonGeometry = { points: list, closed: true };
        const flat = [...shape(polygonBridge, before, extent).points];
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
      expect(read(polygonCodec, { points: broken })).toBeNull();
    }
  });

  it('that are open keep the annotation from being submitted', () => {
    expect(polygonCodec.incomplete?.({ points: [[1, 2]], closed: false })).toContain('not closed');
    expect(polygonCodec.incomplete?.({ points: [[1, 2]], closed: true })).toBeNull();
  });
});

describe('ellipses and key points', () => {
  const ellipse = fc.record({ x: percent, y: percent, radiusX: radius, radiusY: radius, rotation: turn });
  const keyPoint = fc.record({ x: percent, y: percent, width: radius });

  it('are written as they were read, and keep every digit on the canvas', () => {
    fc.assert(
      fc.property(ellipse, keyPoint, size, (first, second, extent) => {
        const oval = read(ellipseCodec, first);
        const point = read(keyPointCodec, second);
        if (!oval || !point) throw new Error('both are whole');
        expect(ellipseCodec.write(oval)).toEqual(first);
        expect(keyPointCodec.write(point)).toEqual(second);
        expect(ellipseBridge.toGeometry(shape(ellipseBridge, oval, extent), extent, oval)).toEqual(oval);
        expect(keyPointBridge.toGeometry(shape(keyPointBridge, point, extent), extent, point)).toEqual(point);
      }),
    );
  });

  it('are told apart by their keys', () => {
    expect(keyPointCodec.matches({ x: 1, y: 2, width: 3 })).toBe(true);
    expect(keyPointCodec.matches({ x: 1, y: 2, width: 3, height: 4 })).toBe(false);
    expect(ellipseCodec.matches({ x: 1, y: 2, radiusX: 3, radiusY: 4 })).toBe(true);
    expect(ellipseCodec.matches({ x: 1, y: 2, width: 3 })).toBe(false);
  });

  it('are refused without a number in them', () => {
    for (const broken of [{ x: '1' }, { y: null }, { radiusX: -1 }, { radiusY: Number.NaN }, { radiusX: {} }]) {
      expect(read(ellipseCodec, { x: 1, y: 2, radiusX: 3, radiusY: 4, ...broken })).toBeNull();
    }
    for (const broken of [{ x: '1' }, { y: [] }, { width: -1 }, { width: Number.POSITIVE_INFINITY }]) {
      expect(read(keyPointCodec, { x: 1, y: 2, width: 3, ...broken })).toBeNull();
    }
  });
});

describe('vectors', () => {
  const place = fc.record({ x: percent, y: percent });
  const vertices = fc
    .array(
      fc.record(
        {
          x: percent,
          y: percent,
          isBezier: fc.boolean(),
          controlPoint1: place,
          controlPoint2: place,
          disconnected: fc.boolean(),
          isBranching: fc.boolean(),
          ours: fc.jsonValue(),
        },
        { requiredKeys: ['x', 'y', 'isBezier'] },
      ),
      { minLength: 1, maxLength: 12 },
    )
    .chain((list) =>
      fc.array(fc.nat(), { minLength: list.length, maxLength: list.length }).map((seeds) =>
        list.map((vertex, i) => {
          const parent = (seeds[i] ?? 0) % (i + 1);
          return { id: `n${i}`, prevPointId: parent === i ? null : `n${parent}`, ...vertex };
        }),
      ),
    );

  it('are written as they were read, as trees and with the further keys of their vertices', () => {
    fc.assert(
      fc.property(vertices, fc.boolean(), size, (list, closed, extent) => {
        const geometry = read(vectorCodec, { vertices: list, closed }) as VectorGeometry;
        expect(vectorCodec.write(geometry)).toEqual({ vertices: list, closed });
        const back = vectorBridge.toGeometry(shape(vectorBridge, geometry, extent), extent, geometry);
        expect(back).toEqual(geometry);
      }),
    );
  });

  it('keep everything of the vertices that were not moved, and the further keys of the one that was', () => {
    fc.assert(
      fc.property(vertices, size, fc.nat(), (list, extent, seed) => {
        const geometry = read(vectorCodec, { vertices: list, closed: false }) as VectorGeometry;
        const made = shape(vectorBridge, geometry, extent);
        const at = seed % list.length;
        const moved = made.vertices.map((vertex, i) => (i === at ? { ...vertex, x: 0.123, y: 0.456 } : vertex));
        const back = vectorBridge.toGeometry({ ...made, vertices: moved }, extent, geometry);
        back.vertices.forEach((vertex, i) => {
          if (i !== at) expect(vertex).toBe(geometry.vertices[i]);
        });
        expect(back.vertices[at]).toEqual({
          ...list[at],
          x: (0.123 * 100) / extent.width,
          y: (0.456 * 100) / extent.height,
        });
      }),
    );
  });

  it('may be plain pairs, one path in their order', () => {
    const plain = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(read(vectorCodec, { vertices: plain })).toEqual({
      closed: false,
      vertices: [
        { x: 1, y: 2, id: 'v1', prevPointId: null, isBezier: false },
        { x: 3, y: 4, id: 'v2', prevPointId: 'v1', isBezier: false },
        { x: 5, y: 6, id: 'v3', prevPointId: 'v2', isBezier: false },
      ],
    });
  });

  it('that are hostile are read without harm or refused', () => {
    for (const broken of [[], [null], [[1]], [{ x: 1 }], [{ x: 1, y: 'a' }], ['ab'], 'text', { length: 2 }]) {
      expect(read(vectorCodec, { vertices: broken })).toBeNull();
    }
    const strange = read(vectorCodec, {
      vertices: [
        { id: '__proto__', x: 1, y: 1, prevPointId: 'constructor', isBezier: 1, controlPoint1: 'x' },
        { id: '__proto__', x: 2, y: 2, prevPointId: '__proto__' },
        { id: 'c', x: 3, y: 3, prevPointId: 'c' },
      ],
    }) as VectorGeometry;
    expect(strange.vertices.map(({ id }) => id)).toEqual(['__proto__', 'v2', 'c']);
    expect(shape(vectorBridge, strange, { width: 100, height: 100 }).vertices).toHaveLength(3);
  });
});
