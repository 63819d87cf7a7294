import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box } from '../src/geometry/point';
import { mergeBoxes } from '../src/render/canvas2d';
import { Scene, type SceneItem } from '../src/scene';
import { kindOf } from '../src/shapes/registry';
import type { Shape } from '../src/shapes/shape';
import { SpatialIndex } from '../src/spatial-index';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rectangle: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('rectangle'),
  x: number(0, 900),
  y: number(0, 900),
  width: number(1, 200),
  height: number(1, 200),
  rotation: fc.oneof(fc.constant(0), number(0, 359)),
});
const polygon: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('polygon'),
  points: fc
    .array(number(0, 1000), { minLength: 6, maxLength: 12 })
    .map((flat) => Float64Array.from(flat.slice(0, flat.length & ~1))),
  closed: fc.boolean(),
});
const shapes = fc.array(fc.oneof(rectangle, polygon), { minLength: 1, maxLength: 60 });

function item(id: string, shape: Shape, order: number): SceneItem {
  return {
    id,
    shape,
    style: { color: '#336699', fillOpacity: 0.2, strokeWidth: 1 },
    order,
    rotatable: true,
    snapToPixel: false,
    caption: () => id,
  };
}

function scene(list: readonly Shape[]): Scene {
  const made = new Scene(() => undefined);
  made.load(list.map((shape, order) => item(`r${order}`, shape, order)));
  return made;
}

describe('hit test', () => {
  it('finds what trying every region finds, smaller before larger, upper before lower', () => {
    fc.assert(
      fc.property(shapes, number(0, 1000), number(0, 1000), number(0.5, 20), (list, x, y, tolerance) => {
        const found = scene(list).hit({ x, y }, tolerance);
        const all = list
          .map((shape, order) => ({ id: `r${order}`, shape, order }))
          .filter((one) => kindOf(one.shape).distance(one.shape, { x, y }) <= tolerance)
          .sort((a, b) => kindOf(a.shape).area(a.shape) - kindOf(b.shape).area(b.shape) || b.order - a.order);
        expect(found.map((one) => one.id)).toEqual(all.map((one) => one.id));
      }),
    );
  });

  it('does not find what is hidden, and finds it again', () => {
    const one = scene([{ kind: 'rectangle', x: 0, y: 0, width: 10, height: 10, rotation: 0 } as Shape]);
    one.setHidden(['r0'], true);
    expect(one.hit({ x: 5, y: 5 }, 1)).toEqual([]);
    one.setHidden(['r0'], false);
    expect(one.hit({ x: 5, y: 5 }, 1)).toHaveLength(1);
  });
});

describe('spatial index', () => {
  const box = fc
    .tuple(number(0, 1000), number(0, 1000), number(0, 100), number(0, 100))
    .map(([minX, minY, width, height]): Box => ({ minX, minY, maxX: minX + width, maxY: minY + height }));

  it('gives the same as a list after any series of changes', () => {
    const step = fc.record({ id: fc.nat(40), box, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(box, { maxLength: 40 }), fc.array(step, { maxLength: 60 }), box, (start, steps, area) => {
        const index = new SpatialIndex();
        const list = new Map<string, Box>(start.map((one, i) => [String(i), one]));
        index.load(list);
        for (const { id, box: next, remove } of steps) {
          if (remove) {
            list.delete(String(id));
            index.delete(String(id));
          } else {
            list.set(String(id), next);
            index.set(String(id), next);
          }
        }
        const meets = (b: Box) =>
          b.minX <= area.maxX && area.minX <= b.maxX && b.minY <= area.maxY && area.minY <= b.maxY;
        expect(index.query(area).sort()).toEqual(
          [...list]
            .filter(([, b]) => meets(b))
            .map(([id]) => id)
            .sort(),
        );
        expect(index.size).toBe(list.size);
      }),
    );
  });

  it('answers the same whether it was made ready before or is asked at once', () => {
    const list = Array.from({ length: 50 }, (_, i) => [String(i), { minX: i, minY: 0, maxX: i, maxY: 0 }] as const);
    const [ready, fresh] = [new SpatialIndex(), new SpatialIndex()];
    for (const index of [ready, fresh]) index.load(list);
    ready.prepare();
    const part = { minX: 9.5, minY: -1, maxX: 20.5, maxY: 1 };
    expect(fresh.query(part).sort()).toEqual(ready.query(part).sort());
    expect(fresh.query(part)).toHaveLength(11);
    fresh.load(list.slice(0, 15));
    expect(fresh.query(part)).toHaveLength(5);
    fresh.load([]);
    expect(fresh.query(part)).toEqual([]);
  });

  it('is built again when many things moved', () => {
    const index = new SpatialIndex();
    index.load(Array.from({ length: 2000 }, (_, i) => [String(i), { minX: i, minY: 0, maxX: i, maxY: 0 }] as const));
    for (let i = 0; i < 1000; i++) index.set(String(i), { minX: -i - 1, minY: 0, maxX: -i - 1, maxY: 0 });
    expect(index.query({ minX: -5000, minY: -1, maxX: -0.5, maxY: 1 })).toHaveLength(1000);
    expect(index.query({ minX: 0, minY: -1, maxX: 5000, maxY: 1 })).toHaveLength(1000);
  });
});

describe('boxes to repaint', () => {
  it('never overlap after they were merged, and cover what they covered', () => {
    const whole = fc
      .tuple(fc.nat(100), fc.nat(100), fc.nat(30), fc.nat(30))
      .map(([minX, minY, width, height]): Box => ({ minX, minY, maxX: minX + width, maxY: minY + height }));
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 20 }), (boxes) => {
        const merged = mergeBoxes(boxes);
        for (const one of boxes) {
          expect(
            merged.some((m) => m.minX <= one.minX && m.minY <= one.minY && m.maxX >= one.maxX && m.maxY >= one.maxY),
          ).toBe(true);
        }
        for (let i = 0; i < merged.length; i++) {
          for (let j = i + 1; j < merged.length; j++) {
            const [a, b] = [merged[i] as Box, merged[j] as Box];
            expect(a.minX <= b.maxX && b.minX <= a.maxX && a.minY <= b.maxY && b.minY <= a.maxY).toBe(false);
          }
        }
      }),
    );
  });
});
