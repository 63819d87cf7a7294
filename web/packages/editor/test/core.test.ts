import { describe, expect, it } from 'vitest';
import { copyRegions, pasteRegions } from '../src/core/clipboard';
import { matchesShortcut, parseShortcut } from '../src/core/shortcut';
import { safeUrl } from '../src/core/urls';
import { isHarmless, scopedRules, scopeSelectors } from '../src/tags/style/css';
import { makeEditor, openResult } from './helpers';

describe('keys', () => {
  it('are given in order of the configuration; written ones win, tool letters are not given', () => {
    const labels = (count: number) => Array.from({ length: count }, (_, i) => `<Label value="L${i}"/>`).join('');
    const editor = makeEditor({
      config: `<View><Text name="t" value="$t"/><Labels name="a" toName="t"><Label value="x" hotkey="1"/>${labels(10)}</Labels><Rating name="r" toName="t"/></View>`,
    });
    const keys = [...(editor.keys.get('a')?.values() ?? [])];
    expect(keys).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'q']);
    expect(editor.keys.get('r')?.get('')).toBe('w');
    const image = makeEditor({
      config: `<View><Image name="i" value="$i"/><RectangleLabels name="b" toName="i">${labels(30)}</RectangleLabels></View>`,
    });
    // The key of a Filter is not given to a label.
    const found = makeEditor({
      config: `<View><Text name="t" value="$t"/><Filter toName="a" hotkey="3"/><Labels name="a" toName="t">${labels(4)}</Labels></View>`,
    });
    expect([...(found.keys.get('a')?.values() ?? [])]).toEqual(['1', '2', '4', '5']);
    const given = new Set(image.keys.get('b')?.values());
    for (const tool of image.tools.of('i'))
      if (tool.shortcut?.length === 1) expect(given.has(tool.shortcut)).toBe(false);
  });

  it('match events as people press them', () => {
    const press = (key: string, mods = {}, code = '') => ({
      key,
      code,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      ...mods,
    });
    const hit = (text: string, event: ReturnType<typeof press>) =>
      parseShortcut(text, false).some((one) => matchesShortcut(one, event));
    expect(hit('ctrl+shift+z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(hit('ctrl+z', press('z', { ctrlKey: true, shiftKey: true }))).toBe(false);
    expect(hit('?', press('?', { shiftKey: true }))).toBe(true);
    expect(hit('shift+1', press('!', { shiftKey: true }, 'Digit1'))).toBe(true);
    expect(hit('alt+.', press('≥', { altKey: true }, 'Period'))).toBe(true);
    expect(hit('ctrl++', press('+', { ctrlKey: true }))).toBe(true);
    expect(hit('1', press('1'))).toBe(true);
    expect(parseShortcut('ctrl+k', true)[0]).toMatchObject({ ctrl: false, meta: true });
  });

  it('do nothing while typing but those of scope "input"', () => {
    const editor = makeEditor({
      config: '<View><Text name="t" value="$t"/><Labels name="a" toName="t"><Label value="x"/></Labels></View>',
      onSubmit: async () => ({}),
    });
    const one = { key: '1', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect(editor.actions.find(one, false)?.id).toBe('label.a.x');
    expect(editor.actions.find(one, true)).toBeNull();
    expect(editor.actions.find({ ...one, key: 'Enter', ctrlKey: true }, true)?.id).toBe('annotation.submit');
  });

  it('follow the person’s own keys', () => {
    const editor = makeEditor({
      config: '<View/>',
      customHotkeys: { 'annotation:undo': { key: 'f9' }, 'annotation.redo': { key: null, active: false } },
    });
    const press = (key: string, ctrlKey = false) =>
      editor.actions.find({ key, ctrlKey, metaKey: false, altKey: false, shiftKey: false }, false)?.id;
    expect(press('F9')).toBe('annotation.undo');
    expect(press('z', true)).toBeUndefined();
    expect(press('y', true)).toBeUndefined();
  });
});

describe('labels', () => {
  const config = `<View><Text name="t" value="$t"/><Labels name="a" toName="t"><Label value="P" maxUsages="1"/><Label value="Q"/></Labels><Labels name="b" toName="t" choice="multiple"><Label value="X"/><Label value="Y"/></Labels></View>`;
  const draft = { object: 't', kind: 'text', geometry: { start: 0, end: 3, text: 'abc' } };

  it('of two controls make one region with two items', () => {
    const editor = makeEditor({ config, task: { id: 1, data: { t: 'abc' } } });
    const [a, b] = [editor.config.byName.get('a'), editor.config.byName.get('b')];
    if (!a || !b) throw new Error('config');
    editor.labels.choose(a, 'Q');
    editor.labels.choose(b, 'X');
    editor.labels.choose(b, 'Y');
    const id = editor.createRegion(draft);
    const out = editor.entry.draftResult();
    expect(out.map((item) => [item.id, item.from_name, item.value])).toEqual([
      [id, 'a', { ...draft.geometry, labels: ['Q'] }],
      [id, 'b', { ...draft.geometry, labels: ['X', 'Y'] }],
    ]);
    expect(editor.labels.active('a')).toEqual([]);
  });

  it('stop at maxUsages with a message', () => {
    const editor = makeEditor({ config, task: { id: 1, data: { t: 'abc' } } });
    const a = editor.config.byName.get('a');
    if (!a) throw new Error('config');
    const said: string[] = [];
    editor.notices.subscribe((notice) => said.push(notice.text));
    editor.labels.arm(a, ['P']);
    const made = editor.createRegion(draft);
    editor.labels.arm(a, ['P']);
    expect(editor.createRegion(draft)).toBeNull();
    expect(said[0]).toContain('“P”');
    // Copies count too.
    editor.duplicateRegions([made ?? '']);
    expect(pasteRegions(editor, copyRegions(editor, [made ?? '']))).toBe(false);
    expect(editor.document.regionIds()).toEqual([made]);
    expect(said).toHaveLength(3);
  });

  it('relabel the selection as one step, locked regions stay', () => {
    const item = (id: string) => ({
      id,
      from_name: 'a',
      to_name: 't',
      type: 'labels',
      value: { start: 0, end: 1, labels: ['Q'], text: 'a' },
    });
    const editor = openResult(config, [item('1'), item('2'), item('3')]);
    const b = editor.config.byName.get('b');
    if (!b) throw new Error('config');
    editor.document.view.setLocked(['3'], true);
    editor.document.view.select(['1', '2', '3']);
    editor.labels.choose(b, 'X');
    expect(
      editor.entry
        .draftResult()
        .filter((one) => one.from_name === 'b')
        .map((one) => one.id),
    ).toEqual(['1', '2']);
    editor.undo();
    expect(editor.entry.draftResult()).toHaveLength(3);
    expect(editor.document.view.selected).toEqual(['1', '2', '3']);
  });

  it('deleting moves children up and takes relations along; read-only regions stay', () => {
    const item = (id: string, more = {}) => ({
      id,
      from_name: 'a',
      to_name: 't',
      type: 'labels',
      value: { start: 0, end: 1, labels: ['Q'] },
      ...more,
    });
    const editor = openResult(config, [
      item('g'),
      item('p', { parentID: 'g' }),
      item('c', { parentID: 'p' }),
      item('ro', { readonly: true }),
      { type: 'relation', from_id: 'p', to_id: 'c', direction: 'right' },
    ]);
    editor.deleteRegions(['p', 'ro']);
    const out = editor.entry.draftResult();
    expect(out.map((one) => [one.id, one['parentID']])).toEqual([
      ['g', undefined],
      ['c', 'g'],
      ['ro', undefined],
    ]);
  });
});

describe('visibleWhen', () => {
  it('follows the selection, labels and choices, also through hidden ancestors', () => {
    const editor = openResult(
      `<View><Text name="t" value="$t"/><Labels name="a" toName="t"><Label value="P"/><Label value="Q"/></Labels>
      <View visibleWhen="region-selected" whenTagName="a" whenLabelValue="P,Z"><Choices name="inner" toName="t" perRegion="true"><Choice value="1"/></Choices></View>
      <View visibleWhen="no-region-selected"><TextArea name="none" toName="t"/></View>
      <Choices name="c" toName="t"><Choice value="Yes" alias="y"/></Choices>
      <View visibleWhen="choice-selected" whenTagName="c" whenChoiceValue="Yes"><Rating name="r" toName="t"/></View>
      <View visibleWhen="choice-unselected" whenTagName="c"><Rating name="u" toName="t"/></View></View>`,
      [
        { id: 'p', from_name: 'a', to_name: 't', type: 'labels', value: { start: 0, end: 1, labels: ['P'] } },
        { id: 'q', from_name: 'a', to_name: 't', type: 'labels', value: { start: 0, end: 1, labels: ['Q'] } },
      ],
    );
    const shown = (name: string) => {
      const node = editor.config.byName.get(name);
      return node ? editor.visibility.isShown(node) : null;
    };
    const state = () => ['inner', 'none', 'r', 'u'].filter((name) => shown(name));
    expect(state()).toEqual(['none', 'u']);
    editor.document.view.select(['p']);
    expect(state()).toEqual(['inner', 'u']);
    editor.document.view.select(['q']);
    expect(state()).toEqual(['u']);
    editor.document.edit('Answer', (edit) =>
      edit.add({
        object: 't',
        kind: 'answer',
        geometry: undefined,
        facets: [{ from: 'c', type: 'choices', answer: ['y'] }],
      }),
    );
    editor.document.view.select(['p', 'q']);
    expect(state()).toEqual(['none', 'r']);
  });
});

describe('hostile configurations', () => {
  it('sec_177 lets no style load, run, or leave its place', () => {
    for (const [name, value] of [
      ['background', 'url(https://x.example/a.png)'],
      ['background-image', 'image-set("a.png" 1x)'],
      ['background', 'u\\72l(x)'],
      ['position', 'fixed'],
      ['behavior', 'x'],
      ['-moz-binding', 'x'],
      ['width', 'expression(alert(1))'],
      ['list-style-image', 'url(x)'],
    ] as const) {
      expect(isHarmless(name, value), `${name}: ${value}`).toBe(false);
    }
    expect(isHarmless('color', 'red')).toBe(true);
    expect(isHarmless('background', 'linear-gradient(red, blue)')).toBe(true);
    expect(isHarmless('position', 'absolute')).toBe(true);
  });

  it('sec_177 keeps every selector below the labeling area', () => {
    const scope = '[s="1"]';
    expect(scopeSelectors('.a, div > .b:is(.c, .d)', scope)).toBe('[s="1"] .a, [s="1"] div > .b:is(.c, .d)');
    expect(scopeSelectors(':root .a', scope)).toBe('[s="1"] .a');
    expect(scopeSelectors('body', scope)).toBe('[s="1"]');
    expect(scopeSelectors('html ~ .x', scope)).toBe('[s="1"] html ~ .x');
    expect(scopeSelectors('body + .x', scope)).toBe('[s="1"] body + .x');
    expect(scopeSelectors('[title="a, body"]', scope)).toBe('[s="1"] [title="a, body"]');
    expect(scopeSelectors('bodyguard', scope)).toBe('[s="1"] bodyguard');
  });
  it('sec_177 keeps the labeling area in sight whatever a configuration says about everything', () => {
    const rules = (css: Record<string, Record<string, string>>) =>
      scopedRules(
        Object.entries(css).map(([selectorText, own]) => {
          const style = Object.assign(Object.keys(own), {
            getPropertyValue: (name: string) => own[name] ?? '',
            getPropertyPriority: () => '',
          });
          // Rules are known by the name of their class.
          return Object.assign(new (class CSSStyleRule {})(), { selectorText, style });
        }) as never,
        '[s="1"]',
        true,
      );
    const hide = { display: 'none', visibility: 'hidden', opacity: '0', transform: 'scale(0)' };
    for (const all of [
      'body',
      '*',
      ':root, html',
      'html > body *',
      ':not(.x)',
      'body:has(.a .b)',
      '.x div',
      ':is(p, .a)',
    ])
      expect(rules({ [all]: hide }), all).toEqual([]);
    expect(rules({ 'body, .note': { ...hide, color: 'red' } })).toEqual([
      '[s="1"] { color: red; }',
      '[s="1"] .note { display: none; visibility: hidden; opacity: 0; transform: scale(0); color: red; }',
    ]);
    expect(rules({ '*': { margin: '0', display: 'block' }, 'html > body .a': { color: 'red' } })).toEqual([
      '[s="1"] * { margin: 0; display: block; }',
      '[s="1"] .a { color: red; }',
    ]);
  });

  it('sec_178 loads http, https, blob and raster data only', () => {
    for (const good of [
      'https://x.example/a',
      '/data/a.png',
      'a.png',
      'blob:https://x/1',
      'data:image/png;base64,AA',
      'data:audio/wav;base64,AA',
    ])
      expect(safeUrl(good)).toBe(good);
    for (const bad of [
      'javascript:alert(1)',
      ' java\nscript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'data:image/svg+xml,x',
      'vbscript:x',
      's3://b/k',
      '',
    ])
      expect(safeUrl(bad), bad).toBeNull();
  });
});
