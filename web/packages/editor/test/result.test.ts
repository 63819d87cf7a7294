import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeEditor, openResult } from './helpers';

const CONFIG = `<View>
  <Labels name="lab" toName="img,txt"><Label value="Car"/><Label value="Tree"/></Labels>
  <Rectangle name="box" toName="img"/>
  <RectangleLabels name="boxes" toName="img"><Label value="Car"/></RectangleLabels>
  <PolygonLabels name="poly" toName="img"><Label value="Roof"/></PolygonLabels>
  <Image name="img" value="$image"/>
  <Labels name="ner" toName="txt"><Label value="LOC"/><Label value="PER"/></Labels>
  <Text name="txt" value="$text"/>
  <Choices name="quality" toName="img" perRegion="true"><Choice value="blurred"/><Choice value="sharp"/></Choices>
  <Choices name="mood" toName="txt"><Choice value="Good"/><Choice value="Bad"/></Choices>
  <Rating name="rate" toName="txt"/><TextArea name="ta" toName="txt"/>
  <TextArea name="why" toName="txt" perRegion="true"/>
  <Number name="num" toName="txt"/>
</View>`;

const percent = fc.double({ min: -5, max: 100, noNaN: true });
const extra = fc.dictionary(
  fc.constantFrom('custom', 'hidden', '__proto__', 'constructor', 'x-score'),
  fc.jsonValue(),
  { maxKeys: 2 },
);
const envelope = fc.record(
  {
    origin: fc.constantFrom('manual', 'prediction', 'prediction-changed'),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    meta: fc.record({ text: fc.array(fc.string(), { maxLength: 2 }), lead_time: fc.nat() }, { requiredKeys: [] }),
    readonly: fc.constant(true),
    parentID: fc.constantFrom('r0', 'r1', 'nobody'),
    original_width: fc.nat(4000),
    image_rotation: fc.constantFrom(0, 90, 180, 270),
    item_index: fc.nat(3),
  },
  { requiredKeys: [] },
);
const rectangle = fc.record({ x: percent, y: percent, width: percent, height: percent, rotation: percent });
const polygon = fc.record({
  points: fc.array(fc.tuple(percent, percent), { minLength: 1, maxLength: 5 }),
  closed: fc.boolean(),
});
const span = fc.record({ start: fc.nat(50), end: fc.nat(90), text: fc.string() });
const body = fc.oneof(
  rectangle.map((value) => ({ from_name: 'box', to_name: 'img', type: 'rectangle', value })),
  rectangle.map((value) => ({
    from_name: 'lab',
    to_name: 'img',
    type: 'labels',
    value: { ...value, labels: ['Car'] },
  })),
  rectangle.map((value) => ({
    from_name: 'boxes',
    to_name: 'img',
    type: 'rectanglelabels',
    value: { ...value, rectanglelabels: ['Unknown'] },
  })),
  rectangle.map((value) => ({
    from_name: 'quality',
    to_name: 'img',
    type: 'choices',
    value: { ...value, choices: ['blurred'] },
  })),
  rectangle.map((value) => ({
    from_name: 'renamed',
    to_name: 'img',
    type: 'rectanglelabels',
    value: { ...value, rectanglelabels: ['Car'] },
  })),
  polygon.map((value) => ({
    from_name: 'poly',
    to_name: 'img',
    type: 'polygonlabels',
    value: { ...value, polygonlabels: ['Roof'] },
  })),
  span.map((value) => ({ from_name: 'ner', to_name: 'txt', type: 'labels', value: { ...value, labels: ['LOC'] } })),
  span.map((value) => ({ from_name: 'why', to_name: 'txt', type: 'textarea', value: { ...value, text: ['because'] } })),
  fc.constant({ from_name: 'mood', to_name: 'txt', type: 'choices', value: { choices: ['Good'] } }),
  fc.constant({ from_name: 'rate', to_name: 'txt', type: 'rating', value: { rating: 3 } }),
  fc.constant({ from_name: 'ta', to_name: 'txt', type: 'textarea', value: { text: 'a string' } }),
  fc.constant({ from_name: 'num', to_name: 'txt', type: 'number', value: { number: 4.5 } }),
  fc.jsonValue().map((value) => ({ from_name: 'who', to_name: 'knows', type: 'magic', value })),
  fc.constant({ type: 'relation', from_id: 'r0', to_id: 'r1', direction: 'bi', labels: ['x'] }),
  fc.jsonValue(),
);
const item = fc
  .tuple(body, envelope, extra, fc.constantFrom('r0', 'r1', 'r2', undefined))
  .map(([main, top, more, id]) => {
    if (typeof main !== 'object' || main === null || Array.isArray(main)) return main;
    return { ...more, ...top, ...(id === undefined ? {} : { id }), ...main };
  });

describe('result JSON', () => {
  it('comes back item by item, in order, as the very objects that were read', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (result) => {
        const editor = openResult(CONFIG, result as object[]);
        const out = editor.entry.draftResult();
        expect(out).toHaveLength(result.length);
        for (const [index, one] of out.entries()) expect(one).toBe(result[index]);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every other item identical when one region is moved, and its unknown keys with it', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 10 }), fc.nat(), (result, pick) => {
        const editor = openResult(CONFIG, result as object[]);
        const ids = editor.document.store.ids().filter((id) => !editor.document.store.get(id)?.readonly);
        const id = ids[pick % Math.max(1, ids.length)];
        fc.pre(id !== undefined);
        const region = editor.document.store.get(id as string);
        if (!region) throw new Error('gone');
        editor.document.edit('Note', (edit) => edit.setMeta(region.id, 'text', ['changed']));
        const changed = new Set(region.facets.map((facet) => facet.seq));
        const replaced = new Set(
          editor.document.store.foreign.filter((one) => one.supersededBy?.region === region.id).map((one) => one.seq),
        );
        const kept = result.map((_, index) => index).filter((index) => !replaced.has(index));
        const out = editor.entry.draftResult();
        expect(out).toHaveLength(kept.length);
        for (const [place, one] of out.entries()) {
          const index = kept[place] as number;
          const source = result[index] as Record<string, unknown>;
          if (!changed.has(index)) {
            expect(one).toBe(source);
            continue;
          }
          expect(one['meta']).toMatchObject({ text: ['changed'] });
          for (const key of [
            'custom',
            'hidden',
            '__proto__',
            'constructor',
            'x-score',
            'score',
            'readonly',
            'to_name',
          ]) {
            expect(Object.hasOwn(one, key)).toBe(Object.hasOwn(source, key));
            if (Object.hasOwn(source, key)) expect(one[key]).toEqual(source[key]);
          }
          if (source['from_name'] !== 'renamed' && source['from_name'] !== 'ta')
            expect(one['value']).toMatchObject(source['value'] as object);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is the same again after undo of any edit', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 10 }),
        fc.array(fc.tuple(fc.constantFrom('delete', 'note', 'duplicate', 'answer'), fc.nat()), { maxLength: 6 }),
        (result, edits) => {
          const editor = openResult(CONFIG, result as object[]);
          const before = JSON.stringify(editor.entry.draftResult());
          const states = [before];
          for (const [what, pick] of edits) {
            const ids = editor.document.store.ids();
            const id = ids[pick % Math.max(1, ids.length)];
            if (id === undefined) continue;
            const position = editor.document.history.position;
            if (what === 'delete') editor.deleteRegions([id]);
            if (what === 'duplicate') editor.duplicateRegions([id]);
            if (what === 'note') editor.document.edit('Note', (edit) => edit.setMeta(id, 'text', [`n${pick}`]));
            if (what === 'answer')
              editor.document.edit('Answer', (edit) => edit.setAnswer(id, 'mood', 'choices', ['Bad']));
            if (editor.document.history.position > position) states.push(JSON.stringify(editor.entry.draftResult()));
          }
          for (let i = states.length - 2; i >= 0; i--) {
            editor.document.undo();
            expect(JSON.stringify(editor.entry.draftResult())).toBe(states[i]);
          }
          for (let i = 1; i < states.length; i++) {
            editor.document.redo();
            expect(JSON.stringify(editor.entry.draftResult())).toBe(states[i]);
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  it('reads the reference corpus of all tags and writes it back unchanged', () => {
    const sample = JSON.parse(readFileSync(new URL('./roundtrip.json', import.meta.url), 'utf8'));
    const editor = openResult(sample.config, sample.result, sample.data);
    expect(editor.entry.draftResult()).toEqual(sample.result);
    expect(editor.document.store.get('q1')?.facets.map((facet) => facet.from)).toEqual(['box', 'lab', 'quality']);
    expect(editor.document.store.relations()).toHaveLength(1);
  });

  it('marks every item of a predicted region as changed on the first edit, and no other', () => {
    const value = { x: 1, y: 2, width: 3, height: 4, rotation: 0 };
    const editor = openResult(CONFIG, [
      {
        id: 'a',
        from_name: 'box',
        to_name: 'img',
        type: 'rectangle',
        origin: 'prediction',
        value,
        score: 0.4,
        custom: 1,
      },
      {
        id: 'a',
        from_name: 'lab',
        to_name: 'img',
        type: 'labels',
        origin: 'prediction',
        value: { ...value, labels: ['Car'] },
      },
      { id: 'b', from_name: 'box', to_name: 'img', type: 'rectangle', origin: 'prediction', value },
    ]);
    const shape = editor.document.store.get('a')?.geometry as object;
    editor.document.edit('Move', (edit) => edit.setGeometry('a', { ...shape, x: 50 }));
    const out = editor.entry.draftResult();
    expect(out.map((one) => one['origin'])).toEqual(['prediction-changed', 'prediction-changed', 'prediction']);
    expect(out[0]).toMatchObject({ custom: 1, score: 0.4, value: { x: 50, y: 2 } });
    expect(out[1]).toMatchObject({ value: { x: 50, labels: ['Car'] } });
    expect(out[1]).not.toHaveProperty('score');
  });

  it('re-attaches a removed labels control to the bare tool and drops the labels key once edited', () => {
    const value = { x: 1, y: 2, width: 3, height: 4, rotation: 0 };
    const editor = openResult(CONFIG, [
      {
        id: 'a',
        from_name: 'old',
        to_name: 'img',
        type: 'rectanglelabels',
        value: { ...value, rectanglelabels: ['Car'] },
      },
    ]);
    expect(editor.document.store.get('a')?.facets[0]?.from).toBe('box');
    editor.document.edit('Move', (edit) => edit.setGeometry('a', { ...value, x: 9 }));
    expect(editor.entry.draftResult()[0]).toEqual({
      id: 'a',
      from_name: 'box',
      to_name: 'img',
      type: 'rectangle',
      origin: 'manual',
      value: { ...value, x: 9 },
    });
  });

  it('lets the later of two answers win, and drops the earlier only when it is changed', () => {
    const first = { id: 'c1', from_name: 'mood', to_name: 'txt', type: 'choices', value: { choices: ['Good'] } };
    const second = { id: 'c2', from_name: 'mood', to_name: 'txt', type: 'choices', value: { choices: ['Bad'] } };
    const editor = openResult(CONFIG, [first, second]);
    expect(editor.document.store.answer('mood')?.facets[0]?.answer).toEqual(['Bad']);
    expect(editor.entry.draftResult()).toEqual([first, second]);
    editor.document.edit('Answer', (edit) => edit.setAnswer('c2', 'mood', 'choices', ['Good']));
    expect(editor.entry.draftResult()).toEqual([{ ...second, origin: 'manual', value: { choices: ['Good'] } }]);
  });

  it('reads 50,000 answers of one control in a moment', () => {
    const result = Array.from({ length: 50_000 }, (_, i) => ({
      id: `c${i}`,
      from_name: 'mood',
      to_name: 'txt',
      type: 'choices',
      value: { choices: ['Good'] },
    }));
    const started = performance.now();
    const editor = openResult(CONFIG, result);
    expect(editor.entry.draftResult()).toHaveLength(50_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('keeps the span text and the free text of a perRegion TextArea apart', () => {
    const editor = openResult(CONFIG, [
      {
        id: 'a',
        from_name: 'ner',
        to_name: 'txt',
        type: 'labels',
        value: { start: 0, end: 3, text: 'The', labels: ['LOC'] },
      },
      { id: 'a', from_name: 'why', to_name: 'txt', type: 'textarea', value: { start: 0, end: 3, text: ['my reason'] } },
    ]);
    editor.document.edit('Move', (edit) => edit.setGeometry('a', { start: 1, end: 3, text: 'he' }));
    expect(editor.entry.draftResult().map((one) => one.value)).toEqual([
      { start: 1, end: 3, text: 'he', labels: ['LOC'] },
      { start: 1, end: 3, text: ['my reason'] },
    ]);
  });

  it('sec_186 treats __proto__ and constructor in results, tasks and configurations as plain data', () => {
    const result = JSON.parse(
      '[{"id":"__proto__","from_name":"mood","to_name":"txt","type":"choices","value":{"choices":["constructor"],"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}]',
    );
    const editor = makeEditor({
      config:
        '<View><Text name="__proto__" value="$constructor"/><Choices name="mood" toName="txt"><Choice value="constructor"/></Choices><Text name="txt" value="$a.__proto__.b"/></View>',
      task: { id: 1, data: {} },
      annotations: [{ id: 1, result }],
    });
    editor.document.edit('Note', (edit) => edit.setMeta('__proto__', '__proto__', 'x'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const written = editor.entry.draftResult()[0] as Record<string, unknown>;
    expect(Object.hasOwn(written, '__proto__')).toBe(true);
    expect(editor.valueOf(editor.config.byName.get('__proto__') as never)).toBe('');
    expect(editor.valueOf(editor.config.byName.get('txt') as never)).toBe('');
  });
});
