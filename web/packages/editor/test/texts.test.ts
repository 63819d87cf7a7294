/** Texts, markup, relations and layout tags without a page: what is read, written and written out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeText } from '../src/core/config';
import { safeUrl } from '../src/core/urls';
import { matchesQuery } from '../src/tags/filter/state';
import { markupShape } from '../src/tags/hypertext/shape';
import { parseMarkdown } from '../src/tags/markdown/blocks';
import { type Inline, parseInline } from '../src/tags/markdown/inline';
import { relationsOf } from '../src/tags/relations/model';
import { pageOf } from '../src/tags/repeater/pages';
import { cellText, tableOf } from '../src/tags/table/rows';
import { cellOf, parseResolver } from '../src/tags/text/resolver';
import { makeEditor, openResult } from './helpers';

const MARKUP = `<View><HyperTextLabels name="label" toName="html"><Label value="A"/><Label value="B"/></HyperTextLabels>
  <Labels name="kind" toName="html"><Label value="X"/></Labels>
  <HyperText name="html" value="$html"/><Relations><Relation value="knows"/></Relations></View>`;

const offset = fc.oneof(fc.nat(1000), fc.nat(1000).map(String));
const path = fc
  .array(fc.tuple(fc.constantFrom('p', 'div', 'b', 'td'), fc.integer({ min: 1, max: 9 })), { maxLength: 5 })
  .map((steps) => `/${[...steps.map(([name, index]) => `${name}[${index}]`), 'text()[1]'].join('/')}`);
const markupValue = fc.oneof(
  fc.record(
    {
      start: path,
      end: path,
      startOffset: offset,
      endOffset: offset,
      globalOffsets: fc.record({ start: fc.nat(1000), end: fc.nat(1000) }),
      text: fc.string({ unit: 'grapheme' }),
      hypertextlabels: fc.array(fc.constantFrom('A', 'B', 'unknown'), { maxLength: 2 }),
      extra: fc.jsonValue(),
    },
    { requiredKeys: ['start', 'end', 'startOffset', 'endOffset', 'hypertextlabels'] },
  ),
  fc.record({ start: offset, end: offset, hypertextlabels: fc.constant(['A']) }),
  // Whatever else people have in their files.
  fc.dictionary(
    fc.constantFrom('start', 'end', 'startOffset', 'globalOffsets', 'text', 'hypertextlabels'),
    fc.jsonValue(),
  ),
);

describe('spans of markup', () => {
  it('are written back as the very JSON that was read', () => {
    fc.assert(
      fc.property(fc.array(markupValue, { maxLength: 6 }), (values) => {
        const result = values.map((value, index) => ({
          id: `h${index}`,
          from_name: 'label',
          to_name: 'html',
          type: 'hypertextlabels',
          value,
        }));
        const before = JSON.stringify(result);
        const editor = openResult(MARKUP, result);
        expect(JSON.stringify(editor.entry.submitResult())).toBe(before);
      }),
    );
  });

  it('keep paths, offsets and unknown keys when their labels change', () => {
    const value = {
      start: '/p[1]/b[1]/text()[1]',
      end: '/p[2]/text()[1]',
      startOffset: 2,
      endOffset: 5,
      globalOffsets: { start: 12, end: 30 },
      text: 'some\ntext',
      hypertextlabels: ['A'],
      note: 'kept',
    };
    const editor = openResult(MARKUP, [
      { id: 'h', from_name: 'label', to_name: 'html', type: 'hypertextlabels', value },
    ]);
    const control = editor.config.byName.get('label');
    if (!control) throw new Error('The configuration has no control “label”.');
    editor.labels.relabel(['h'], control, 'B');
    expect(editor.entry.submitResult()[0]?.value).toEqual({ ...value, hypertextlabels: ['B'] });
    const second = editor.config.byName.get('kind');
    if (second) editor.labels.relabel(['h'], second, 'X');
    const { note: _note, hypertextlabels: _labels, ...span } = value;
    expect(editor.entry.submitResult()[1]).toMatchObject({
      id: 'h',
      type: 'labels',
      value: { ...span, labels: ['X'] },
    });
  });

  it('give the same geometry when what was written is read again', () => {
    fc.assert(
      fc.property(markupValue, (value) => {
        const geometry = markupShape.matches(value) ? markupShape.read(value) : null;
        if (geometry) expect(markupShape.read(markupShape.write(geometry) as never)).toEqual(geometry);
      }),
    );
  });

  it('takes htmllabels and spans with plain numbers', () => {
    const editor = openResult(MARKUP, [
      {
        id: 'a',
        from_name: 'label',
        to_name: 'html',
        type: 'htmllabels',
        value: { start: 1, end: 4, htmllabels: ['A'] },
      },
    ]);
    expect(editor.document.store.get('a')?.geometry).toEqual({ global: { start: 1, end: 4 } });
  });
});

describe('relations', () => {
  const span = (id: string, start: number) => ({
    id,
    from_name: 'label',
    to_name: 'html',
    type: 'hypertextlabels',
    value: { start, end: start + 2, hypertextlabels: ['A'] },
  });
  const relation = (from_id: string, to_id: string, rest: object = {}) => ({
    type: 'relation',
    from_id,
    to_id,
    direction: 'right',
    ...rest,
  });

  it('are written back as they were read, in their place', () => {
    const item = fc.oneof(
      fc.record(
        {
          type: fc.constant('relation'),
          from_id: fc.constantFrom('a', 'b', 'c', 'nobody'),
          to_id: fc.constantFrom('a', 'b', 'c', 'nobody'),
          direction: fc.constantFrom('left', 'right', 'bi', 'up'),
          labels: fc.array(fc.constantFrom('knows', 'unknown'), { maxLength: 2 }),
          extra: fc.jsonValue(),
        },
        { requiredKeys: ['type', 'from_id', 'to_id'] },
      ),
      fc.constantFrom(span('a', 1), span('b', 4), span('c', 9)),
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 10 }), (items) => {
        const seen = new Set<string>();
        const result = items.filter((one) => !('id' in one) || (!seen.has(one.id) && seen.add(one.id)));
        const before = JSON.stringify(result);
        expect(JSON.stringify(openResult(MARKUP, result).entry.submitResult())).toBe(before);
      }),
    );
  });

  it('are made, turned, labelled and deleted as steps that can be undone', () => {
    const editor = openResult(MARKUP, [span('a', 1), span('b', 4)]);
    const relations = relationsOf(editor);
    const last = () => editor.entry.submitResult().at(-1);
    editor.document.view.select(['a']);
    relations.begin();
    editor.document.view.select(['b']);
    expect(last()).toEqual({ type: 'relation', from_id: 'a', to_id: 'b', direction: 'right' });
    expect(editor.document.view.selected).toEqual(['a']);
    const id = relations.chosen ?? '';
    expect(relations.link('a', 'b')).toBeNull();
    relations.turn(id);
    expect(last()?.['direction']).toBe('left');
    relations.turn(id);
    expect(last()?.['direction']).toBe('bi');
    relations.toggleLabel(id, 'knows');
    expect(last()?.['labels']).toEqual(['knows']);
    editor.document.undo();
    expect(last()?.['direction']).toBe('bi');
    relations.remove([id]);
    expect(editor.entry.submitResult()).toHaveLength(2);
    editor.document.undo();
    expect(last()).toMatchObject({ type: 'relation', direction: 'bi' });
  });

  it('go with a region that is deleted, and come back with it', () => {
    const result = [
      span('a', 1),
      span('b', 4),
      span('c', 9),
      relation('a', 'b'),
      relation('b', 'c', { labels: ['knows'] }),
    ];
    const editor = openResult(MARKUP, result);
    editor.deleteRegions(['a']);
    expect(editor.entry.submitResult()).toEqual([result[1], result[2], result[4]]);
    editor.document.undo();
    expect(editor.entry.submitResult()).toEqual(result);
  });

  it('change nothing in a read-only annotation', () => {
    const editor = makeEditor({
      config: MARKUP,
      predictions: [{ id: 1, result: [span('a', 1), span('b', 4)] as never }],
    });
    const relations = relationsOf(editor);
    editor.entries.select(editor.entries.all().find((entry) => entry.kind === 'prediction')?.key ?? '');
    editor.document.view.select(['a']);
    relations.begin();
    expect(relations.from).toBeNull();
    expect(relations.link('a', 'b')).toBeNull();
  });
});

describe('Repeater', () => {
  const config = `<View><Repeater on="$pages" indexFlag="{{p}}"><View>
    <Text name="text_{{p}}" value="$pages[{{p}}].lines[0].text"/>
    <Repeater on="$pages[{{p}}].lines" indexFlag="{{l}}"><Text name="line_{{p}}_{{l}}" value="No {{l}}: $pages[{{p}}].lines[{{l}}].text"/>
      <Choices name="ok_{{p}}_{{l}}" toName="line_{{p}}_{{l}}"><Choice value="yes"/><Choice value="no {{l}}"/></Choices></Repeater>
  </View></Repeater></View>`;
  const pages = [{ lines: [{ text: 'a' }, { text: 'b' }] }, { lines: [{ text: 'c' }] }];

  it('writes out nested lists with the places of each in names, values and children', () => {
    const editor = makeEditor({ config, task: { id: 1, data: { pages } } });
    expect(editor.config.objects.map((node) => node.name)).toEqual([
      'text_0',
      'line_0_0',
      'line_0_1',
      'text_1',
      'line_1_0',
    ]);
    const line = editor.config.byName.get('line_0_1');
    expect(line && attributeText(line, 'value', { pages })).toBe('No 1: b');
    expect(editor.config.controls.map((node) => node.name)).toEqual(['ok_0_0', 'ok_0_1', 'ok_1_0']);
    const result = [
      { id: 'c', from_name: 'ok_0_1', to_name: 'line_0_1', type: 'choices', value: { choices: ['no 1'] } },
    ];
    expect(openResult(config, result, { pages }).document.store.answer('ok_0_1')?.facets[0]?.answer).toEqual(['no 1']);
  });

  it('gives the same question the same keys, which act in the current element', () => {
    const editor = makeEditor({ config, task: { id: 1, data: { pages } } });
    expect([...(editor.keys.get('ok_0_1')?.values() ?? [])]).toEqual([...(editor.keys.get('ok_0_0')?.values() ?? [])]);
    const press = () =>
      editor.actions.find({ key: '1', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }, false)?.run();
    const line = editor.config.byName.get('line_0_1');
    if (line) editor.elements.show(line);
    press();
    expect(editor.document.store.answer('ok_0_1')).toBeDefined();
    expect(editor.document.store.answer('ok_0_0')).toBeUndefined();
  });

  it('takes any data, and stops at a number of tags that a page can bear', { timeout: 60_000 }, () => {
    for (const data of [{}, { pages: 'x' }, { pages: null }, { pages: [null, 7, []] }]) {
      expect(makeEditor({ config, task: { id: 1, data } }).config.errors).toEqual([]);
    }
    const many = Array.from({ length: 100_000 }, () => ({ lines: [] }));
    const started = performance.now();
    const editor = makeEditor({ config, task: { id: 1, data: { pages: many } } });
    expect(editor.config.objects.length).toBeLessThan(60_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('reads the page from an address', () => {
    expect([
      pageOf('?view_page=7&x=1'),
      pageOf('?view_page=0'),
      pageOf('?view_page=-3'),
      pageOf('?view_page=x'),
      pageOf(''),
    ]).toEqual([7, 1, 1, 1, 1]);
  });
});

describe('Table', () => {
  it('shows objects by name, lists of objects by all their keys, and lists of values by place', () => {
    expect(tableOf({ b: 1, a: { c: 2 } })).toEqual({
      columns: ['Name', 'Value'],
      rows: [
        ['a', { c: 2 }],
        ['b', 1],
      ],
    });
    expect(tableOf([{ a: 1 }, { b: 2, a: null }])).toEqual({
      columns: ['a', 'b'],
      rows: [
        [1, undefined],
        [null, 2],
      ],
    });
    expect(tableOf(['x', 'y'])).toEqual({
      columns: ['#', 'Value'],
      rows: [
        [0, 'x'],
        [1, 'y'],
      ],
    });
    expect(tableOf('[{"a":1}]')).toEqual({ columns: ['a'], rows: [[1]] });
    expect(tableOf('{not json').rows).toEqual([['{not json']]);
    expect(cellText({ c: [1] })).toBe('{"c":[1]}');
    expect(tableOf(JSON.parse('[{"__proto__":1,"constructor":2}]')).rows).toEqual([[1, 2]]);
    fc.assert(fc.property(fc.jsonValue(), (value) => void tableOf(value).rows.flat().map(cellText)));
  });
});

describe('Markdown', () => {
  const inline = (text: string) => parseInline(text, new Map());
  const plain = (list: readonly Inline[]): string =>
    list.map((one) => ('text' in one ? one.text : 'children' in one ? plain(one.children) : '')).join('');

  it('reads headings, lists, quotes, code, tables and references', () => {
    const { blocks, references } = parseMarkdown(
      '# One\n\nTwo\n---\n\n- a\n- b\n  1. c\n\n> quoted\nlazily\n\n```js\nx < 1\n```\n\n    indented\n\n***\n\n|a|b|\n|:-|-:|\n|1|2\\|3|\n\n[Guide]: https://example.org "T"',
    );
    expect(blocks.map((block) => block.kind)).toEqual([
      'heading',
      'heading',
      'list',
      'quote',
      'code',
      'code',
      'rule',
      'table',
    ]);
    expect(blocks[1]).toEqual({ kind: 'heading', level: 2, text: 'Two' });
    expect(blocks[2]).toMatchObject({
      ordered: false,
      tight: true,
      items: [[{ text: 'a' }], [{ text: 'b' }, { kind: 'list', ordered: true }]],
    });
    expect(blocks[3]).toMatchObject({ blocks: [{ kind: 'paragraph', text: 'quoted\nlazily' }] });
    expect(blocks[7]).toMatchObject({ align: ['left', 'right'], rows: [['1', '2|3']] });
    expect(references.get('guide')).toEqual({ href: 'https://example.org', title: 'T' });
  });

  it('reads emphasis by the rules of delimiters', () => {
    expect(inline('**a *b* c**')).toEqual([
      {
        kind: 'strong',
        children: [
          { kind: 'text', text: 'a ' },
          { kind: 'em', children: [{ kind: 'text', text: 'b' }] },
          { kind: 'text', text: ' c' },
        ],
      },
    ]);
    expect(inline('***a***')).toEqual([
      { kind: 'em', children: [{ kind: 'strong', children: [{ kind: 'text', text: 'a' }] }] },
    ]);
    expect(inline('snake_case_name and 2 * 3 * 4')).toEqual([{ kind: 'text', text: 'snake_case_name and 2 * 3 * 4' }]);
    expect(inline('**foo*')).toEqual([
      { kind: 'text', text: '*' },
      { kind: 'em', children: [{ kind: 'text', text: 'foo' }] },
    ]);
    expect(inline('~~gone~~')).toEqual([{ kind: 'del', children: [{ kind: 'text', text: 'gone' }] }]);
    expect(inline('`` a`b `` \\*no\\*')).toEqual([
      { kind: 'code', text: 'a`b' },
      { kind: 'text', text: ' *no*' },
    ]);
    expect(inline('a  \nb\\\nc')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'break' },
      { kind: 'text', text: 'b' },
      { kind: 'break' },
      { kind: 'text', text: 'c' },
    ]);
    expect(inline('&lt;b&gt; <b>x</b>')).toEqual([{ kind: 'text', text: '<b> <b>x</b>' }]);
  });

  it('reads links and pictures, and no links inside links', () => {
    expect(inline('[a *b*](https://x.org "T") ![alt](p.png)')).toEqual([
      {
        kind: 'link',
        href: 'https://x.org',
        title: 'T',
        children: [
          { kind: 'text', text: 'a ' },
          { kind: 'em', children: [{ kind: 'text', text: 'b' }] },
        ],
      },
      { kind: 'text', text: ' ' },
      { kind: 'image', src: 'p.png', title: '', alt: 'alt' },
    ]);
    expect(inline('[a [b](c)](d)').filter((one) => one.kind === 'link')).toHaveLength(1);
    expect(plain(inline('https://x.org/a_b_c.'))).toBe('https://x.org/a_b_c.');
  });

  it('sec_175 shows raw markup as text', () => {
    for (const raw of [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<a href="javascript:x">y</a>',
      '<svg/onload=x>',
    ]) {
      const { blocks } = parseMarkdown(`${raw}\n\nafter`);
      expect(blocks.map((block) => block.kind)).toEqual(['paragraph', 'paragraph']);
      expect(inline(raw).every((one) => one.kind === 'text')).toBe(true);
      expect(plain(inline(raw))).toBe(raw);
    }
    // An address with another scheme is read as one; what is shown of it is its text.
    expect(safeUrl('javascript:alert(1)')).toBeNull();
    expect(safeUrl('java\nscript:alert(1)')).toBeNull();
  });

  it('reads any text without failing or hanging', { timeout: 60_000 }, () => {
    const text = fc.array(
      fc.constantFrom(
        '*',
        '_',
        '[',
        ']',
        '(',
        ')',
        '`',
        '> ',
        '- ',
        '1. ',
        '\n',
        '    ',
        'a',
        '|',
        '<',
        '![',
        '~~',
        '&#0;',
        '#',
        '---',
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(text, (parts) => {
        const { blocks, references } = parseMarkdown(parts.join(''));
        for (const block of blocks) if ('text' in block) parseInline(block.text, references);
      }),
      { numRuns: 400 },
    );
    const started = performance.now();
    for (const piece of ['*a ', '[', '`'.repeat(3), '> ', '- ', '![](', '**a_b', '<a', '|', '&']) {
      const { blocks, references } = parseMarkdown(piece.repeat(6000));
      for (const block of blocks) if ('text' in block) parseInline(block.text, references);
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('cells of CSV files', () => {
  const cell = (resolver: string, text: string) => {
    const parsed = parseResolver(resolver);
    return parsed && cellOf(text, parsed);
  };
  it('takes a column by name or number, quoted or not, with and without a head', () => {
    const text = 'id;title;body\r\n7;"A ""quoted""; title";"two\nlines"\r\n8;x;y';
    expect(cell('csv', text)).toBe('7');
    expect(cell('csv|column=title|separator=;', text)).toBe('A "quoted"; title');
    expect(cell('csv|column=2|separator=;', text)).toBe('two\nlines');
    expect(cell('csv|headless|column=1', 'a,b\nc,d')).toBe('b');
    expect(cell('csv|column=9', text)).toBeNull();
    expect(cell('csv|column=none', text)).toBeNull();
    expect(cell('json', text)).toBeNull();
    fc.assert(fc.property(fc.string(), fc.string(), (resolver, file) => void cell(`csv|${resolver}`, file)));
  });
});

describe('variables', () => {
  it('reads paths, mixed text and places in lists', () => {
    const data = { a: { b: [{ c: 'x' }, { c: ['y', 'z'] }] }, title: 'T', n: 0 };
    const header = (value: string) => {
      const node = makeEditor({ config: `<View><Header value="${value}"/></View>` }).config.root?.children[0];
      return node && attributeText(node, 'value', data);
    };
    expect(header('$a.b[0].c')).toBe('x');
    expect(header('$a.b[1].c[1]!')).toBe('z!');
    expect(header('Title: $title. n=$n')).toBe('Title: T. n=0');
    expect(header('$missing.x')).toBe('');
    expect(header('costs 5$ or $title$')).toBe('costs 5$ or T$');
    expect(header('$constructor')).toBe('');
  });

  it('appends labels of the task behind those of the configuration, with all their attributes', () => {
    const editor = makeEditor({
      config:
        '<View><Labels name="l" toName="t" value="$kinds"><Label value="Fixed" size="small" selectedColor="black"/></Labels><Text name="t" value="$t"/></View>',
      task: {
        id: 1,
        data: {
          t: 'x',
          kinds: [
            {
              value: 'One',
              alias: '1st',
              background: 'red',
              hint: 'H',
              html: '<b>1</b>',
              maxUsages: 2,
              showAlias: true,
            },
            'Two',
            7,
            null,
          ],
        },
      },
    });
    const labels = editor.labels.of('l');
    expect(labels.map((label) => label.stored)).toEqual(['Fixed', '1st', 'Two']);
    expect(labels[0]?.look).toMatchObject({ size: 'small', selectedColor: '#000000' });
    expect(labels[1]).toMatchObject({
      title: 'One',
      color: '#ff0000',
      hint: 'H',
      html: '<b>1</b>',
      maxUsages: 2,
      showAlias: true,
    });
  });
});

describe('filters', () => {
  it('match words in any order, with or without case', () => {
    const query = { text: 'red bird', caseSensitive: false };
    expect(matchesQuery(query, 'A Bird that is RED')).toBe(true);
    expect(matchesQuery(query, 'A bird')).toBe(false);
    expect(matchesQuery({ ...query, caseSensitive: true }, 'A Bird that is red')).toBe(false);
    expect(matchesQuery(null, 'anything')).toBe(true);
  });
});
