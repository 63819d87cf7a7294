import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cubicAt, cubicBox, nearestOnCubic, splitCubic } from '../src/geometry/bezier';
import { gap, LengthMeter, overlap } from '../src/geometry/measure';
import {
  addVertex,
  breakPath,
  deleteVertex,
  flattenPath,
  insertOnPath,
  makeCorner,
  makeCurve,
  moveControl,
  nearestOnPath,
  type Path,
  type PathVertex,
  pathBox,
  segmentsOf,
} from '../src/geometry/path';
import { boxAround, encloses, grow } from '../src/geometry/point';
import { type EllipseShape, ellipseKind } from '../src/shapes/ellipse';
import { type VectorShape, vectorKind } from '../src/shapes/vector';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const point = fc.record({ x: number(0, 1000), y: number(0, 1000) });
const cubic = fc.record({ a: point, c1: point, c2: point, b: point });

/** One line of vertices, some of them curves. */
const line = fc
  .array(fc.record({ at: point, bend: fc.boolean(), c1: point, c2: point }), { minLength: 3, maxLength: 10 })
  .map((list): readonly PathVertex[] =>
    list.map(({ at, bend, c1, c2 }, i) => ({
      id: `n${i}`,
      ...at,
      prevPointId: i === 0 ? null : `n${i - 1}`,
      isBezier: bend,
      ...(bend ? { controlPoint1: c1, controlPoint2: c2 } : {}),
    })),
  );
const path = fc.record({ vertices: line, closed: fc.boolean() });
const tree = fc.array(fc.tuple(point, fc.nat()), { minLength: 2, maxLength: 12 }).map((list): Path => {
  let vertices: readonly PathVertex[] = [];
  for (const [at, seed] of list)
    vertices = addVertex(vertices, vertices.length === 0 ? -1 : seed % vertices.length, at);
  return { vertices, closed: false };
});

describe('curves', () => {
  it('run the same after they were cut in two', () => {
    fc.assert(
      fc.property(cubic, number(0.05, 0.95), number(0, 1), (curve, cut, t) => {
        const [first, second] = splitCubic(curve, cut);
        const whole = cubicAt(curve, t);
        const part = t <= cut ? cubicAt(first, t / cut) : cubicAt(second, (t - cut) / (1 - cut));
        expect(part.x).toBeCloseTo(whole.x, 6);
        expect(part.y).toBeCloseTo(whole.y, 6);
      }),
    );
  });

  it('lie in their box and touch it', () => {
    fc.assert(
      fc.property(cubic, (curve) => {
        const box = cubicBox(curve);
        const samples = Array.from({ length: 201 }, (_, i) => cubicAt(curve, i / 200));
        const seen = boxAround(samples);
        expect(encloses(grow(box, 1e-6), seen)).toBe(true);
        // The samples come near every side.
        expect(encloses(grow(seen, 3), box)).toBe(true);
      }),
    );
  });

  it('are nowhere nearer than where they say', () => {
    fc.assert(
      fc.property(cubic, point, number(0, 1), (curve, from, t) => {
        const other = cubicAt(curve, t);
        const found = nearestOnCubic(curve, from);
        // Between two samples a tight loop may hide a little.
        expect(found.distance).toBeLessThanOrEqual(Math.hypot(other.x - from.x, other.y - from.y) + 2);
      }),
    );
  });
});

describe('paths', () => {
  it('keep their run when a vertex is put in, and the new one lies on it', () => {
    fc.assert(
      fc.property(path, fc.nat(), number(0.05, 0.95), point, (before, seed, t, probe) => {
        const segment = seed % segmentsOf(before).length;
        const { path: after, id } = insertOnPath(before, segment, t);
        expect(after.vertices).toHaveLength(before.vertices.length + 1);
        expect(segmentsOf(after)).toHaveLength(segmentsOf(before).length + 1);
        const made = after.vertices.find((vertex) => vertex.id === id);
        expect(made && nearestOnPath(before, made)?.distance).toBeLessThan(0.5);
        const [one, two] = [nearestOnPath(before, probe), nearestOnPath(after, probe)];
        expect(Math.abs((one?.distance ?? 0) - (two?.distance ?? 0))).toBeLessThan(3);
      }),
    );
  });

  it('of straight lines lose a vertex that was put in without a trace', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (before, seed) => {
        const { path: after, id } = insertOnPath(before, seed % segmentsOf(before).length, 0.4);
        const back = deleteVertex(
          after,
          after.vertices.findIndex((vertex) => vertex.id === id),
        );
        expect(back).toEqual(before);
      }),
    );
  });

  it('stay in one piece whichever vertex is deleted', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (before, seed) => {
        const after = deleteVertex(before, seed % before.vertices.length);
        expect(after.vertices).toHaveLength(before.vertices.length - 1);
        expect(after.vertices.filter((vertex) => vertex.prevPointId === null)).toHaveLength(1);
        const ids = new Set(after.vertices.map((vertex) => vertex.id));
        for (const { prevPointId } of after.vertices) if (prevPointId !== null) expect(ids.has(prevPointId)).toBe(true);
        expect(segmentsOf(after)).toHaveLength(after.vertices.length - 1);
      }),
    );
  });

  it('that were closed lack one segment when they are opened there', () => {
    fc.assert(
      fc.property(line, fc.nat(), (vertices, seed) => {
        const ring: Path = { vertices, closed: true };
        const all = segmentsOf(ring);
        const open = breakPath(ring, seed % all.length);
        const ends = (one: Path) =>
          segmentsOf(one).map(({ from, to }) => `${one.vertices[from]?.id}-${one.vertices[to]?.id}`);
        const gone = ends(ring)[seed % all.length];
        expect(new Set(ends(open))).toEqual(new Set(ends(ring).filter((name) => name !== gone)));
        expect(open.closed).toBe(false);
      }),
    );
  });

  it('come back from curves to corners', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (before, seed) => {
        const index = seed % before.vertices.length;
        const bent = makeCurve(before, index);
        expect(bent.vertices[index]).toMatchObject({ isBezier: true });
        expect(makeCorner(bent, index)).toEqual(before);
      }),
    );
  });

  it('keep the length of the opposite handle and put it in line', () => {
    fc.assert(
      fc.property(line, point, (vertices, to) => {
        const index = vertices.findIndex((vertex) => vertex.isBezier);
        const vertex = vertices[index];
        fc.pre(vertex !== undefined && Math.hypot(to.x - vertex.x, to.y - vertex.y) > 1);
        if (!vertex?.controlPoint1) return;
        const before = Math.hypot(vertex.controlPoint1.x - vertex.x, vertex.controlPoint1.y - vertex.y);
        const moved = moveControl({ vertices, closed: false }, index, 2, to, false).vertices[index] as PathVertex;
        const [x1, y1] = [(moved.controlPoint1?.x ?? 0) - vertex.x, (moved.controlPoint1?.y ?? 0) - vertex.y];
        expect(Math.hypot(x1, y1)).toBeCloseTo(before, 6);
        expect(x1 * (to.y - vertex.y) - y1 * (to.x - vertex.x)).toBeCloseTo(0, 2);
        expect(x1 * (to.x - vertex.x) + y1 * (to.y - vertex.y)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  it('with circles and unknown ids among their vertices do no harm', () => {
    const at = { x: 1, y: 1, isBezier: false };
    const strange: VectorShape = {
      kind: 'vector',
      closed: false,
      vertices: [
        { ...at, id: 'a', prevPointId: 'b' },
        { ...at, id: 'b', x: 5, prevPointId: 'a' },
        { ...at, id: 'c', prevPointId: 'c' },
        { ...at, id: 'd', prevPointId: 'nobody' },
      ],
    };
    expect(segmentsOf(strange)).toHaveLength(2);
    expect(pathBox(strange)).toEqual({ minX: 1, minY: 1, maxX: 5, maxY: 1 });
    expect(flattenPath(deleteVertex(strange, 0)).length).toBeGreaterThanOrEqual(0);
    expect(vectorKind.distance(strange, { x: 3, y: 2 })).toBe(1);
  });
});

describe('ellipses', () => {
  const ellipse = fc.record({
    kind: fc.constant('ellipse' as const),
    x: number(300, 700),
    y: number(300, 700),
    radiusX: number(1, 200),
    radiusY: number(1, 200),
    rotation: fc.oneof(fc.constant(0), number(0, 359)),
  });
  const on = (shape: EllipseShape, angle: number) => {
    const turn = (shape.rotation * Math.PI) / 180;
    const [x, y] = [Math.cos(angle) * shape.radiusX, Math.sin(angle) * shape.radiusY];
    return {
      x: shape.x + x * Math.cos(turn) - y * Math.sin(turn),
      y: shape.y + x * Math.sin(turn) + y * Math.cos(turn),
    };
  };

  it('lie in their bounds, touch them, and are hit on their outline', () => {
    fc.assert(
      fc.property(ellipse, (shape) => {
        const box = ellipseKind.bounds(shape);
        const samples = Array.from({ length: 720 }, (_, i) => on(shape, (i * Math.PI) / 360));
        expect(Math.abs(Math.max(...samples.map(({ x }) => x)) - box.maxX)).toBeLessThan(0.05);
        expect(Math.abs(Math.min(...samples.map(({ y }) => y)) - box.minY)).toBeLessThan(0.05);
        for (const sample of samples.slice(0, 40)) expect(ellipseKind.distance(shape, sample)).toBeLessThan(0.05);
      }),
    );
  });

  it('are as far away as their nearest point', () => {
    fc.assert(
      fc.property(ellipse, point, (shape, from) => {
        const samples = Array.from({ length: 1440 }, (_, i) => on(shape, (i * Math.PI) / 720));
        const least = Math.min(...samples.map(({ x, y }) => Math.hypot(x - from.x, y - from.y)));
        expect(Math.abs((ellipseKind.nearestEdge?.(shape, from)?.distance ?? 0) - least)).toBeLessThan(0.6);
      }),
    );
  });

  it('meet a box exactly when they share a point with it', () => {
    fc.assert(
      fc.property(ellipse, point, point, (shape, a, b) => {
        const box = {
          minX: Math.min(a.x, b.x),
          minY: Math.min(a.y, b.y),
          maxX: Math.max(a.x, b.x),
          maxY: Math.max(a.y, b.y),
        };
        const inBox = ({ x, y }: { x: number; y: number }) =>
          x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY;
        const outline = Array.from({ length: 720 }, (_, i) => on(shape, (i * Math.PI) / 360)).some(inBox);
        const corners = [a, b, { x: a.x, y: b.y }, { x: b.x, y: a.y }];
        const covered = corners.some((corner) => ellipseKind.distance(shape, corner) === 0);
        if (outline || covered) expect(ellipseKind.meets(shape, box)).toBe(true);
        const near = { minX: box.minX - 3, minY: box.minY - 3, maxX: box.maxX + 3, maxY: box.maxY + 3 };
        const inNear = ({ x, y }: { x: number; y: number }) =>
          x >= near.minX && x <= near.maxX && y >= near.minY && y <= near.maxY;
        const close = Array.from({ length: 720 }, (_, i) => on(shape, (i * Math.PI) / 360)).some(inNear);
        if (!close && !covered && !inNear(shape)) expect(ellipseKind.meets(shape, box)).toBe(false);
      }),
    );
  });

  it('come back to where they were after a turn, a stretch and a move', () => {
    fc.assert(
      fc.property(ellipse, point, number(-180, 180), number(0.2, 5), (shape, origin, degrees, factor) => {
        const same = (one: EllipseShape) => {
          for (const key of ['x', 'y', 'radiusX', 'radiusY'] as const) expect(one[key]).toBeCloseTo(shape[key], 5);
        };
        same(ellipseKind.rotate(ellipseKind.rotate(shape, origin, degrees), origin, -degrees));
        same(ellipseKind.scale(ellipseKind.scale(shape, origin, factor, factor), origin, 1 / factor, 1 / factor));
        same(ellipseKind.translate(ellipseKind.translate(shape, degrees, factor), -degrees, -factor));
      }),
    );
  });
});

describe('measures', () => {
  it('are true for circles, boxes and curves', () => {
    const meter = new LengthMeter();
    const circle: EllipseShape = { kind: 'ellipse', x: 0, y: 0, radiusX: 10, radiusY: 10, rotation: 0 };
    ellipseKind.trace(circle, meter, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 });
    expect(meter.length).toBeCloseTo(20 * Math.PI, 6);
    const a = { minX: 0, minY: 0, maxX: 10, maxY: 10 };
    expect(gap(a, { minX: 15, minY: 2, maxX: 20, maxY: 8 })).toEqual({ x: 5, y: -6 });
    expect(overlap(a, { minX: 5, minY: 0, maxX: 15, maxY: 10 })).toBeCloseTo(1 / 3, 12);
    expect(overlap(a, { minX: 10, minY: 0, maxX: 15, maxY: 10 })).toBe(0);
  });
});
