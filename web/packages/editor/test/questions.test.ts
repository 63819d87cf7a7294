/** What is asked, shown, required, written by itself and left out. */
import { describe, expect, it } from 'vitest';
import { answerOf } from '../src/core/answer-of';
import type { Editor } from '../src/core/editor';
import type { SavePayload } from '../src/core/options';
import { transcriptOf } from '../src/core/transcript';
import { validate } from '../src/core/validation';
import { makeEditor, openResult } from './helpers';

const data = { t: 'text', items: [{ id: 'a' }, { id: 'b' }], images: ['1', '2'] };
const label = (id: string, value: string, more = {}) => ({
  id,
  from_name: 'lab',
  to_name: 't',
  type: 'labels',
  value: { start: 0, end: 1, text: 't', labels: [value] },
  ...more,
});
const view = (inside: string) =>
  `<View><Text name="t" value="$t"/><Labels name="lab" toName="t"><Label value="Car" alias="c"/><Label value="Tree"/></Labels><Labels name="lab2" toName="t"><Label value="Other"/></Labels>${inside}</View>`;

function set(editor: Editor, name: string, answer: unknown): void {
  const node = editor.config.byName.get(name);
  if (!node) throw new Error(`The configuration has no ${name}.`);
  const handle = answerOf(editor, node);
  if (!handle) throw new Error(`${name} has nothing to ask about.`);
  handle.set(answer);
}

function shown(editor: Editor, name: string): boolean {
  const node = editor.config.byName.get(name);
  return node !== undefined && editor.visibility.isShown(node);
}

const names = (editor: Editor) => editor.entry.submitResult().map((item) => item.from_name);

async function submitted(editor: Editor): Promise<boolean> {
  return editor.saving.submit();
}

describe('required', () => {
  it('of regions asks those with the label alone, on ancestors too, and names the first that lacks it', () => {
    const editor = openResult(
      view(
        `<View visibleWhen="region-selected" whenTagName="lab" whenLabelValue="Car"><Header value="State"/><Choices name="s" toName="t" perRegion="true" required="true"><Choice value="new"/></Choices></View>`,
      ),
      [label('tree', 'Tree'), label('ro', 'c', { readonly: true }), label('car', 'c')],
      data,
    );
    expect(validate(editor)).toMatchObject({
      control: 's',
      region: 'car',
      message: expect.stringContaining('“State”'),
    });
    editor.document.view.select(['car']);
    set(editor, 's', ['new']);
    expect(validate(editor)).toBeNull();
  });

  it('of items asks each, and names the first that lacks it', () => {
    const editor = makeEditor({
      config:
        '<View><Image name="i" valueList="$images"/><Rating name="r" toName="i" perItem="true" required="true" requiredMessage="Stars, please"/></View>',
      task: { id: 1, data },
    });
    set(editor, 'r', 3);
    expect(validate(editor)).toEqual({ message: 'Stars, please', control: 'r', object: 'i', itemIndex: 1 });
    editor.setPage('i', 1);
    set(editor, 'r', 1);
    expect(validate(editor)).toBeNull();
  });

  it('is not asked in hidden branches, nor in parts for a selected region while none is', () => {
    const editor = makeEditor({
      config: view(`<Choices name="c" toName="t"><Choice value="yes"/></Choices>
        <View visibleWhen="choice-selected" whenTagName="c" whenChoiceValue="yes"><Number name="n" toName="t" required="true"/></View>
        <View visibleWhen="region-selected"><Number name="m" toName="t" required="true"/></View>`),
      task: { id: 1, data },
    });
    expect(validate(editor)).toBeNull();
    set(editor, 'c', ['yes']);
    expect(validate(editor)).toMatchObject({ control: 'n' });
  });

  it('counts blank text as no answer', () => {
    const editor = makeEditor({
      config: view('<TextArea name="x" toName="t" required="true"/>'),
      task: { id: 1, data },
    });
    set(editor, 'x', ['  ']);
    expect(validate(editor)).toMatchObject({ control: 'x' });
  });
});

describe('a problem', () => {
  it('opens the panel that holds its row, and the element of a Repeater that holds its question', async () => {
    const rows = openResult(
      view('<TextArea name="x" toName="t" perRegion="true" required="true" displayMode="region-list"/>'),
      [label('r', 'c')],
      data,
    );
    rows.settings.set('panelOpen', false);
    await submitted(rows);
    expect(rows.problem).toMatchObject({ control: 'x', region: 'r' });
    expect(rows.document.view.selected).toEqual(['r']);
    expect(rows.settings.get('panelOpen')).toBe(true);

    const repeated = makeEditor({
      config:
        '<View><Repeater on="$items"><Text name="t{{idx}}" value="$items[{{idx}}].id"/><Rating name="r{{idx}}" toName="t{{idx}}" required="true"/></Repeater></View>',
      task: { id: 1, data },
      onSubmit: () => undefined,
    });
    const shows: number[] = [];
    repeated.elements.wanted.subscribe(({ index }) => shows.push(index));
    set(repeated, 'r0', 1);
    await submitted(repeated);
    expect(repeated.problem).toMatchObject({ control: 'r1' });
    expect(shows).toEqual([1]);
  });
});

describe('transcripts', () => {
  it('are the texts about a region that are asked for as transcription', () => {
    const editor = openResult(
      view(
        '<TextArea name="x" toName="t" perRegion="true" transcription="true"/><TextArea name="y" toName="t" perRegion="true"/>',
      ),
      [label('r', 'c')],
      data,
    );
    editor.document.view.select(['r']);
    set(editor, 'x', ['one', 'two']);
    set(editor, 'y', ['other']);
    expect(transcriptOf(editor, editor.document.store.get('r') as never)).toBe('one two');
  });
});

describe('checks before a submit', () => {
  it.each([
    ['<Choices name="x" toName="t"><Choice value="a"/><Choice value="b"/></Choices>', 'choices', ['a', 'b'], ['a']],
    ['<Taxonomy name="x" toName="t" maxUsages="1"><Choice value="a"/></Taxonomy>', 'taxonomy', [['a'], ['b']], [['b']]],
    ['<Number name="x" toName="t" min="0.1" max="1" step="0.2"/>', 'number', 0.4, 0.7],
    ['<Number name="x" toName="t" max="1"/>', 'number', 1.5, -7.25],
    ['<DateTime name="x" toName="t" only="date" min="2024-01-01"/>', 'datetime', '2023-12-31', '2024-01-01'],
    ['<DateTime name="x" toName="t" only="time" max="18:00" step="900"/>', 'datetime', '18:01', '17:45'],
    ['<DateTime name="x" toName="t" only="year" min="2000"/>', 'datetime', '1999', 2000],
  ])('%s', (inside, type, bad, good) => {
    const key = type as string;
    const editor = openResult(
      view(inside as string),
      [{ id: 'x', from_name: 'x', to_name: 't', type, value: { [key]: bad } }],
      data,
    );
    expect(validate(editor)).toMatchObject({ control: 'x' });
    set(editor, 'x', good);
    expect(validate(editor)).toBeNull();
  });

  it('find a single choice with two values at the region that holds them', () => {
    const editor = openResult(
      view('<Choices name="x" toName="t" perRegion="true"><Choice value="a"/></Choices>'),
      [
        label('r', 'c'),
        { id: 'r', from_name: 'x', to_name: 't', type: 'choices', value: { start: 0, end: 1, choices: ['a', 'z'] } },
      ],
      data,
    );
    expect(validate(editor)).toMatchObject({ control: 'x', region: 'r' });
  });
});

describe('what a submit adds', () => {
  const LIST = '<List name="l" value="$items"/>';
  it('is default numbers and dates, and an order that nobody changed, as one step', async () => {
    const sent: SavePayload[] = [];
    const editor = makeEditor({
      config:
        view(`<Number name="n" toName="t" defaultValue="5"/><DateTime name="d" toName="t" only="date" format="%d.%m.%Y" defaultValue="2024-05-01"/>
        <Number name="opt" toName="t" perRegion="true" defaultValue="1"/><Number name="req" toName="t" perRegion="true" required="true" defaultValue="2"/>
        ${LIST}<Ranker name="rank" toName="l"/><Ranker name="b" toName="l"><Bucket name="good"/><Bucket name="rest" default="true"/></Ranker><Ranker name="u" toName="l"><Bucket name="good"/></Ranker>`),
      task: { id: 1, data },
      drafts: [{ id: 3, result: [label('r', 'c')] }],
      onSubmit: (payload) => void sent.push(payload),
    });
    expect(await submitted(editor)).toBe(true);
    const values = new Map(sent[0]?.result.map((item) => [item.from_name, item.value]));
    expect(values.get('n')).toEqual({ number: 5 });
    expect(values.get('d')).toEqual({ datetime: '01.05.2024' });
    expect(values.has('opt')).toBe(false);
    expect(values.get('req')).toMatchObject({ number: 2, start: 0 });
    expect(values.get('rank')).toEqual({ ranker: { rank: ['a', 'b'] } });
    expect(values.get('b')).toEqual({ ranker: { good: [], rest: ['a', 'b'] } });
    expect(values.get('u')).toEqual({ ranker: { _: ['a', 'b'], good: [] } });
    editor.undo();
    expect(editor.entry.draftResult()).toEqual([label('r', 'c')]);
  });

  it('is nothing in hidden branches, and nothing where there is an answer', async () => {
    const sent: SavePayload[] = [];
    const editor = makeEditor({
      config: view(`<Choices name="c" toName="t"><Choice value="yes"/></Choices>
        <View visibleWhen="choice-selected" whenTagName="c"><Number name="h" toName="t" defaultValue="5"/></View><Number name="n" toName="t" defaultValue="5"/>`),
      task: { id: 1, data },
      onSubmit: (payload) => void sent.push(payload),
    });
    set(editor, 'n', 0);
    await submitted(editor);
    expect(sent[0]?.result.map((item) => item.value)).toEqual([{ number: 0 }]);
  });
});

describe('presets', () => {
  const config =
    view(`<Choices name="c" toName="t"><Choice value="a" selected="true"/><Choice value="b" selected="true"/></Choices>
    <Choices name="m" toName="t" choice="multiple" allowNested="true"><Choice value="P"><Choice value="q" selected="true"/></Choice></Choices>
    <Taxonomy name="x" toName="t"><Choice value="P"><Choice value="q" selected="true"/></Choice></Taxonomy><Rating name="r" toName="t" defaultValue="9"/>`);

  it('are the start of a new annotation and of no other, and no step of history', () => {
    const editor = makeEditor({ config, task: { id: 1, data } });
    expect(editor.entry.draftResult().map((item) => item.value)).toEqual([
      { choices: ['a'] },
      { choices: [['P', 'q']] },
      { taxonomy: [['P', 'q']] },
      { rating: 5 },
    ]);
    expect(editor.document.history.canUndo).toBe(false);
    expect(openResult(config, [], data).entry.draftResult()).toEqual([]);
  });

  it('that nobody touched survive a reload', () => {
    const first = makeEditor({ config, task: { id: 1, data } });
    set(first, 'r', 1);
    const again = makeEditor({ config, task: { id: 1, data } }, { journals: [first.entry.toJournal()] });
    expect(again.entry.draftResult()).toEqual(first.entry.draftResult());
    again.undo();
    expect(again.entry.draftResult().at(-1)?.value).toEqual({ rating: 5 });
  });
});

describe('visibility', () => {
  it('follows values and aliases, comma lists, the last step of paths, and the old form exactly', () => {
    const editor = makeEditor({
      config:
        view(`<Choices name="c" toName="t"><Choice value="Yes, sure" alias="y"/><Choice value="No"/></Choices><Taxonomy name="x" toName="t"><Choice value="P"><Choice value="q"/></Choice></Taxonomy>
        <View visibleWhen="choice-selected" whenTagName="c" whenChoiceValue="Maybe,No"><Rating name="list" toName="t"/></View>
        <View visibleWhen="choice-selected" whenTagName="c" whenChoiceValue="Yes, sure"><Rating name="whole" toName="t"/></View>
        <View whenTagName="c" whenChoiceValue="y"><Rating name="old" toName="t"/></View>
        <View visibleWhen="choice-unselected" whenTagName="c" whenChoiceValue="No"><Rating name="un" toName="t"/></View>
        <View visibleWhen="choice-selected" whenTagName="x" whenChoiceValue="q"><Rating name="leaf" toName="t"/></View>`),
      task: { id: 1, data },
    });
    const state = () => ['list', 'whole', 'old', 'un', 'leaf'].filter((name) => shown(editor, name));
    expect(state()).toEqual(['un']);
    set(editor, 'c', ['y']);
    expect(state()).toEqual(['whole', 'old', 'un']);
    set(editor, 'c', ['No']);
    expect(state()).toEqual(['list']);
    set(editor, 'x', [['P', 'q']]);
    expect(state()).toEqual(['list', 'leaf']);
  });

  it('decides about saving for each region by its own choices, and never by the selection', () => {
    const item = (id: string, from: string, choices: string[]) => ({
      id,
      from_name: from,
      to_name: 't',
      type: 'choices',
      value: { start: 0, end: 1, choices },
    });
    const editor = openResult(
      view(`<Choices name="kind" toName="t" perRegion="true"><Choice value="damaged"/><Choice value="fine"/></Choices>
        <Choices name="how" toName="t" perRegion="true" visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="damaged"><Choice value="bent"/></Choices>
        <Choices name="car" toName="t" perRegion="true" whenLabelValue="Car"><Choice value="x"/></Choices>
        <View visibleWhen="region-selected"><Choices name="sel" toName="t" perRegion="true"><Choice value="s"/></Choices></View>`),
      [
        label('1', 'c'),
        label('2', 'Tree'),
        item('1', 'kind', ['damaged']),
        item('1', 'how', ['bent']),
        item('2', 'kind', ['fine']),
        item('2', 'how', ['bent']),
        item('1', 'car', ['x']),
        item('2', 'car', ['x']),
        item('2', 'sel', ['s']),
      ],
      data,
    );
    for (const selection of [[], ['1'], ['2'], ['1', '2']]) {
      editor.document.view.select(selection);
      expect(editor.entry.submitResult().map((one) => `${one.id} ${one.from_name}`)).toEqual([
        '1 lab',
        '2 lab',
        '1 kind',
        '1 how',
        '2 kind',
        '1 car',
        '2 sel',
      ]);
    }
    expect(editor.entry.draftResult()).toHaveLength(9);
  });

  it('keeps an answer about the task that waits for a choice of some region', () => {
    const editor = openResult(
      view(`<Choices name="kind" toName="t" perRegion="true"><Choice value="odd"/></Choices>
        <View visibleWhen="choice-selected" whenTagName="kind" whenChoiceValue="odd"><TextArea name="why" toName="t"/></View>`),
      [label('1', 'c')],
      data,
    );
    editor.document.view.select(['1']);
    set(editor, 'kind', ['odd']);
    set(editor, 'why', ['because']);
    editor.document.view.select([]);
    expect(shown(editor, 'why')).toBe(false);
    expect(names(editor)).toEqual(['lab', 'kind', 'why']);
  });

  it('ends with tags that wait for each other, and with two hundred that wait for any', { timeout: 30_000 }, () => {
    const ring = `<Choices name="a" toName="t" visibleWhen="choice-selected" whenTagName="b"><Choice value="1"/></Choices>
      <Choices name="b" toName="t" visibleWhen="choice-selected" whenTagName="a"><Choice value="1"/></Choices>`;
    const many = Array.from(
      { length: 200 },
      (_, i) => `<Choices name="m${i}" toName="t" visibleWhen="choice-selected"><Choice value="1"/></Choices>`,
    ).join('');
    const result = Array.from({ length: 200 }, (_, i) => ({
      id: `m${i}`,
      from_name: `m${i}`,
      to_name: 't',
      type: 'choices',
      value: { choices: ['1'] },
    }));
    const editor = openResult(view(ring + many), result, data);
    const started = performance.now();
    expect(shown(editor, 'a')).toBe(false);
    shown(editor, 'm199');
    editor.entry.submitResult();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
