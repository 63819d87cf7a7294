/** What a model answers to a prompt: shown, decided on, undone, and never saved before it was accepted. */
import { describe, expect, it } from 'vitest';
import type { ModelPrompt, PromptAnswer } from '../src/core/options';
import { makeEditor } from './helpers';

const CONFIG = `<View><Image name="img" value="$image"/><KeyPointLabels name="dot" toName="img" smart="true"><Label value="Car"/></KeyPointLabels>
<RectangleLabels name="box" toName="img"><Label value="Car"/></RectangleLabels>
<Choices name="scene" toName="img"><Choice value="Street"/><Choice value="Field"/></Choices></View>`;

const box = (id: string, x: number) => ({
  id,
  from_name: 'box',
  to_name: 'img',
  type: 'rectanglelabels',
  score: 0.75,
  value: { x, y: 10, width: 20, height: 20, rotation: 0, rectanglelabels: ['Car'] },
});

function setUp() {
  const asked: { prompt: ModelPrompt; answer: (given: PromptAnswer) => void; fail: (error: Error) => void }[] = [];
  const drafts: unknown[] = [];
  const submitted: { result: readonly { type?: string }[] }[] = [];
  const editor = makeEditor({
    config: CONFIG,
    task: { id: 1, data: { image: 'a.png' } },
    onPrompt: (prompt) =>
      new Promise<PromptAnswer>((answer, fail) => {
        asked.push({ prompt, answer, fail });
      }),
    onDraft: (payload) => void drafts.push(payload),
    onSubmit: async (payload) => {
      submitted.push(payload as never);
      return { id: 5 };
    },
  });
  const notices: string[] = [];
  editor.notices.subscribe((notice) => notices.push(notice.text));
  const node = editor.config.byName.get('dot');
  const point = (x: number) => {
    if (node) editor.labels.choose(node, 'Car');
    const id = editor.createRegion({
      object: 'img',
      kind: 'keypoint',
      geometry: editor.modules.shape('keypoint')?.read({ x, y: 50, width: 1 }, {} as never),
      control: 'dot',
      envelope: { original_width: 800, original_height: 600, image_rotation: 0, is_positive: true },
    });
    if (id === null) throw new Error('The prompt was not drawn.');
    editor.askModel(id);
    return id;
  };
  /** Lets answers arrive. */
  const settle = () => new Promise((done) => setTimeout(done));
  const saved = () => editor.entry.draftResult().map((item) => item.type);
  const call = (index: number) => {
    const one = asked[index];
    if (!one) throw new Error(`The model was not asked ${index + 1} times.`);
    return one;
  };
  return { editor, asked, call, notices, point, settle, saved, submitted };
}

describe('suggestions', () => {
  it('are shown and not saved, until they are accepted with the prompt taken away in one step', async () => {
    const { editor, call, point, settle, saved } = setUp();
    point(40);
    expect(editor.suggestions.waiting).toBe(true);
    call(0).answer({ result: [box('m1', 10), box('m2', 60)] });
    await settle();
    expect(editor.suggestions.waiting).toBe(false);
    expect(editor.suggestions.ids).toHaveLength(2);
    // They are listed, and count for nothing.
    expect(editor.document.listedIds()).toHaveLength(3);
    expect(editor.document.regionIds()).toHaveLength(1);
    expect(editor.document.regionNumber(editor.suggestions.ids[0] ?? '')).toBe(0);
    expect(editor.labels.usages('box', 'Car')).toBe(0);
    expect(saved()).toEqual(['keypointlabels']);
    expect(editor.document.canChange(editor.suggestions.ids[0] ?? '')).toBe(false);

    editor.actions.run('suggestion.accept');
    expect(saved()).toEqual(['rectanglelabels', 'rectanglelabels']);
    expect(editor.entry.draftResult()[0]).toMatchObject({
      origin: 'prediction',
      score: 0.75,
      original_width: 800,
      original_height: 600,
      value: { x: 10, rectanglelabels: ['Car'] },
    });
    expect(editor.entry.draftResult()[0]).not.toHaveProperty('is_positive');
    expect(editor.document.canChange(editor.document.regionIds()[0] ?? '')).toBe(true);

    editor.undo();
    expect(saved()).toEqual(['keypointlabels']);
    editor.document.redo();
    expect(saved()).toEqual(['rectanglelabels', 'rectanglelabels']);
  });

  it('are accepted and rejected one by one; with the last one the prompt goes', async () => {
    const { editor, call, point, settle, saved } = setUp();
    point(40);
    call(0).answer({ result: [box('m1', 10), box('m2', 60), box('m3', 70)] });
    await settle();
    const [first, second] = editor.suggestions.ids;
    editor.suggestions.reject([first ?? '']);
    expect(saved()).toEqual(['keypointlabels']);
    editor.document.view.select([second ?? '']);
    editor.actions.run('suggestion.accept');
    expect(saved()).toEqual(['rectanglelabels']);
    expect(editor.suggestions.ids).toHaveLength(1);
    editor.document.view.select([]);
    editor.actions.run('suggestion.reject');
    expect(editor.suggestions.ids).toHaveLength(0);
    expect(editor.document.regionIds()).toHaveLength(1);
  });

  it('of an older prompt are dropped, and a newer one is told of all points', async () => {
    const { editor, call, point, settle } = setUp();
    point(40);
    point(45);
    expect(call(0).prompt.signal.aborted).toBe(true);
    expect(call(1).prompt.result).toHaveLength(1);
    expect(call(1).prompt.prompts.map((item) => item.value?.['x'])).toEqual([40, 45]);
    call(1).answer({ result: [box('new', 60)] });
    await settle();
    call(0).answer({ result: [box('old', 10), box('old2', 20)] });
    await settle();
    expect(editor.suggestions.ids).toHaveLength(1);
  });

  it('go with their prompt when it is undone, also while the model still works', async () => {
    const { editor, call, point, settle } = setUp();
    point(40);
    editor.undo();
    expect(editor.suggestions.waiting).toBe(false);
    call(0).answer({ result: [box('m1', 10)] });
    await settle();
    expect(editor.document.regionIds()).toHaveLength(0);
    point(40);
    call(1).answer({ result: [box('m1', 10)] });
    await settle();
    editor.undo();
    expect(editor.document.regionIds()).toHaveLength(0);
    expect(editor.suggestions.ids).toHaveLength(0);
  });

  it('become regions at once when a person set so, undone in one step', async () => {
    const { editor, call, point, settle, saved } = setUp();
    editor.settings.set('autoAccept', true);
    point(40);
    call(0).answer({ result: [box('m1', 10), box('m2', 60)] });
    await settle();
    expect(saved()).toEqual(['rectanglelabels', 'rectanglelabels']);
    editor.undo();
    expect(saved()).toEqual(['keypointlabels']);
  });

  it('of answers are offered at their question, and accepted with the regions in one step', async () => {
    const { editor, call, point, settle, saved } = setUp();
    const scene = (choice: string) => ({
      from_name: 'scene',
      to_name: 'img',
      type: 'choices',
      value: { choices: [choice] },
    });
    const nowhere = { from_name: 'other', to_name: 'img', type: 'choices', value: { choices: ['Street'] } };
    point(40);
    call(0).answer({ result: [box('m1', 10), scene('Street'), nowhere] });
    await settle();
    expect(editor.suggestions.count).toBe(2);
    expect(editor.suggestions.answersTo('scene').map((one) => one.answer)).toEqual([['Street']]);
    expect(saved()).toEqual(['keypointlabels']);
    editor.actions.run('suggestion.accept');
    expect(saved()).toEqual(['rectanglelabels', 'choices']);
    expect(editor.suggestions.answersTo('scene')).toEqual([]);
    editor.undo();
    expect(saved()).toEqual(['keypointlabels']);

    point(50);
    call(1).answer({ result: [scene('Field')] });
    await settle();
    const [only] = editor.suggestions.answersTo('scene');
    editor.suggestions.reject([only?.id ?? '']);
    expect(editor.suggestions.count).toBe(0);
    // The prompt went with it.
    expect(saved()).toEqual(['keypointlabels']);
  });

  it('are asked for only while auto-annotation is on', () => {
    const { editor, asked, point } = setUp();
    const smart = () => editor.tools.of('img').filter((tool) => tool.offered === 'with-model').length;
    const tool = editor.tools.of('img').find((one) => one.offered === 'with-model');
    editor.tools.activate('img', tool?.id ?? '');
    expect(smart()).toBeGreaterThan(0);
    editor.actions.run('screen.auto-annotation');
    expect(smart()).toBe(0);
    expect(editor.tools.active('img')).toMatchObject({ control: tool?.control });
    point(40);
    expect(asked).toHaveLength(0);
    editor.actions.run('screen.auto-annotation');
    expect(smart()).toBeGreaterThan(0);
    expect(makeEditor({ config: CONFIG }).hasModel).toBe(false);
  });

  it('that are undecided are left out of a submit, with a word about it', async () => {
    const { editor, call, point, settle, submitted, notices } = setUp();
    point(40);
    call(0).answer({ result: [box('m1', 10)] });
    await settle();
    await editor.saving.submit();
    expect(submitted[0]?.result.map((item) => item.type)).toEqual(['keypointlabels']);
    expect(notices.join()).toContain('1 undecided suggestion was left out');
  });

  it('that fail or make no sense leave the work as it was', async () => {
    const { editor, call, point, settle, notices, saved } = setUp();
    point(40);
    call(0).fail(new Error('out of memory'));
    await settle();
    expect(notices).toEqual(['The model gave no answer: out of memory']);
    for (const [index, nonsense] of [
      null,
      7,
      { result: 'x' },
      { result: [null, { from_name: '__proto__' }] },
    ].entries()) {
      point(50 + index);
      call(index + 1).answer(nonsense as never);
      await settle();
      expect(editor.suggestions.ids).toEqual([]);
    }
    expect(saved()).toHaveLength(5);
    expect(notices.at(-1)).toBe('The model suggests nothing here.');
  });
});
