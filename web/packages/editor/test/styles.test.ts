/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

it('styles ask with `:has` for the look of the element itself alone', () => {
  // A rule for what stands inside or beside the element has browsers look at everything in it again whenever anything in
  // the editor comes or goes: 13 ms of style for a word in the bottom bar.
  const wide: string[] = [];
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.css'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const text = readFileSync(path.join(SOURCES, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, selectors = ''] of text.matchAll(/([^{}]*)\{/g)) {
      if (/:has\((?:[^()]|\([^()]*\))*\)[^,]*[\s>+~](?=[^,\s])/.test(selectors))
        wide.push(`${file}: ${selectors.trim()}`);
    }
  }
  expect(wide).toEqual([]);
});
