/** Answers of every classification control as JSON: identity, edits that keep the rest, tolerant reading. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../src/core/answer-of';
import type { Editor } from '../src/core/editor';
import { sideTitle } from '../src/tags/pairwise/sides';
import { makeEditor, openResult } from './helpers';

const TREE = '<Choice value="A"><Choice value="B" alias="b"/><Choice value="C"/></Choice><Choice value="D"/>';
const control = (tag: string, name: string, more: string, inside: string) =>
  `<${tag} name="${name}" toName="txt" ${more}>${inside}</${tag}>`;

/** Each control, an answer to set, and any JSON that its key may hold. */
const text = fc.string({ maxLength: 12 });
const path = fc.array(fc.constantFrom('A', 'B', 'b', 'C', 'D', 'gone', '__proto__'), { maxLength: 3 });
const KINDS = [
  { tag: 'Choices', key: 'choices', inside: TREE, more: 'choice="multiple"', set: ['D'], any: fc.array(text) },
  {
    tag: 'Choices',
    key: 'choices',
    inside: TREE,
    more: 'choice="multiple" allowNested="true"',
    set: [['A', 'b']],
    any: fc.array(fc.oneof(path, text)),
  },
  { tag: 'Taxonomy', key: 'taxonomy', inside: TREE, more: '', set: [['A', 'C']], any: fc.array(path) },
  { tag: 'TextArea', key: 'text', inside: '', more: '', set: ['new'], any: fc.oneof(fc.array(text), text) },
  { tag: 'Number', key: 'number', inside: '', more: '', set: 7, any: fc.oneof(fc.double(), text) },
  { tag: 'DateTime', key: 'datetime', inside: '', more: '', set: '2026-01-02', any: fc.oneof(text, fc.integer()) },
  { tag: 'Rating', key: 'rating', inside: '', more: '', set: 2, any: fc.oneof(fc.integer(), text) },
] as const;

const CONFIG = `<View><Text name="txt" value="$text"/><Labels name="lab" toName="txt"><Label value="X"/></Labels>
  <List name="lst" value="$items"/><Image name="img" valueList="$images"/>
  ${KINDS.map(({ tag, inside, more }, i) => control(tag, `task${i}`, more, inside) + control(tag, `region${i}`, `${more} perRegion="true"`, inside) + control(tag, `item${i}`, `${more} perItem="true"`, inside).replace('toName="txt"', 'toName="img"')).join('\n')}
  <Ranker name="rank" toName="lst"/><Pairwise name="pair" toName="txt,img"/></View>`;
const DATA = { text: 'some text', items: [{ id: 'a' }, { id: 'b' }], images: ['1', '2', '3'] };

const extra = fc.dictionary(fc.constantFrom('custom', 'hidden', '__proto__', 'x'), fc.jsonValue(), { maxKeys: 2 });
const span = { start: 0, end: 4, text: 'some' };
const REGION = { id: 'r', from_name: 'lab', to_name: 'txt', type: 'labels', value: { ...span, labels: ['X'] } };

/** An item of one kind in one mode, with keys that nobody knows at the top and in `value`. */
const item = fc
  .tuple(fc.nat(KINDS.length - 1), fc.constantFrom('task', 'region', 'item'), extra, extra, fc.nat(2))
  .chain(([kind, mode, top, inner, page]) => {
    const { tag, key, any } = KINDS[kind] as (typeof KINDS)[number];
    return (any as fc.Arbitrary<unknown>).map((answer) => ({
      ...top,
      id: mode === 'region' ? 'r' : `${mode}${kind}`,
      from_name: `${mode}${kind}`,
      to_name: mode === 'item' ? 'img' : 'txt',
      type: tag.toLowerCase(),
      ...(mode === 'item' ? { item_index: page } : {}),
      value: { ...inner, ...(mode === 'region' ? span : {}), [key]: answer },
    }));
  });
const other = fc.oneof(
  fc
    .record({ rank: fc.array(text) })
    .map((ranker) => ({ from_name: 'rank', to_name: 'lst', type: 'ranker', value: { ranker } })),
  fc
    .constantFrom('left', 'right', 'none', 'both')
    .map((selected) => ({ from_name: 'pair', to_name: 'pair', type: 'pairwise', value: { selected } })),
  fc.constant({ from_name: 'pair', to_name: 'txt,img', type: 'pairwise', value: { selected: 'left' } }),
);

function withoutAnswers(value: object): object {
  const keys = new Set<string>([...KINDS.map(({ key }) => key), 'ranker', 'selected']);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
}

describe('answers in result JSON', { timeout: 30_000 }, () => {
  it('come back as the very objects that were read, whatever their value holds', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(item, other), { maxLength: 8 }), (answers) => {
        const result = [REGION, ...answers];
        const out = openResult(CONFIG, result, DATA).entry.draftResult();
        expect(out).toHaveLength(result.length);
        for (const [index, one] of out.entries()) expect(one).toBe(result[index]);
      }),
      { numRuns: 150 },
    );
  });

  it('change in their own key alone: unknown keys, geometry and place stay', () => {
    fc.assert(
      fc.property(item, (answer) => {
        const editor = openResult(CONFIG, [REGION, answer], DATA);
        editor.document.view.select(['r']);
        editor.setPage('img', Number(answer.item_index ?? 0));
        const node = editor.config.byName.get(answer.from_name);
        const kind = KINDS[Number(/\d+$/.exec(answer.from_name)?.[0])] as (typeof KINDS)[number];
        if (!node) throw new Error('config');
        answerOf(editor, node)?.set(kind.set);
        const out = editor.entry.draftResult();
        expect(out).toHaveLength(2);
        const changed = out[1] as typeof answer;
        const { value, ...top } = changed;
        const { value: before, ...topBefore } = answer;
        expect(top).toEqual({ ...topBefore, origin: 'manual' });
        expect(Object.hasOwn(top, '__proto__')).toBe(Object.hasOwn(topBefore, '__proto__'));
        expect(value[kind.key as keyof typeof value]).toEqual(kind.set);
        const shape = (one: object) => (answer.id === 'r' ? one : withoutAnswers(one));
        expect(withoutAnswers(shape(value))).toEqual(withoutAnswers(shape(before)));
        editor.undo();
        expect(editor.entry.draftResult()[1]).toBe(answer);
      }),
      { numRuns: 150 },
    );
  });

  it('are written as the format says: for the task, for a region with its geometry, for an item with its index', () => {
    for (const [i, { tag, key, set }] of KINDS.entries()) {
      const editor = openResult(CONFIG, [REGION], DATA);
      editor.document.view.select(['r']);
      editor.setPage('img', 2);
      for (const mode of ['task', 'region', 'item']) {
        const node = editor.config.byName.get(`${mode}${i}`);
        if (node) answerOf(editor, node)?.set(set);
      }
      const type = tag.toLowerCase();
      const out = editor.entry.draftResult().slice(1);
      expect(out).toEqual([
        { id: out[0]?.id, from_name: `task${i}`, to_name: 'txt', type, origin: 'manual', value: { [key]: set } },
        { id: 'r', from_name: `region${i}`, to_name: 'txt', type, origin: 'manual', value: { ...span, [key]: set } },
        {
          id: out[2]?.id,
          from_name: `item${i}`,
          to_name: 'img',
          type,
          item_index: 2,
          origin: 'manual',
          value: { [key]: set },
        },
      ]);
      expect(new Set(out.map((one) => one.id)).size).toBe(3);
    }
  });

  it('of Pairwise name the control itself and vanish when they are taken back; of Ranker hold ids', () => {
    const editor = makeEditor({ config: CONFIG, task: { id: 1, data: DATA } });
    const node = (name: string) => editor.config.byName.get(name) as never;
    answerOf<string>(editor, node('pair'))?.set('left');
    answerOf(editor, node('rank'))?.set({ rank: ['b', 'a'] });
    expect(editor.entry.draftResult().map(({ to_name, type, value }) => [to_name, type, value])).toEqual([
      ['pair', 'pairwise', { selected: 'left' }],
      ['lst', 'ranker', { ranker: { rank: ['b', 'a'] } }],
    ]);
    answerOf<string>(editor, node('pair'))?.set(undefined);
    expect(editor.entry.draftResult().map(({ type }) => type)).toEqual(['ranker']);
  });

  it('call the sides of Pairwise by headings of their own, not by the heading of the question', () => {
    const titles = (inside: string) => {
      const editor = makeEditor({ config: `<View>${inside}<Pairwise name="pair" toName="a,b"/></View>` });
      const node = editor.config.byName.get('pair');
      if (!node) throw new Error('config');
      return [sideTitle(editor, node, 'left'), sideTitle(editor, node, 'right')];
    };
    const a = '<Text name="a" value="$a"/>';
    const b = '<Text name="b" value="$b"/>';
    expect(titles(`<Header value="Which is better?"/><View>${a}${b}</View>`)).toEqual(['Left', 'Right']);
    expect(titles(`<Header value="Old"/>${a}<Header value="New"/>${b}`)).toEqual(['Old', 'New']);
  });

  it('carry the seconds of typing in meta.lead_time, added up, beside what meta held', () => {
    const editor = openResult(CONFIG, [{ ...REGION, meta: { text: ['note'] } }], DATA);
    editor.document.view.select(['r']);
    const node = editor.config.byName.get('region3');
    if (!node) throw new Error('config');
    answerOf(editor, node)?.set(['one'], { leadTime: 1.5 });
    answerOf(editor, node)?.set(['one', 'two'], { leadTime: 2.25 });
    expect(editor.entry.draftResult()[1]).toMatchObject({
      type: 'textarea',
      meta: { text: ['note'], lead_time: 3.75 },
    });
  });
});

describe('labels of spans by a Taxonomy', () => {
  const config = `<View><Taxonomy name="tax" toName="txt" labeling="true" required="true">${TREE}</Taxonomy><Text name="txt" value="$text"/></View>`;
  const draft = { object: 'txt', kind: 'text', geometry: span };
  const node = (editor: Editor) => editor.config.byName.get('tax') as never;

  it('make spans of type taxonomy with paths, and relabel them', () => {
    const editor = makeEditor({ config, task: { id: 1, data: DATA } });
    editor.labels.choose(node(editor), 'A\u0000b');
    editor.labels.choose(node(editor), 'D');
    const id = editor.createRegion(draft);
    expect(editor.entry.draftResult()).toEqual([
      {
        id,
        from_name: 'tax',
        to_name: 'txt',
        type: 'taxonomy',
        origin: 'manual',
        value: { ...span, taxonomy: [['A', 'b'], ['D']] },
      },
    ]);
    expect(editor.describe(editor.document.store.get(id as string) as never)).toContain('B, D');
    editor.document.view.select([id as string]);
    editor.labels.choose(node(editor), 'D');
    expect(editor.entry.draftResult()[0]?.value?.['taxonomy']).toEqual([['A', 'b']]);
  });

  it('come back unchanged with paths that the tree has not got, and show them', () => {
    const stored = [
      { id: 's', from_name: 'tax', to_name: 'txt', type: 'taxonomy', value: { ...span, taxonomy: [['Gone', 'Away']] } },
    ];
    const editor = openResult(config, stored, DATA);
    expect(editor.entry.draftResult()[0]).toBe(stored[0]);
    expect(editor.labels.style(editor.document.store.get('s') as never).labels).toEqual(['Away']);
  });
});
