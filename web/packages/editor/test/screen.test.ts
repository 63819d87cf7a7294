import { describe, expect, it, vi } from 'vitest';
import { copyRegions, isRegions, pasteRegions } from '../src/core/clipboard';
import { answerRows, labelRows } from '../src/core/compare';
import type { Editor } from '../src/core/editor';
import type { SavePayload } from '../src/core/options';
import { PanelLayout } from '../src/core/panel-layout';
import { moveBelow, type RowOptions, regionRows } from '../src/core/region-rows';
import { describeDiff, diffResults } from '../src/core/result-diff';
import { shortcutOf } from '../src/core/shortcut';
import { makeEditor, openResult } from './helpers';

const PANELS = ['regions', 'details', 'relations', 'history'];

function storage(start: Record<string, string> = {}) {
  const kept = new Map(Object.entries(start));
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe('panels', () => {
  it('move between groups, sides and over the data, and stand there again after a reload', () => {
    const memory = storage();
    const layout = new PanelLayout(memory, 'k', PANELS);
    layout.move('history', { to: 'side', side: 'left' });
    layout.move('relations', { to: 'float', x: 40, y: 50 });
    layout.move('details', { to: 'group', group: layout.groupOf('regions')?.id ?? '', before: 'regions' });
    layout.fold('left', true);
    const again = new PanelLayout(memory, 'k', PANELS);
    expect(again.state).toEqual(layout.state);
    expect(again.groupOf('history')).toMatchObject({ place: 'left', tabs: ['history'] });
    expect(again.groupOf('relations')).toMatchObject({ place: 'float', rect: { x: 40, y: 50 } });
    expect(again.groupOf('details')).toMatchObject({ place: 'right', tabs: ['details', 'regions'], active: 'details' });
    again.show('history');
    expect(again.state.folded.left).toBe(false);
    again.reset();
    expect(again.groupOf('history')?.place).toBe('right');
  });

  it('are each in exactly one group whatever the browser had stored', () => {
    const foreign = [
      'null',
      '[]',
      '{"groups":7}',
      '{"groups":[{"id":"a","place":"right","tabs":["regions","regions","gone"],"active":"gone","share":"x"},{"id":"a","place":"top","tabs":["details"]},{"id":"b","place":"float","tabs":["details"],"rect":{"x":1e99,"width":-4}}],"sizes":{"right":"wide"},"folded":3}',
      '{"groups":[{"id":"__proto__","place":"left","tabs":["history"]}]}',
      'not json',
    ];
    for (const text of foreign) {
      const { groups, sizes } = new PanelLayout(storage({ k: text }), 'k', PANELS).state;
      expect(groups.flatMap((group) => group.tabs).sort()).toEqual([...PANELS].sort());
      for (const group of groups) expect(group.tabs).toContain(group.active);
      expect(Object.values(sizes).every((size) => size === 0 || (size >= 180 && size <= 900))).toBe(true);
    }
  });
});

const BOXES = `<View><RectangleLabels name="b" toName="i"><Label value="Cat"/><Label value="Dog"/></RectangleLabels><Image name="i" value="$i"/>
  <Choices name="mood" toName="i"><Choice value="calm"/><Choice value="wild"/></Choices></View>`;

function box(id: string, label: string | null, more: object = {}) {
  return {
    id,
    from_name: 'b',
    to_name: 'i',
    type: 'rectanglelabels',
    value: { x: 1, y: 2, width: 3, height: 4, rotation: 0, rectanglelabels: label === null ? [] : [label] },
    ...more,
  };
}

const ROWS: RowOptions = {
  group: 'none',
  order: 'created',
  descending: false,
  query: '',
  filter: 'all',
  folded: new Set(),
};

function shape(editor: Editor, options: Partial<RowOptions> = {}): string[] {
  return Array.from(regionRows(editor, { ...ROWS, ...options }), (row) =>
    row.kind === 'region' ? `${'-'.repeat(row.level - 1)}${row.id}` : `[${row.title}]`,
  );
}

describe('the list of regions', () => {
  it('is a tree by parentID, folds, and takes circles and thousands of levels', () => {
    const editor = openResult(BOXES, [box('a', 'Cat', { parentID: 'c' }), box('b', 'Dog'), box('c', 'Cat')]);
    expect(shape(editor)).toEqual(['b', 'c', '-a']);
    expect(shape(editor, { folded: new Set(['c']) })).toEqual(['b', 'c']);
    expect(moveBelow(editor, ['c'], 'a')).toBe(false);
    expect(moveBelow(editor, ['c'], 'b')).toBe(true);
    expect(shape(editor)).toEqual(['b', '-c', '--a']);
    expect(editor.entry.draftResult().find((item) => item.id === 'c')?.['parentID']).toBe('b');
    editor.undo();
    expect(shape(editor)).toEqual(['b', 'c', '-a']);
    const circle = openResult(BOXES, [box('a', 'Cat', { parentID: 'b' }), box('b', 'Dog', { parentID: 'a' })]);
    expect(shape(circle)).toHaveLength(2);
    const deep = Array.from({ length: 8000 }, (_, i) => box(`r${i}`, 'Cat', i > 0 ? { parentID: `r${i - 1}` } : {}));
    expect(shape(openResult(BOXES, deep))).toHaveLength(8000);
  });

  it('is grouped by label, searched and filtered', () => {
    const editor = openResult(BOXES, [
      box('a', 'Cat', { meta: { text: ['left ear'] } }),
      box('b', 'Dog', { origin: 'prediction' }),
      box('c', null),
      box('d', 'Cat', { score: 0.4 }),
    ]);
    expect(shape(editor, { group: 'label' })).toEqual(['[Cat]', '-a', '-d', '[Dog]', '-b', '[No label]', '-c']);
    expect(shape(editor, { query: 'EAR cat' })).toEqual(['a']);
    expect(shape(editor, { filter: 'unlabelled' })).toEqual(['c']);
    expect(shape(editor, { filter: 'prediction' })).toEqual(['b']);
    expect(shape(editor, { filter: 'note' })).toEqual(['a']);
    expect(shape(editor, { order: 'score', descending: true })[0]).toBe('d');
  });
});

describe('the clipboard', () => {
  it('carries regions with their parents and relations into another task, with new ids', () => {
    const from = openResult(BOXES, [
      box('a', 'Cat', { meta: { text: ['note'] } }),
      box('b', 'Dog', { parentID: 'a' }),
      { type: 'relation', from_id: 'a', to_id: 'b', direction: 'left', labels: ['eats'] },
      box('c', 'Cat'),
    ]);
    const text = copyRegions(from, ['a', 'b']);
    const to = openResult(BOXES, [box('a', 'Dog')]);
    expect(pasteRegions(to, text)).toBe(true);
    const result = to.entry.draftResult();
    const [first, second] = result.slice(1);
    expect(new Set(result.filter((item) => item.id).map((item) => item.id)).size).toBe(3);
    expect(first).toMatchObject({
      value: { x: 1, rectanglelabels: ['Cat'] },
      meta: { text: ['note'] },
      origin: 'manual',
    });
    expect(second?.['parentID']).toBe(first?.id);
    expect(result.at(-1)).toMatchObject({
      type: 'relation',
      from_id: first?.id,
      to_id: second?.id,
      direction: 'left',
      labels: ['eats'],
    });
    expect(to.document.view.selected).toHaveLength(2);
    to.undo();
    expect(to.entry.draftResult()).toHaveLength(1);
  });

  it('leaves alone what are no regions, and says what does not fit', () => {
    const editor = openResult(BOXES, []);
    const said: string[] = [];
    editor.notices.subscribe(({ text }) => said.push(text));
    for (const text of ['', 'Tallinn', '[1,2]', '{"a":1}', '{', '[null]', '"regions"'])
      expect(isRegions(text)).toBe(false);
    const strange = [
      { ...box('z', 'Cat'), from_name: 'gone', to_name: 'nowhere' },
      { from_name: '__proto__', value: null },
    ];
    expect(pasteRegions(editor, JSON.stringify({ labelkeep: 'regions', result: strange }))).toBe(false);
    expect(said[0]).toContain('Nothing was pasted');
    const mixed = JSON.stringify([box('y', 'Cat'), ...strange]);
    expect(pasteRegions(editor, mixed)).toBe(true);
    expect(said[1]).toContain('1 pasted; 2 left out');
  });
});

describe('earlier states', () => {
  it('are looked at read-only and restored as one step that can be undone', () => {
    const now = [box('a', 'Cat'), box('b', 'Dog'), { type: 'relation', from_id: 'a', to_id: 'b', direction: 'right' }];
    const before = [box('a', 'Dog'), box('old', null, { custom: 1 })];
    const editor = openResult(BOXES, now);
    editor.entries.lookAt({ id: '1', title: 'Submitted', items: before as never });
    expect(editor.readonly).toBe(true);
    expect(editor.canSubmit).toBe(false);
    expect(editor.document.edit('Try', (edit) => edit.remove(['a']))).toBe(false);
    expect(editor.entries.restoreLooked()).toBe(true);
    expect(editor.entry.draftResult()).toEqual(before);
    editor.undo();
    expect(editor.entry.draftResult()).toEqual(now);
    editor.redo();
    expect(editor.entry.draftResult()).toEqual(before);
  });

  it('say what changed', () => {
    const diff = diffResults(
      [box('a', 'Cat'), box('b', 'Dog')] as never,
      [
        { ...box('a', 'Cat'), value: { ...box('a', 'Cat').value } },
        box('b', 'Cat'),
        box('c', 'Cat'),
        { type: 'relation', from_id: 'a', to_id: 'b' },
      ] as never,
    );
    expect(diff).toEqual({ added: ['c'], changed: ['b'], removed: [], relations: 1 });
    expect(describeDiff(diff)).toBe('1 added, 1 changed, 1 relation changed');
    expect(describeDiff(diffResults([], []))).toBe('Nothing changed');
  });
});

describe('keys that people set', () => {
  it('press the action instead of its own, can be switched off, and are checked for conflicts', () => {
    const editor = makeEditor({
      config: BOXES,
      customHotkeys: {
        'region:unselect': { key: 'x' },
        'region:lock': { key: 'alt+l', active: false },
        bad: null,
      } as never,
    });
    const press = (key: string, mods = {}) =>
      editor.actions.find({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods }, false)?.id;
    editor.document.add('Add', {
      object: 'i',
      kind: 'rectangle',
      geometry: {},
      facets: [{ from: 'b', type: 'rectanglelabels' }],
    });
    editor.document.view.select(editor.document.regionIds());
    expect(press('x')).toBe('region.unselect');
    expect(press('u')).not.toBe('region.unselect');
    expect(press('l', { altKey: true })).toBeUndefined();
    expect(editor.actions.conflicts('region.unselect', 'ctrl+z').map((action) => action.id)).toEqual([
      'annotation.undo',
    ]);
    expect(editor.actions.conflicts('region.unselect', 'x')).toEqual([]);
    editor.actions.setCustom({});
    expect(press('u')).toBe('region.unselect');
    expect(
      shortcutOf({ key: 'Z', code: 'KeyZ', ctrlKey: true, metaKey: false, altKey: false, shiftKey: true }, false),
    ).toBe('ctrl+shift+z');
    expect(
      shortcutOf({ key: '?', code: 'Slash', ctrlKey: false, metaKey: false, altKey: false, shiftKey: true }, false),
    ).toBe('?');
    expect(
      shortcutOf({ key: 'Shift', ctrlKey: false, metaKey: false, altKey: false, shiftKey: true }, false),
    ).toBeNull();
  });

  it('no built-in key is the key of two actions at once, and none is a browser’s', () => {
    const editor = makeEditor({
      config: BOXES,
      onNavigate: () => {},
      mode: 'stream',
      history: { canBack: true, canForward: true },
    });
    const twice = editor.actions
      .list()
      .filter((action) => action.shortcut && action.id !== 'task.postpone' && action.id !== 'task.next')
      .filter((action) => editor.actions.conflicts(action.id, action.shortcut ?? '').length > 0);
    expect(twice.map((action) => action.id)).toEqual([]);
    const browser = ['ctrl+d', 'ctrl+h', 'ctrl+p', 'ctrl+b', 'ctrl+t', 'ctrl+w', 'ctrl+n', 'ctrl+l', 'ctrl+r'];
    expect(
      browser.flatMap((keys) => editor.actions.conflicts('', keys).map((action) => `${keys} ${action.id}`)),
    ).toEqual([]);
  });
});

describe('comparison', () => {
  it('counts labels and finds the most common answer', () => {
    const mood = (value: string) => ({
      id: 'm',
      from_name: 'mood',
      to_name: 'i',
      type: 'choices',
      value: { choices: [value] },
    });
    const editor = makeEditor({
      config: BOXES,
      annotations: [
        { id: 1, result: [box('a', 'Cat'), box('b', 'Cat'), mood('calm')] as never },
        { id: 2, result: [box('a', 'Dog'), mood('calm')] as never },
        { id: 3, result: [mood('wild')] as never },
      ],
      predictions: [{ id: 9, result: [box('p', null), mood('wild')] as never }],
    });
    const entries = editor.entries.all();
    expect(labelRows(editor, entries).map((row) => [row.title, ...row.counts])).toEqual([
      ['Cat', 0, 2, 0, 0],
      ['Dog', 0, 0, 1, 0],
      ['No label', 1, 0, 0, 0],
    ]);
    expect(answerRows(editor, entries)).toMatchObject([
      { answers: [['wild'], ['calm'], ['calm'], ['wild']], most: { answer: 'calm', count: 2, of: 3 } },
    ]);
  });
});

describe('places', () => {
  it('open the annotation that an address names', () => {
    const annotations = [1, 2, 3].map((id) => ({ id, result: [] }));
    expect(makeEditor({ config: BOXES, annotations, place: { annotation: '2' } }).entry.annotation?.id).toBe(2);
    expect(makeEditor({ config: BOXES, annotations, place: { annotation: 'gone' } }).entry.annotation?.id).toBe(3);
  });
});

describe('postponing', () => {
  it('sends a draft that says so, then goes on; a failure stays', async () => {
    const sent: SavePayload[] = [];
    const onNavigate = vi.fn();
    let fails = true;
    const editor = makeEditor({
      config: BOXES,
      mode: 'stream',
      history: { canBack: true, canForward: false },
      onNavigate,
      onDraft: async (payload) => {
        if (fails) throw new Error('The server is away');
        return sent.push(payload);
      },
    });
    expect(editor.canPostpone).toBe(true);
    await editor.saving.postpone();
    expect(onNavigate).not.toHaveBeenCalled();
    fails = false;
    await editor.saving.postpone();
    expect(sent.map((payload) => payload.postponed)).toEqual([true]);
    expect(onNavigate).toHaveBeenCalledWith('next');
  });
});
