import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regionRows } from '../src/core/region-rows';
import { RegionStore } from '../src/core/store';
import type { Change, Region } from '../src/core/types';
import { openResult } from './helpers';

function region(id: string, seq: number, more: Partial<Region> = {}): Region {
  return {
    id,
    wireId: id,
    object: 't',
    kind: 'text',
    geometry: { start: 0, end: 1 },
    facets: [],
    origin: 'manual',
    readonly: false,
    envelope: {},
    seq,
    ...more,
  };
}

/** What came, went, moved or became something else in one batch; an id may come up twice. */
const batch = fc.array(
  fc.record({
    id: fc.nat(60).map((n) => `r${n}`),
    seq: fc.oneof(fc.nat(50), fc.double({ min: 0, max: 50, noNaN: true })),
    state: fc.constantFrom('own', 'suggested', 'answer', 'gone'),
    below: fc.boolean(),
  }),
  { maxLength: 45 },
);

describe('the order of regions', () => {
  it('is after every batch of changes, and after taking it back, what sorting everything gives', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const store = new RegionStore();
        const first = Array.from({ length: 40 }, (_, at) => region(`r${at}`, at));
        store.load(first, [], []);
        const known = new Map(first.map((one) => [one.id, one]));
        const check = () => {
          const all = [...known.values()];
          const listed = all.filter((one) => one.kind !== 'answer');
          const own = listed.filter((one) => !one.suggested);
          for (const [ids, records] of [
            [store.ids(), all],
            [store.listedIds(), listed],
            [store.ownIds(), own],
          ] as const) {
            expect([...ids].sort()).toEqual(records.map((one) => one.id).sort());
            const places = ids.map((id) => known.get(id)?.seq ?? -1);
            expect(places).toEqual([...places].sort((a, b) => a - b));
          }
          for (const one of all) {
            expect(store.ownIndexOf(one.id)).toBe(store.ownIds().indexOf(one.id));
            expect(store.listedIndexOf(one.id)).toBe(store.listedIds().indexOf(one.id));
          }
          expect(store.isNested).toBe(all.some((one) => one.parentId !== undefined));
        };
        check();
        for (const steps of batches) {
          const changes: Change[] = [];
          const before = new Map(known);
          for (const { id, seq, state, below } of steps) {
            const after =
              state === 'gone'
                ? null
                : region(id, seq, {
                    kind: state === 'answer' ? 'answer' : 'text',
                    ...(state === 'suggested' ? { suggested: true } : {}),
                    ...(below ? { parentId: 'r0' } : {}),
                  });
            changes.push({ on: 'region', id, before: known.get(id) ?? null, after });
            if (after) known.set(id, after);
            else known.delete(id);
          }
          const old = store.ids();
          const copy = [...old];
          store.apply(changes, 'forward');
          check();
          // Whoever holds the list of before still has that list.
          expect(old).toEqual(copy);
          const after = new Map(known);
          known.clear();
          for (const [id, one] of before) known.set(id, one);
          store.apply(changes, 'backward');
          check();
          known.clear();
          for (const [id, one] of after) known.set(id, one);
          store.apply(changes, 'forward');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives the rows of the list both ways, and their places', () => {
    const config = '<View><Text name="t" value="$t"/><Labels name="l" toName="t"><Label value="A"/></Labels></View>';
    const items = Array.from({ length: 5 }, (_, at) => ({
      id: `r${at}`,
      from_name: 'l',
      to_name: 't',
      type: 'labels',
      value: { start: at, end: at + 1, labels: ['A'] },
    }));
    const editor = openResult(config, items, { t: 'abcdef' });
    const options = { group: 'none', order: 'created', query: '', filter: 'all', folded: new Set<string>() } as const;
    for (const descending of [false, true]) {
      const rows = regionRows(editor, { ...options, descending });
      const keys = Array.from(rows, (row) => (row.kind === 'region' ? row.id : ''));
      expect(keys).toEqual(descending ? ['r4', 'r3', 'r2', 'r1', 'r0'] : ['r0', 'r1', 'r2', 'r3', 'r4']);
      expect(keys.map((key) => rows.indexOf(key))).toEqual([0, 1, 2, 3, 4]);
      expect([rows.at(-1), rows.at(5), rows.indexOf('gone')]).toEqual([undefined, undefined, -1]);
    }
    // Rows that were made before a change are those of before.
    const before = regionRows(editor, { ...options, descending: false });
    editor.document.edit('Delete', (edit) => edit.remove(['r1']));
    expect(before.length).toBe(5);
    expect(before.indexOf('r3')).toBe(3);
    expect(regionRows(editor, { ...options, descending: false }).indexOf('r3')).toBe(2);
  });
});
