/// <reference types="node" />
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brushCenter,
  emptyMask,
  flood,
  type Mask,
  MaskEditor,
  maskArea,
  maskBounds,
  maskDifference,
  maskHas,
  maskMeets,
  packMask,
  resizeMask,
  strokeSegment,
  unpackMask,
} from '../../src/raster';
import { levelBits } from '../../src/raster/level';
import { plainOf } from './reference';

const WIDTH = 150;
const HEIGHT = 140;
const span = fc.record({
  y: fc.integer({ min: -2, max: HEIGHT + 2 }),
  from: fc.integer({ min: -70, max: WIDTH + 10 }),
  length: fc.integer({ min: 0, max: 200 }),
  paint: fc.boolean(),
});

function painted(edits: readonly { y: number; from: number; length: number; paint: boolean }[]) {
  const pixels = new Uint8Array(WIDTH * HEIGHT);
  const editor = new MaskEditor(emptyMask(WIDTH, HEIGHT));
  const masks: Mask[] = [];
  for (const { y, from, length, paint } of edits) {
    editor.span(y, from, from + length, paint);
    for (let x = Math.max(0, from); x < Math.min(WIDTH, from + length); x++)
      if (y >= 0 && y < HEIGHT) pixels[y * WIDTH + x] = paint ? 1 : 0;
    masks.push(editor.snapshot());
  }
  return { pixels, mask: editor.snapshot(), masks };
}

function same(mask: Mask, pixels: Uint8Array): boolean {
  return Buffer.from(plainOf(mask).pixels).equals(Buffer.from(pixels));
}

describe('masks', () => {
  it('hold what was painted and cleared; earlier masks stay as they were', () => {
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), (edits) => {
        const { mask, masks, pixels } = painted(edits);
        expect(same(mask, pixels)).toBe(true);
        const half = Math.floor(edits.length / 2);
        expect(same(masks[half] as Mask, painted(edits.slice(0, half + 1)).pixels)).toBe(true);
        expect(maskArea(mask)).toBe(pixels.reduce((sum, pixel) => sum + pixel, 0));
      }),
    );
  });

  it('share every tile that did not change, and are the same object when nothing did', () => {
    const editor = new MaskEditor(emptyMask(1000, 1000));
    for (let y = 0; y < 1000; y++) editor.span(y, 10, 990, true);
    const before = editor.snapshot();
    editor.span(500, 400, 420, true);
    expect(editor.snapshot()).toBe(before);
    editor.span(500, 400, 420, false);
    const after = editor.snapshot();
    const changed = after.rows.flatMap((row, y) => row.filter((cell, x) => cell !== before.rows[y]?.[x]));
    expect(changed).toHaveLength(1);
    expect(maskDifference(before, after)).toEqual({ minX: 384, minY: 448, maxX: 448, maxY: 512 });
    // Inside it is full: nothing is kept for those tiles.
    expect(before.rows[7]?.[7]).toBe(1);
  });

  it('tell their bounds, and whether they meet a box', () => {
    const box = fc.tuple(
      fc.integer({ min: -5, max: WIDTH }),
      fc.integer({ min: -5, max: HEIGHT }),
      fc.integer({ min: 1, max: 80 }),
    );
    fc.assert(
      fc.property(fc.array(span, { maxLength: 5 }), box, (edits, [x, y, side]) => {
        const { mask, pixels } = painted(edits);
        let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
        let meets = false;
        pixels.forEach((pixel, index) => {
          if (!pixel) return;
          const px = index % WIDTH;
          const py = (index - px) / WIDTH;
          [minX, minY, maxX, maxY] = [
            Math.min(minX, px),
            Math.min(minY, py),
            Math.max(maxX, px + 1),
            Math.max(maxY, py + 1),
          ];
          meets ||= px >= x && px < x + side && py >= y && py < y + side;
        });
        expect(maskBounds(mask)).toEqual({ minX, minY, maxX, maxY });
        expect(maskMeets(mask, { minX: x, minY: y, maxX: x + side, maxY: y + side })).toBe(meets);
      }),
    );
  });

  it('travel to a worker and back', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), (edits) => {
        const { mask, pixels } = painted(edits);
        expect(same(unpackMask(structuredClone(packMask(mask))), pixels)).toBe(true);
      }),
    );
  });

  it('join and take away other masks', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), fc.array(span, { maxLength: 6 }), fc.boolean(), (a, b, paint) => {
        const one = painted(a);
        const two = painted(b);
        const editor = new MaskEditor(one.mask);
        editor.combine(two.mask, paint);
        const wanted = one.pixels.map((pixel, i) => (two.pixels[i] ? (paint ? 1 : 0) : pixel));
        expect(same(editor.snapshot(), wanted)).toBe(true);
      }),
    );
  });

  it('are seen from afar when any pixel is painted, on every level and at any place', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 5 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: -2, max: 4 }),
        fc.integer({ min: -3, max: 60 }),
        (edits, level, column, top) => {
          const { mask, pixels } = painted(edits);
          const area = { level, x: column * 32, y: top, words: 3, rows: 40 };
          const out = new Uint32Array(area.words * area.rows);
          levelBits(mask, area, out);
          const wanted = new Uint32Array(out.length);
          pixels.forEach((pixel, index) => {
            if (!pixel) return;
            const px = index % WIDTH;
            const x = (px >> level) - area.x;
            const y = (((index - px) / WIDTH) >> level) - top;
            if (x < 0 || x >= 96 || y < 0 || y >= 40) return;
            const place = y * 3 + (x >> 5);
            wanted[place] = ((wanted[place] as number) | (1 << (x & 31))) >>> 0;
          });
          expect(out).toEqual(wanted);
        },
      ),
    );
  });

  it('are made larger and smaller by the nearest pixel', () => {
    const editor = new MaskEditor(emptyMask(100, 50));
    for (let y = 10; y < 20; y++) editor.span(y, 30, 60, true);
    const twice = resizeMask(editor.snapshot(), 200, 100);
    expect(maskBounds(twice)).toEqual({ minX: 60, minY: 20, maxX: 120, maxY: 40 });
    expect(maskArea(twice)).toBe(4 * 300);
  });
});

describe('strokes', () => {
  const place = fc.record({
    x: fc.double({ min: -5, max: 70, noNaN: true }),
    y: fc.double({ min: -5, max: 70, noNaN: true }),
  });
  const radius = fc.double({ min: 0.5, max: 15, noNaN: true });

  it('cover the pixels whose middle is within the brush on its way, also when pressure changes', () => {
    fc.assert(
      fc.property(place, place, radius, radius, (a, b, first, last) => {
        const editor = new MaskEditor(emptyMask(64, 64));
        strokeSegment(editor, { ...a, radius: first }, { ...b, radius: last }, true);
        const mask = editor.snapshot();
        const wrong: string[] = [];
        for (let y = 0; y < 64; y += 3) {
          for (let x = 0; x < 64; x++) {
            // The hull of two discs: the nearest of many discs between them.
            let depth = -Infinity;
            for (let t = 0; t <= 1; t += 1 / 150) {
              const away = Math.hypot(x + 0.5 - a.x - (b.x - a.x) * t, y + 0.5 - a.y - (b.y - a.y) * t);
              depth = Math.max(depth, first + (last - first) * t - away);
            }
            if (Math.abs(depth) > 0.15 && maskHas(mask, x, y) !== depth > 0) wrong.push(`${x}, ${y}`);
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('of one pixel leave no gap and paint exactly the pixels under the pointer', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const editor = new MaskEditor(emptyMask(64, 64));
        const from = brushCenter(a, 1);
        const to = brushCenter(b, 1);
        strokeSegment(editor, { ...from, radius: 0.5 }, { ...to, radius: 0.5 }, true);
        const mask = editor.snapshot();
        const inside = (p: { x: number; y: number }) => p.x > 0 && p.y > 0 && p.x < 64 && p.y < 64;
        fc.pre(inside(from) && inside(to));
        expect(maskHas(mask, Math.floor(from.x), Math.floor(from.y))).toBe(true);
        expect(maskHas(mask, Math.floor(to.x), Math.floor(to.y))).toBe(true);
        // Each column (or row, for steep lines) between the ends is met.
        const steep = Math.abs(to.y - from.y) > Math.abs(to.x - from.x);
        const [low, high] = steep
          ? [Math.min(from.y, to.y), Math.max(from.y, to.y)]
          : [Math.min(from.x, to.x), Math.max(from.x, to.x)];
        for (let i = Math.floor(low); i <= Math.floor(high); i++) {
          const line = Array.from({ length: 64 }, (_, j) => (steep ? maskHas(mask, j, i) : maskHas(mask, i, j)));
          expect(line.some(Boolean)).toBe(true);
        }
      }),
    );
  });

  it('snap to whole pixels by the diameter', () => {
    const area = (diameter: number) => {
      const editor = new MaskEditor(emptyMask(64, 64));
      const dab = { ...brushCenter({ x: 30.3, y: 30.8 }, diameter), radius: diameter / 2 };
      strokeSegment(editor, dab, dab, true);
      return maskArea(editor.snapshot());
    };
    expect([1, 2, 3, 4].map(area)).toEqual([1, 4, 9, 12]);
  });
});

describe('the magic wand', () => {
  const picture = (paint: (x: number, y: number) => number) => {
    const data = new Uint8ClampedArray(60 * 40 * 4);
    for (let i = 0; i < 60 * 40; i++) data.fill(paint(i % 60, Math.floor(i / 60)), i * 4, i * 4 + 3);
    return { data, width: 60, height: 40 };
  };

  it('takes what hangs together and is like the pixel, and no more', () => {
    // Two dark squares on light ground that do not touch, one of them a little lighter on its right half.
    const pixels = picture((x, y) =>
      y >= 10 && y < 30 && ((x >= 5 && x < 25) || (x >= 30 && x < 50)) ? (x < 15 ? 20 : 30) : 200,
    );
    expect(maskBounds(flood(pixels, 7, 12, 0, 0))).toEqual({ minX: 5, minY: 10, maxX: 15, maxY: 30 });
    const both = flood(pixels, 7, 12, 10, 0);
    expect(maskBounds(both)).toEqual({ minX: 5, minY: 10, maxX: 25, maxY: 30 });
    expect(maskArea(both)).toBe(400);
    expect(maskArea(flood(pixels, 7, 12, 255, 0))).toBe(60 * 40);
    expect(maskArea(flood(pixels, 60, 12, 255, 0))).toBe(0);
  });

  it('closes small holes when it smooths, and leaves thin lines alone', () => {
    const holes = picture((x, y) =>
      y >= 8 && y < 32 && x >= 8 && x < 52 ? (x % 9 === 0 && y % 9 === 0 ? 250 : 20) : 200,
    );
    expect(maskArea(flood(holes, 10, 10, 5, 0))).toBeLessThan(24 * 44);
    const even = flood(holes, 20, 20, 5, 3);
    expect(maskHas(even, 27, 18)).toBe(true);
    expect(maskHas(even, 2, 2)).toBe(false);
    const line = picture((x) => (x === 30 ? 0 : 255));
    expect(maskArea(flood(line, 30, 5, 5, 5))).toBe(40);
  });
});
