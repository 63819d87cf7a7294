import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labelsOf } from '../../editor/src/core/config';
import { parseConfig, validate } from '../src';

const folder = new URL('../../../../schema/label-configs/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.slice(0, -4));

interface Case {
  errors: { message: string; line: number | null; column: number | null }[];
  warnings?: { message: string; line: number | null; column: number | null }[];
  controls?: { name: string; tag: string; toNames: string[]; labels: string[] }[];
  colors?: Record<string, string[]>;
}

describe('shared cases of the labeling language', () => {
  it.each(names)('%s', (name) => {
    const xml = readFileSync(new URL(`${name}.xml`, folder), 'utf8');
    const expected: Case = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
    const found = validate(xml);
    const place = (one: { message: string; line: number | null; column: number | null }) => ({
      message: one.message,
      line: one.line,
      column: one.column,
    });
    const errors = found.filter((one) => one.severity === 'error');
    if (errors[0]?.code === 'xml') {
      // Of a text that is not well-formed implementations agree on the line alone.
      expect(expected.errors).toHaveLength(1);
      if (expected.errors[0]?.line != null) expect(errors[0].line).toBe(expected.errors[0].line);
      return;
    }
    expect(errors.map(place)).toEqual(expected.errors);
    if (expected.errors.length > 0) return;
    expect(found.filter((one) => one.severity === 'warning').map(place)).toEqual(expected.warnings);
    const config = parseConfig(xml);
    expect(
      config.controls.map((node) => ({ name: node.name, tag: node.tag, toNames: [...config.targetsOf(node)] })),
    ).toEqual(expected.controls?.map(({ name: own, tag, toNames }) => ({ name: own, tag, toNames })));
    for (const [control, colors] of Object.entries(expected.colors ?? {})) {
      const node = config.byName.get(control);
      if (!node?.type.endsWith('labels') || colors.some((color) => !color.startsWith('#') || color.length !== 7))
        continue;
      expect(labelsOf(node, {}).map((label) => label.color)).toEqual(colors.map((color) => color.toLowerCase()));
    }
  });
});
