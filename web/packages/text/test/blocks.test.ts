import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, IntervalIndex, snap, snapBetween } from '../src';

describe('texts made of blocks', () => {
  const text = 'HelloWorld. Next oneLast';
  const breaks = [5, 20];
  const cut = (start: number, end: number, by: 'symbol' | 'word' | 'sentence' | 'paragraph') => {
    const stretch = snapBetween(text, breaks, { start, end }, by);
    return stretch && text.slice(stretch.start, stretch.end);
  };

  it('ends words and sentences where a block ends', () => {
    expect(cut(2, 4, 'word')).toBe('Hello');
    expect(cut(6, 8, 'word')).toBe('World');
    expect(cut(6, 8, 'sentence')).toBe('World.');
    expect(cut(3, 7, 'word')).toBe('HelloWorld');
    expect(cut(22, 23, 'paragraph')).toBe('Last');
    expect(cut(7, 7, 'word')).toBeNull();
  });

  it('is plain snapping without breaks, and never leaves the blocks that the selection touches', () => {
    const any = fc.string({ unit: 'grapheme', maxLength: 60 });
    const by = fc.constantFrom('symbol' as const, 'word' as const, 'sentence' as const, 'paragraph' as const);
    fc.assert(
      fc.property(any, fc.nat(60), fc.nat(60), fc.array(fc.nat(60), { maxLength: 4 }), by, (value, a, b, at, unit) => {
        const selection = { start: Math.min(a, b, value.length), end: Math.min(Math.max(a, b), value.length) };
        expect(snapBetween(value, [], selection, unit)).toEqual(snap(value, selection, unit));
        const borders = [...new Set(at.filter((one) => one > 0 && one < value.length))].sort((x, y) => x - y);
        const snapped = snapBetween(value, borders, selection, unit);
        if (!snapped) return;
        expect(snapped.start).toBeGreaterThanOrEqual(blockOf(value, borders, selection.start).start);
        expect(snapped.end).toBeLessThanOrEqual(blockOf(value, borders, Math.max(0, selection.end - 1)).end);
      }),
    );
  });
});

describe('IntervalIndex while it changes', () => {
  it('answers after every change as an index made anew', () => {
    const step = fc.record({
      id: fc.nat(8),
      start: fc.nat(30),
      length: fc.integer({ min: 1, max: 12 }),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, place) => {
        const index = new IntervalIndex();
        const known = new Map<string, { id: string; start: number; end: number }>();
        for (const { id, start, length, gone } of steps) {
          const key = `s${id}`;
          if (gone) {
            index.delete(key);
            known.delete(key);
          } else {
            const span = { id: key, start, end: start + length };
            index.set(span);
            known.set(key, span);
          }
          const fresh = new IntervalIndex();
          for (const span of known.values()) fresh.set(span);
          const ids = (list: readonly { id: string }[]) => list.map((one) => one.id).sort();
          expect(ids(index.at(place))).toEqual(ids(fresh.at(place)));
          expect(ids(index.overlapping(place, place + 5))).toEqual(ids(fresh.overlapping(place, place + 5)));
          expect(index.all().map(({ start: from }) => from)).toEqual(fresh.all().map(({ start: from }) => from));
        }
      }),
    );
  });

  it('finds the same as a scan among thousands, while they come and go', () => {
    const random = sequence(7);
    const known = new Map<string, { id: string; start: number; end: number }>();
    const index = new IntervalIndex();
    const put = (id: string) => {
      // Some begin at one place, and a few reach over many others.
      const start = random() < 0.2 ? 500 : Math.floor(random() * 20_000);
      const span = { id, start, end: start + 1 + Math.floor(random() ** 8 * 9000) };
      index.set(span);
      known.set(id, span);
    };
    for (let at = 0; at < 3000; at++) put(`s${at}`);
    expect(index.all()).toHaveLength(3000);
    for (let round = 0; round < 4000; round++) {
      const id = `s${Math.floor(random() * 5000)}`;
      if (random() < 0.4) {
        index.delete(id);
        known.delete(id);
      } else put(id);
      if (round % 50 > 0) continue;
      const from = Math.floor(random() * 20_000);
      const scanned = [...known.values()].filter((span) => span.start < from + 40 && span.end > from);
      const found = index.overlapping(from, from + 40);
      expect(found.map((span) => span.id).sort()).toEqual(scanned.map((span) => span.id).sort());
      for (let at = 1; at < found.length; at++) {
        const [before, after] = [found[at - 1], found[at]];
        expect(
          (before?.start ?? 0) - (after?.start ?? 0) || (after?.end ?? 0) - (before?.end ?? 0),
        ).toBeLessThanOrEqual(0);
      }
    }
    for (const id of known.keys()) index.delete(id);
    expect(index.overlapping(0, 30_000)).toEqual([]);
  });
});

/** Numbers from 0 to 1, the same in each run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
