import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Editor } from '../src/core/editor';
import type { JournalEntry } from '../src/core/journal';
import type { EditorOptions, SavePayload } from '../src/core/options';
import { builtInTags } from '../src/tags/registry';
import { makeEditor } from './helpers';

const CONFIG = `<View><Text name="t" value="$t"/>
  <Choices name="mood" toName="t" required="true"><Choice value="Good"/><Choice value="Bad"/></Choices>
  <Choices name="why" toName="t" visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Bad"><Choice value="slow"/></Choices></View>`;

function answer(editor: Editor, from: string, value: string): void {
  const known = editor.document.store.answer(from);
  editor.document.edit('Answer', (edit) => {
    if (known) edit.setAnswer(known.id, from, 'choices', [value]);
    else
      edit.add({
        object: 't',
        kind: 'answer',
        geometry: undefined,
        facets: [{ from, type: 'choices', answer: [value] }],
      });
  });
}

function editorWith(options: Partial<EditorOptions>) {
  return makeEditor({ config: CONFIG, task: { id: 5, data: { t: 'text' } }, user: { id: 7 }, ...options });
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('drafts', () => {
  it('go out 1.5 s after the last change, once, and later ones name the draft', async () => {
    const sent: SavePayload[] = [];
    const editor = editorWith({ onDraft: async (payload) => 30 + sent.push(payload) });
    answer(editor, 'mood', 'Good');
    await vi.advanceTimersByTimeAsync(1400);
    answer(editor, 'mood', 'Bad');
    await vi.advanceTimersByTimeAsync(1400);
    expect(sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(sent.map((payload) => [payload.draft_id, payload.result[0]?.value])).toEqual([[null, { choices: ['Bad'] }]]);
    expect(editor.saving.state.kind).toBe('saved');
    answer(editor, 'mood', 'Good');
    await editor.saving.flush();
    expect(sent[1]?.draft_id).toBe(31);
    expect(sent[1]?.operationId).not.toBe(sent[0]?.operationId);
    expect(sent[1]?.lead_time).toBeGreaterThan(2);
  });

  it('wait for each other, so that two are never on their way', async () => {
    let open = 0;
    let most = 0;
    const editor = editorWith({
      onDraft: async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 500));
        open--;
        return 1;
      },
    });
    answer(editor, 'mood', 'Good');
    const first = editor.saving.flush();
    answer(editor, 'mood', 'Bad');
    const second = editor.saving.flush();
    await vi.advanceTimersByTimeAsync(2000);
    await Promise.all([first, second]);
    expect(most).toBe(1);
  });

  it('are handed out when another tab is opened', () => {
    const onDraft = vi.fn(async () => 1);
    const editor = editorWith({
      onDraft,
      annotations: [
        { id: 1, result: [] },
        { id: 2, result: [] },
      ],
    });
    answer(editor, 'mood', 'Good');
    editor.entries.select('annotation-1');
    expect(onDraft).toHaveBeenCalledTimes(1);
    expect(onDraft.mock.calls[0]).toMatchObject([{ annotation_id: 2 }]);
  });

  it('keep the work and say so when they fail, and go out with the next attempt', async () => {
    let fail = true;
    const sent: SavePayload[] = [];
    const editor = editorWith({
      onDraft: async (payload) => {
        sent.push(payload);
        if (fail) throw new Error('No network');
        return 4;
      },
    });
    answer(editor, 'mood', 'Good');
    await editor.saving.flush();
    expect(editor.saving.state).toEqual({ kind: 'failed', message: 'No network.' });
    fail = false;
    await editor.saving.flush();
    expect(editor.saving.state.kind).toBe('saved');
    expect(sent[0]?.operationId).toBe(sent[1]?.operationId);
  });
});

describe('submit', () => {
  it('refuses until required answers are given, and names the control', async () => {
    const onSubmit = vi.fn(async () => ({ id: 9 }));
    const editor = editorWith({ onSubmit });
    const notices: string[] = [];
    editor.notices.subscribe((notice) => notices.push(notice.text));
    const left = vi.fn();
    editor.problemLeft.subscribe(left);
    expect(await editor.saving.submit()).toBe(false);
    expect(notices[0]).toContain('mood');
    expect(editor.problem?.control).toBe('mood');
    expect(left).not.toHaveBeenCalled();
    answer(editor, 'mood', 'Good');
    // The message goes with the answer.
    expect(left).toHaveBeenCalledOnce();
    expect(editor.problem).toBe(null);
    const done = editor.saving.submit();
    await vi.advanceTimersByTimeAsync(300);
    expect(await done).toBe(true);
    expect(editor.entry.annotation?.id).toBe(9);
    expect(editor.canSubmit).toBe(false);
  });

  it('repeats the operation id for the same save and makes a new one after a change', async () => {
    const ids: string[] = [];
    const editor = editorWith({
      onSubmit: async (payload) => {
        ids.push(payload.operationId);
        throw new Error('Lost');
      },
    });
    const submit = async () => {
      const run = editor.saving.submit();
      await vi.advanceTimersByTimeAsync(300);
      return run;
    };
    answer(editor, 'mood', 'Good');
    expect(await submit()).toBe(false);
    await submit();
    answer(editor, 'mood', 'Bad');
    await submit();
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(editor.entry.draftResult()).toHaveLength(1);
  });

  it('waits for the draft on its way and names it', async () => {
    const saved: SavePayload[] = [];
    const editor = editorWith({
      onDraft: () => new Promise((resolve) => setTimeout(() => resolve(77), 400)),
      onSubmit: async (payload) => ({ id: saved.push(payload) }),
    });
    answer(editor, 'mood', 'Good');
    void editor.saving.flush();
    const run = editor.saving.submit();
    await vi.advanceTimersByTimeAsync(1000);
    await run;
    expect(saved[0]?.draft_id).toBe(77);
  });

  it('leaves answers of hidden branches out, and drafts keep them', async () => {
    const editor = editorWith({});
    answer(editor, 'mood', 'Bad');
    answer(editor, 'why', 'slow');
    expect(editor.entry.submitResult()).toHaveLength(2);
    answer(editor, 'mood', 'Good');
    expect(editor.entry.submitResult().map((item) => item.from_name)).toEqual(['mood']);
    expect(editor.entry.draftResult()).toHaveLength(2);
  });

  it('refuses an empty annotation when the project says so', async () => {
    const editor = makeEditor({
      config: '<View><Text name="t" value="$t"/><Labels name="l" toName="t"><Label value="A"/></Labels></View>',
      projectSettings: { enable_empty_annotation: false },
      onSubmit: async () => ({ id: 1 }),
    });
    expect(await editor.saving.submit()).toBe(false);
    expect(editor.problem?.message).toContain('empty');
  });
});

describe('journal', () => {
  function journaled(entries: readonly JournalEntry[], options: Partial<EditorOptions> = {}) {
    const written = new Map<string, JournalEntry>(entries.map((entry) => [entry.key, entry]));
    const editor = new Editor(
      { config: CONFIG, task: { id: 5, data: { t: 'x' } }, user: { id: 7 }, ...options },
      {
        modules: builtInTags,
        storage: null,
        journals: entries,
        journalStore: {
          prepare: async () => {},
          write: (entry) => void written.set(entry.key, JSON.parse(JSON.stringify(entry))),
          remove: (key) => void written.delete(key),
        },
      },
    );
    return { editor, written };
  }

  it('sec_185 brings unsent work and its history back after a reload', async () => {
    const annotations = [
      { id: 3, result: [{ id: 'a', from_name: 'mood', to_name: 't', type: 'choices', value: { choices: ['Good'] } }] },
    ];
    const first = journaled([], { annotations });
    answer(first.editor, 'mood', 'Bad');
    await vi.advanceTimersByTimeAsync(400);
    const second = journaled([...first.written.values()], { annotations });
    expect(second.editor.entry.draftResult()[0]?.value).toEqual({ choices: ['Bad'] });
    second.editor.undo();
    expect(second.editor.entry.draftResult()).toEqual(annotations[0]?.result);
  });

  it('is dropped when the server has another version meanwhile', async () => {
    const first = journaled([], { annotations: [{ id: 3, result: [] }] });
    answer(first.editor, 'mood', 'Bad');
    await vi.advanceTimersByTimeAsync(400);
    const other = [{ id: 'b', from_name: 'mood', to_name: 't', type: 'choices', value: { choices: ['Good'] } }];
    const second = journaled([...first.written.values()], { annotations: [{ id: 3, result: other }] });
    expect(second.editor.entry.draftResult()).toEqual(other);
    expect(second.written.size).toBe(0);
  });

  it('is forgotten after a save', async () => {
    const { editor, written } = journaled([], { onSubmit: async () => ({ id: 1 }) });
    answer(editor, 'mood', 'Bad');
    await vi.advanceTimersByTimeAsync(400);
    expect(written.size).toBe(1);
    const run = editor.saving.submit();
    await vi.advanceTimersByTimeAsync(400);
    await run;
    expect(written.size).toBe(0);
  });
});
