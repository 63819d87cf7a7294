import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isolated, quoted } from './isolated';

test('sec_180 a name turns nothing around it where no element can stand', () => {
  expect(quoted('Cats')).toBe('“Cats”');
  expect(quoted('חתולים')).toBe('“\u2068חתולים\u2069”');
  expect(isolated('1 قطط 2')).toBe('\u20681 قطط 2\u2069');
  expect(isolated('\u{1e900}')).toBe('\u2068\u{1e900}\u2069');
});

test('sec_180 no text of the pages quotes a name by itself', () => {
  const files = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.includes('isolated'));
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.flatMap((file) =>
    readFileSync(join(import.meta.dirname, '..', file), 'utf8')
      .split('\n')
      .filter((line) => /“\$?\{[^}]*(title|name)\b/i.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
