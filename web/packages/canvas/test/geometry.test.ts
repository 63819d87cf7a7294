import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPercent, toPercentKeeping, toPixels } from '../src/geometry/percent';
import { distance, normalizeDegrees, rotatePoint } from '../src/geometry/point';
import {
  at,
  corners,
  fromThreePoints,
  type Rectangle,
  resize,
  rotateAbout,
  type Sides,
  scaleAbout,
  toLocal,
} from '../src/geometry/rectangle';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rectangle: fc.Arbitrary<Rectangle> = fc.record({
  x: number(-500, 5000),
  y: number(-500, 5000),
  width: number(1, 3000),
  height: number(1, 3000),
  rotation: number(0, 359.999),
});
const point = fc.record({ x: number(-1000, 6000), y: number(-1000, 6000) });
const sides = fc
  .tuple(fc.constantFrom(-1 as const, 0 as const, 1 as const), fc.constantFrom(-1 as const, 0 as const, 1 as const))
  .filter(([x, y]) => x !== 0 || y !== 0)
  .map(([x, y]): Sides => ({ x, y }));

describe('percent and pixels', () => {
  it('go to pixels and back within a billionth of a pixel', () => {
    fc.assert(
      fc.property(number(-50, 150), fc.integer({ min: 1, max: 100_000 }), (percent, extent) => {
        expect(Math.abs(toPercent(toPixels(percent, extent), extent) - percent)).toBeLessThan(1e-12);
      }),
    );
  });

  it('keep the digits of a number that was not changed', () => {
    fc.assert(
      fc.property(number(0, 100), fc.integer({ min: 1, max: 100_000 }), (percent, extent) => {
        expect(toPercentKeeping(toPixels(percent, extent), extent, percent)).toBe(percent);
      }),
    );
  });
});

describe('rotated rectangles', () => {
  it('turn clockwise about their top-left corner, as results say', () => {
    const [a, b, c, d] = corners({ x: 100, y: 50, width: 40, height: 20, rotation: 90 });
    expect([a, b, c, d]).toEqual([
      { x: 100, y: 50 },
      { x: 100, y: 90 },
      { x: 80, y: 90 },
      { x: 80, y: 50 },
    ]);
  });

  it('keep the opposite corner or side when they are resized, whatever the rotation', () => {
    fc.assert(
      fc.property(rectangle, sides, point, (r, side, to) => {
        const next = resize(r, side, to);
        // What the handle does not move: the opposite corner, or both corners of the opposite side.
        const fixed = [];
        for (const u of side.x === 0 ? [0, 1] : [side.x < 0 ? 1 : 0]) {
          for (const v of side.y === 0 ? [0, 1] : [side.y < 0 ? 1 : 0]) fixed.push(at(r, u, v));
        }
        for (const corner of fixed) {
          const nearest = Math.min(...corners(next).map((one) => distance(one, corner)));
          expect(nearest).toBeLessThan(1e-6);
        }
        expect(next.width).toBeGreaterThanOrEqual(0);
        expect(next.height).toBeGreaterThanOrEqual(0);
        expect(next.rotation).toBe(r.rotation);
      }),
    );
  });

  it('have their corner under the pointer when a corner is dragged', () => {
    fc.assert(
      fc.property(rectangle, point, (r, to) => {
        const next = resize(r, { x: 1, y: 1 }, to);
        const nearest = Math.min(...corners(next).map((one) => distance(one, to)));
        expect(nearest).toBeLessThan(1e-6);
      }),
    );
  });

  it('keep the ratio of their sides when asked to', () => {
    fc.assert(
      fc.property(rectangle, sides, point, (r, side, to) => {
        const next = resize(r, side, to, { keepRatio: true });
        expect(Math.abs(next.width * r.height - next.height * r.width)).toBeLessThan(
          1e-6 * (1 + next.width * r.height),
        );
      }),
    );
  });

  it('keep their centre when they are resized from it, and when they are turned about it', () => {
    fc.assert(
      fc.property(rectangle, sides, point, number(-720, 720), (r, side, to, degrees) => {
        const middle = at(r, 0.5, 0.5);
        expect(distance(at(resize(r, side, to, { fromCenter: true }), 0.5, 0.5), middle)).toBeLessThan(1e-6);
        const turned = rotateAbout(r, middle, degrees);
        expect(distance(at(turned, 0.5, 0.5), middle)).toBeLessThan(1e-6);
        expect(turned.rotation).toBeGreaterThanOrEqual(0);
        expect(turned.rotation).toBeLessThan(360);
      }),
    );
  });

  it('scale about a point like their corners do, when they are upright', () => {
    fc.assert(
      fc.property(
        rectangle,
        point,
        number(0.1, 5),
        number(0.1, 5),
        fc.constantFrom(0, 90, 180, 270),
        (r, origin, sx, sy, rotation) => {
          const upright = { ...r, rotation };
          const next = corners(scaleAbout(upright, origin, sx, sy));
          for (const corner of corners(upright)) {
            const wanted = { x: origin.x + (corner.x - origin.x) * sx, y: origin.y + (corner.y - origin.y) * sy };
            expect(Math.min(...next.map((one) => distance(one, wanted)))).toBeLessThan(1e-5);
          }
        },
      ),
    );
  });

  it('are made from a side and a height', () => {
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        fc.pre(distance(a, b) > 1);
        const r = fromThreePoints(a, b, c);
        const made = corners(r);
        for (const given of [a, b]) expect(Math.min(...made.map((one) => distance(one, given)))).toBeLessThan(1e-6);
        // The third point lies on the line of the far side.
        expect(Math.abs(toLocal(r, c).y - r.height)).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('angles', () => {
  it('stay the same direction when normalised', () => {
    fc.assert(
      fc.property(number(-10_000, 10_000), (degrees) => {
        const normal = normalizeDegrees(degrees);
        expect(normal).toBeGreaterThanOrEqual(0);
        expect(normal).toBeLessThan(360);
        const origin = { x: 0, y: 0 };
        expect(
          distance(rotatePoint({ x: 1, y: 0 }, origin, degrees), rotatePoint({ x: 1, y: 0 }, origin, normal)),
        ).toBeLessThan(1e-9);
      }),
    );
  });
});
