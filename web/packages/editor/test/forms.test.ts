/** The pure parts of answer controls: dates, numbers, trees, orders, remote entries. */

import { parseConfig } from '@labelkeep/labeling';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceTree } from '../src/core/choice-tree';
import { placeOf as choicePlace, pressed } from '../src/tags/choices/answer';
import { defaultDate, formatOf, readDate, writeDate } from '../src/tags/datetime/kind';
import { formatDate, parseDate } from '../src/tags/datetime/strftime';
import { counted, problemOf, ruleOf, stepped } from '../src/tags/number/rule';
import { searchRows, treeRows } from '../src/tags/picker/rows';
import { boardOf, columnsOf, itemsOf, moved, placeOf } from '../src/tags/ranker/model';
import { withPaths } from '../src/tags/taxonomy/entries';
import { levelAddress, readLevel } from '../src/tags/taxonomy/remote';

function node(xml: string) {
  const found = parseConfig(`<View><Text name="t" value="$t"/>${xml}</View>`).byName.get('x');
  if (!found) throw new Error('The control is called x.');
  return found;
}

describe('strftime', () => {
  const parts = fc
    .date({ min: new Date(1000, 0, 1), max: new Date(9999, 11, 31), noInvalidDate: true })
    .map((date) => ({
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    }));

  it('reads what it wrote, in every format that names all parts', () => {
    const formats = [
      '%Y-%m-%dT%H:%M:%S',
      '%A, %-d %B %Y, %I:%M:%S %p',
      '%d/%b/%Y %T',
      '%Y%j %H%M%S',
      'on %e %h %Y at %X',
      '%c',
      '%F %R:%S %Z',
    ];
    fc.assert(
      fc.property(parts, fc.constantFrom(...formats), (date, format) => {
        expect(parseDate(format, formatDate(format, date))).toEqual(date);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws and never invents, for any format and text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (format, text) => {
        formatDate(format, parseDate(format, text) ?? {});
      }),
      { numRuns: 500 },
    );
    expect(parseDate('%Y-%m-%d', '2023-02-29')).toBeNull();
    expect(parseDate('%Y-%m-%d', '2024-02-29')).toEqual({ year: 2024, month: 2, day: 29 });
    expect(parseDate('%Y-%m-%d', '2024-02-30 ')).toBeNull();
    expect(parseDate('%H:%M', '24:00')).toBeNull();
    expect(parseDate('%d.%m.%y', '01.02.68')).toEqual({ year: 2068, month: 2, day: 1 });
    expect(parseDate('%d.%m.%y', '01.02.69')).toEqual({ year: 1969, month: 2, day: 1 });
  });

  it('writes known moments', () => {
    const date = { year: 2026, month: 3, day: 4, hour: 0, minute: 5, second: 6 };
    expect(formatDate('%a %A %b %B %d|%e|%-d|%_d %j %y %I %p %%', date)).toBe(
      'Wed Wednesday Mar March 04| 4|4| 4 063 26 12 AM %',
    );
    expect(formatDate('%k', date)).toBe('%k');
  });

  it('has the default formats of each kind, reads ISO beside its own format, and keeps years as numbers', () => {
    expect(formatOf(node('<DateTime name="x" toName="t"/>'))).toBe('%Y-%m-%dT%H:%M');
    expect(formatOf(node('<DateTime name="x" toName="t" only="date,month"/>'))).toBe('%Y-%m-%d');
    expect(formatOf(node('<DateTime name="x" toName="t" only="time"/>'))).toBe('%H:%M');
    expect(formatOf(node('<DateTime name="x" toName="t" only="year"/>'))).toBe('%Y');
    const german = node('<DateTime name="x" toName="t" only="date" format="%d.%m.%Y" defaultValue="2024-05-01"/>');
    expect(readDate(german, '03.04.2025')).toEqual({ year: 2025, month: 4, day: 3 });
    expect(readDate(german, '2025-04-03T10:00:00.5Z')).toMatchObject({ year: 2025, month: 4, day: 3 });
    expect(writeDate(german, { year: 2025, month: 4, day: 3 })).toBe('03.04.2025');
    expect(defaultDate(german)).toBe('01.05.2024');
  });
});

describe('numbers', () => {
  it('step along min + k·step without rounding errors, and wrap by the hotkey', () => {
    const rule = ruleOf(node('<Number name="x" toName="t" min="0.1" max="0.7" step="0.2"/>'));
    const seen: number[] = [];
    let value: number | undefined;
    for (let i = 0; i < 6; i++) {
      value = counted(rule, value);
      seen.push(value);
    }
    expect(seen).toEqual([0.1, 0.3, 0.5, 0.7, 0.1, 0.3]);
    expect(problemOf(rule, 0.4)).toContain('0.3 or 0.5');
  });

  it('stay on the lattice and inside the bounds, wherever they start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.nat(40),
        fc.constantFrom(0.1, 0.25, 1, 3),
        fc.double({ min: -60, max: 60, noNaN: true }),
        (min, width, step, start) => {
          const rule = ruleOf(node(`<Number name="x" toName="t" min="${min}" max="${min + width}" step="${step}"/>`));
          const up = stepped(rule, start, 1);
          const down = stepped(rule, start, -1);
          expect(up).toBeGreaterThanOrEqual(min);
          expect(down).toBeLessThanOrEqual(min + width);
          for (const one of [up, down])
            if (one !== start && one !== min + width) expect(problemOf(rule, one)).toBeNull();
        },
      ),
    );
  });

  it('of a control without a step may be any number', () => {
    expect(problemOf(ruleOf(node('<Number name="x" toName="t" min="0"/>')), 4.56)).toBeNull();
  });
});

describe('choices', () => {
  const tree = (xml: string) => {
    const control = node(xml);
    return { control, tree: choiceTree(control, {}) };
  };
  const NESTED =
    '<Choices name="x" toName="t" choice="multiple" allowNested="true"><Choice value="A"><Choice value="B" alias="b"/><Choice value="C"/><Choice value="R" readonly="true"/></Choice><Choice value="D"/></Choices>';

  it('with children stand for all below them; read-only and unknown ones stay', () => {
    const { control, tree: choices } = tree(NESTED);
    const [a] = choices.all;
    if (!a) throw new Error('config');
    const some = pressed(control, choices, [['A', 'R'], ['Gone'], ['A', 'b']], a);
    expect(some).toEqual([['A', 'C'], ['A', 'R'], ['Gone'], ['A', 'b']]);
    expect(pressed(control, choices, some, a)).toEqual([['A', 'R'], ['Gone']]);
  });

  it('are stored in the order of the configuration, whatever was ticked first', () => {
    const { control, tree: choices } = tree(
      '<Choices name="x" toName="t" choice="multiple"><Choice value="A"/><Choice value="B"/><Choice value="C"/></Choices>',
    );
    const [a, b, c] = choices.all;
    if (!a || !b || !c) throw new Error('config');
    const ticked = [c, a, b].reduce<readonly (string | readonly string[])[]>(
      (answer, one) => pressed(control, choices, answer, one),
      ['Gone'],
    );
    expect(ticked).toEqual(['Gone', 'A', 'B', 'C']);
    // What somebody else stored in another order is not turned round by one more tick.
    expect(pressed(control, choices, ['C', 'A'], b)).toEqual(['B', 'C', 'A']);
  });

  it('of one are replaced, taken back by a second press, and with radio buttons not', () => {
    for (const [mode, second] of [
      ['single', []],
      ['single-radio', ['b']],
    ] as const) {
      const { control, tree: choices } = tree(
        `<Choices name="x" toName="t" choice="${mode}"><Choice value="A"/><Choice value="B" alias="b"/></Choices>`,
      );
      const b = choices.all[1];
      if (!b) throw new Error('config');
      expect(pressed(control, choices, ['A', 'gone'], b)).toEqual(['b']);
      expect(pressed(control, choices, ['b'], b)).toEqual(second);
    }
  });

  it('stored as names or as paths are the same choice', () => {
    const { tree: choices } = tree(NESTED);
    expect(choicePlace(choices, 'C')).toBe(choicePlace(choices, ['A', 'C']));
    expect(choicePlace(choices, ['elsewhere', 'C'])?.path).toEqual(['A', 'C']);
    expect(choicePlace(choices, 'nowhere')).toBeUndefined();
  });
});

describe('pickers', () => {
  const data = {
    list: Array.from({ length: 100 }, (_, i) => ({
      value: `Genus ${i}`,
      children: Array.from({ length: 100 }, (_, j) => ({ value: `Species ${i}.${j}`, alias: `s${i}-${j}` })),
    })),
  };
  const tree = choiceTree(node('<Taxonomy name="x" toName="t" value="$list"/>'), data);

  it('search ten thousand entries between two keys', () => {
    searchRows(tree, 'warm');
    const started = performance.now();
    for (const query of ['s', 'sp', 'species 4', 'genus 7 5', 'S99-99']) searchRows(tree, query);
    expect((performance.now() - started) / 5).toBeLessThan(500);
    expect(searchRows(tree, 'genus 42 species 42.7').map((row) => row.item.path)).toContainEqual(['Genus 42', 's42-7']);
    expect(searchRows(tree, 's42-7')[0]?.item.choice.title).toBe('Species 42.7');
  });

  it('show branches that are open, with their level', () => {
    const open = new Set(['Genus 1']);
    const rows = treeRows(tree, open, (item) => item.choice.children.length > 0);
    expect(rows).toHaveLength(200);
    expect(rows[2]).toMatchObject({ level: 2, branch: false, item: { path: ['Genus 1', 's1-0'] } });
  });

  it('take entries that annotators add, below what is there', () => {
    const grown = withPaths(tree, [['Genus 1', 'New', 'Newer'], ['Top']]);
    expect(grown.byPath.get('Genus 1\u0000New\u0000Newer')?.titles).toEqual(['Genus 1', 'New', 'Newer']);
    expect(grown.roots).toHaveLength(101);
    expect(withPaths(tree, [['Genus 1']])).toBe(tree);
  });
});

describe('remote entries', () => {
  it('are asked for with one path= for each step; credentials become Basic authorization', () => {
    const address = levelAddress(
      'https://us%C3%A9r:p%40ss@tree.example/api?kind=x',
      ['Ä b', 'c&d'],
      'https://page.example/',
    );
    expect(address?.url).toBe('https://tree.example/api?kind=x&path=%C3%84+b&path=c%26d');
    expect(address?.headers['Authorization']).toBe(`Basic ${Buffer.from('usér:p@ss').toString('base64')}`);
    expect(levelAddress('/tree', [], 'https://page.example/a/')?.url).toBe('https://page.example/tree');
    for (const bad of ['javascript:alert(1)', 'file:///etc/passwd', 'data:application/json,{}', 'http://']) {
      expect(levelAddress(bad, [], 'https://page.example/')).toBeNull();
    }
  });

  it('are read by own keys, and anything else gives no list', () => {
    const level = readLevel({
      items: [
        { value: 'A', alias: 'a', isLeaf: false, children: [{ value: 'B', isLeaf: true }] },
        { alias: 7 },
        { value: '' },
        null,
        'text',
      ],
    });
    expect(level?.map(({ stored, title, children }) => [stored, title, children.length])).toEqual([
      ['a', 'A', 1],
      ['7', '7', 0],
    ]);
    expect(readLevel({ __proto__: { items: [] } })).toBeNull();
    fc.assert(fc.property(fc.jsonValue(), (answer) => void readLevel(answer)));
    let deep: unknown = [];
    for (let i = 0; i < 5000; i++) deep = [{ value: 'x', children: deep }];
    expect(readLevel({ items: deep })).toHaveLength(1);
  });
});

describe('ranker', () => {
  const buckets = node('<Ranker name="x" toName="t"><Bucket name="good" title="Good"/><Bucket name="bad"/></Ranker>');
  const items = itemsOf([{ id: 1, title: 'One' }, { id: 'b' }, { id: 'b', title: 'again' }, 'plain', null]);

  it('takes ids as texts, once each, and items without one by their place', () => {
    expect(items.map(({ id, title }) => [id, title])).toEqual([
      ['1', 'One'],
      ['b', ''],
      ['plain', 'plain'],
      ['4', ''],
    ]);
  });

  it('shows what no result mentions in the list, and what only the result knows in its place', () => {
    const board = boardOf(columnsOf(buckets, 'All'), items, { good: ['b', 'gone'], old: ['1'], bad: ['b'] });
    expect(board.columns.map(({ id, unknown }) => [id, unknown])).toEqual([
      ['_', false],
      ['good', false],
      ['bad', false],
      ['old', true],
    ]);
    expect(board.ranking).toEqual({ _: ['plain', '4'], good: ['b', 'gone'], bad: [], old: ['1'] });
    expect(board.items.get('gone')?.unknown).toBe(true);
  });

  it('never loses or doubles an item, whatever is moved where', () => {
    const move = fc.tuple(
      fc.constantFrom('1', 'b', 'plain', '4', 'nobody'),
      fc.constantFrom('_', 'good', 'bad', '__proto__'),
      fc.integer({ min: -2, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), (moves) => {
        let { ranking } = boardOf(columnsOf(buckets, 'All'), items, undefined);
        for (const [id, column, index] of moves) {
          if (placeOf(ranking, id)) ranking = moved(ranking, id, column, index);
        }
        expect(Object.values(ranking).flat().sort()).toEqual(['1', '4', 'b', 'plain']);
      }),
    );
  });

  it('without buckets orders everything under its own name; a default bucket takes all at first', () => {
    const plain = node('<Ranker name="x" toName="t"/>');
    expect(boardOf(columnsOf(plain, 'All'), items, undefined).ranking).toEqual({ x: ['1', 'b', 'plain', '4'] });
    const first = node('<Ranker name="x" toName="t"><Bucket name="a"/><Bucket name="b" default="true"/></Ranker>');
    expect(boardOf(columnsOf(first, 'All'), items, undefined).ranking).toEqual({ a: [], b: ['1', 'b', 'plain', '4'] });
  });
});
