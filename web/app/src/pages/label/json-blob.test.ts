import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonBlob } from './json-blob';

describe('the JSON of a save', () => {
  const read = async (blob: Blob) => JSON.parse(await blob.text()) as unknown;

  it('says the same as if it were written at once', async () => {
    const item = fc.record({ id: fc.string({ unit: 'grapheme' }), value: fc.jsonValue(), rle: fc.array(fc.nat(255)) });
    const body = fc.record({
      result: fc.array(item, { maxLength: 60 }),
      lead_time: fc.float({ noNaN: true }),
      draft_id: fc.option(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(body, async (one) => {
        expect(await read(await jsonBlob(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
      { numRuns: 60 },
    );
    expect(await read(await jsonBlob({ result: [] }))).toEqual({ result: [] });
  });

  it('lets others work while it writes tens of thousands of items, and keeps their order', async () => {
    const result = Array.from({ length: 60_000 }, (_, id) => ({ id, value: { x: id / 7, labels: ['Car'] } }));
    let turns = 0;
    const timer = setInterval(() => turns++);
    const blob = await jsonBlob({ result });
    clearInterval(timer);
    expect(await read(blob)).toEqual({ result });
    expect(turns).toBeGreaterThan(1);
  });
});
