import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fingerprint, Journals } from '../src/core/journal';
import type { ResultItem } from '../src/core/types';

it('the fingerprint of what a tab holds is that of the result alone, whatever it held before', () => {
  const pool = Array.from(
    { length: 900 },
    (_, at) => ({ id: `r${at}`, type: 'labels', value: { start: at } }) as ResultItem,
  );
  const step = fc.record({
    at: fc.nat(900),
    gone: fc.nat(600),
    come: fc.array(fc.nat(899), { maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const journals = new Journals([], null);
      let result: readonly ResultItem[] = pool.slice(0, 700);
      expect(journals.fingerprint('tab', result)).toBe(fingerprint(result));
      for (const { at, gone, come } of steps) {
        const next = [...result];
        next.splice(at, gone, ...come.map((index) => pool[index] as ResultItem));
        result = next;
        expect(journals.fingerprint('tab', result)).toBe(fingerprint(result));
      }
    }),
  );
});
