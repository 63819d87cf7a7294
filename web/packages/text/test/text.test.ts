import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodePoints, IntervalIndex, overlaps, snap, step, wordAt } from '../src';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('😀', 'a', '\n', 'e\u0301', 'שלום', '👩‍👩‍👧', '\ud83d', 'x'.repeat(600)), { maxLength: 30 })
    .map((parts) => parts.join('')),
);

describe('CodePoints', () => {
  it('agrees with the iterator of the language at every offset', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(text, (value) => {
        const points = new CodePoints(value);
        const all = [...value];
        expect(points.length).toBe(all.length);
        let unit = 0;
        all.forEach((char, index) => {
          expect(points.toUnit(index)).toBe(unit);
          expect(points.fromUnit(unit)).toBe(index);
          unit += char.length;
        });
        expect(points.toUnit(all.length + 5)).toBe(value.length);
        expect(points.fromUnit(value.length + 5)).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('IntervalIndex', () => {
  const interval = fc
    .tuple(fc.nat(60), fc.integer({ min: 1, max: 30 }))
    .map(([start, length]) => ({ start, end: start + length }));
  it('finds exactly the spans that a scan finds', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), fc.nat(90), fc.nat(20), (list, from, length) => {
        const index = new IntervalIndex();
        const spans = list.map((one, i) => ({ id: `s${i}`, ...one }));
        for (const span of spans) index.set(span);
        const expected = spans
          .filter((span) => span.start < from + length && span.end > from && length > 0)
          .map((span) => span.id);
        if (length > 0)
          expect(
            index
              .overlapping(from, from + length)
              .map((span) => span.id)
              .sort(),
          ).toEqual(expected.sort());
        const at = index.at(from);
        expect(at.map((span) => span.id).sort()).toEqual(
          spans
            .filter((span) => span.start <= from && from < span.end)
            .map((span) => span.id)
            .sort(),
        );
        for (let i = 1; i < at.length; i++)
          expect((at[i]?.end ?? 0) - (at[i]?.start ?? 0)).toBeGreaterThanOrEqual(
            (at[i - 1]?.end ?? 0) - (at[i - 1]?.start ?? 0),
          );
      }),
    );
  });

  it('tells where spans lie over each other', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 20 }), (list) => {
        const found = overlaps(list.map((one, i) => ({ id: String(i), ...one })));
        for (let place = 0; place < 100; place++) {
          const depth = list.filter((one) => one.start <= place && place < one.end).length;
          expect(found.some((one) => one.start <= place && place < one.end)).toBe(depth >= 2);
        }
      }),
    );
  });
});

describe('granularity', () => {
  const value = 'Hello wide world. Is it\nlate 👩‍👩‍👧 now?  Yes.';
  const cut = (from: string, to: string, by: 'symbol' | 'word' | 'sentence' | 'paragraph') => {
    const stretch = snap(value, { start: value.indexOf(from), end: value.indexOf(to) + to.length }, by);
    return stretch && value.slice(stretch.start, stretch.end);
  };
  it('snaps to words, sentences and paragraphs, and trims spaces', () => {
    expect(cut('ide wo', 'ide wo', 'word')).toBe('wide world');
    expect(cut('ide ', 'ide ', 'word')).toBe('wide');
    expect(cut('ide', 'ide', 'sentence')).toBe('Hello wide world.');
    expect(cut('Is', 'Is', 'paragraph')).toBe('Hello wide world. Is it');
    expect(snap(value, { start: 5, end: 6 }, 'word')).toBeNull();
    expect(snap(value, { start: 5, end: 5 }, 'symbol')).toBeNull();
  });
  it('never cuts an emoji made of several', () => {
    const start = value.indexOf('👩');
    const stretch = snap(value, { start: start + 2, end: start + 4 }, 'symbol');
    expect(stretch && value.slice(stretch.start, stretch.end)).toBe('👩‍👩‍👧');
    expect(step(value, start, 1, 'symbol')).toBe(start + '👩‍👩‍👧'.length);
    expect(step(value, start + '👩‍👩‍👧'.length, -1, 'symbol')).toBe(start);
  });
  it('cuts where the language says that a character ends, in any text', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\r',
      '\n',
      'é',
      'e\u0301',
      'ÿ',
      '\u00ad',
      '\u200d',
      '👩‍👧',
      '🇸🇪',
      '각',
      '\u1100',
      'ก็',
      '©\ufe0f',
    );
    const any = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 20 });
    fc.assert(
      fc.property(any, fc.nat(60), fc.nat(60), (pieces, one, other) => {
        const text = pieces.join('');
        const [from, to] = [Math.min(one, other, text.length), Math.min(Math.max(one, other), text.length)];
        const stretch = snap(text, { start: from, end: to }, 'symbol');
        const borders = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(
          ({ index }) => index,
        );
        borders.push(text.length);
        if (from === to) expect(stretch).toBeNull();
        else
          expect(stretch).toEqual({
            start: borders.filter((border) => border <= from).at(-1),
            end: borders.find((border) => border >= to),
          });
      }),
    );
  });
  it('finds the word at a place', () => {
    expect(wordAt(value, 7)).toEqual({ start: 6, end: 10 });
    expect(wordAt(value, 5)).toBeNull();
  });
});
