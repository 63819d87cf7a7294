/**
 * The demo page: mounts the editor without a server. `?sample=text&theme=dark&mode=stream&bare=1`
 * choose what is shown; what would be saved is collected in `window.saved` for component tests.
 */
import { type EditorHandle, mount, type SavePayload } from '../src';
import { SAMPLES, type Sample } from './samples';

interface Saved {
  readonly kind: string;
  readonly payload: SavePayload;
}
declare global {
  interface Window {
    saved: Saved[];
    /** The next save fails with this message. */
    failNext: string | null;
    editor: EditorHandle;
    /** Makes a sample, to be opened later (measurements). */
    makeSample(name: string): Sample | undefined;
  }
}

const query = new URLSearchParams(location.search);
const name = query.get('sample') ?? 'text';
const sample = (SAMPLES[name] ?? SAMPLES['text'])?.();
const bar = document.querySelector('#bar') as HTMLElement;
const host = document.querySelector('#editor') as HTMLElement;
const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;
if (query.get('bare')) bar.hidden = true;
for (const key of Object.keys(SAMPLES)) {
  const link = document.createElement('a');
  link.href = `?sample=${key}`;
  link.textContent = key;
  bar.append(link);
}

window.saved = [];
window.failNext = null;
window.makeSample = (wanted) => SAMPLES[wanted]?.();
let nextId = 100;
const save = (kind: string) => async (payload: SavePayload) => {
  window.saved.push({ kind, payload });
  const reason = window.failNext;
  window.failNext = null;
  if (reason) throw new Error(reason);
  return {
    id: nextId++,
    created_at: new Date().toISOString(),
    completed_by: { id: 7, email: 'ann@example.org', first_name: 'Ann', last_name: 'Berg' },
  };
};

/** Two earlier states of an annotation of the samples: made by one person, changed by another. */
function statesOf(from: Sample, id: number | string) {
  const result = from.annotations?.find((one) => one.id === id)?.result ?? [];
  return [
    {
      id: 2,
      kind: 'updated',
      by: { id: 7, email: 'ann@example.org', first_name: 'Ann', last_name: 'Berg' },
      created_at: '2026-03-02T08:30:00Z',
      size: JSON.stringify(result).length,
      result,
    },
    {
      id: 1,
      kind: 'submitted',
      by: { id: 8, email: 'ben@example.org' },
      created_at: '2026-03-01T10:00:00Z',
      size: 400,
      result: result.slice(0, Math.ceil(result.length / 2)),
    },
  ];
}

/** What the address names: `annotation`, `prediction`, `region`. */
function placeOf(from: URLSearchParams) {
  const names = ['annotation', 'prediction', 'region'].filter((name) => from.has(name));
  return names.length > 0 ? { place: Object.fromEntries(names.map((name) => [name, from.get(name)])) } : {};
}

if (sample) {
  window.editor = mount(host, {
    ...sample,
    user: { id: 7, email: 'ann@example.org' },
    mode: (query.get('mode') as 'stream' | 'quick' | 'preview' | null) ?? 'quick',
    history: { canBack: true, canForward: !query.has('end'), position: 3, total: 120 },
    projectSettings: {
      show_skip_button: true,
      expert_instruction: '<p>Mark every <b>name</b> of a person, an organisation or a place.</p>',
      show_instruction: query.has('instruction'),
    },
    onSubmit: save('submit'),
    onUpdate: (_id, payload) => save('update')(payload),
    onSkip: save('skip'),
    onUnskip: (_id, payload) => save('unskip')(payload),
    onDraft: async (payload) => (await save('draft')(payload)).id,
    onDeleteAnnotation: () => {},
    onGroundTruth: () => {},
    loadHistory: async (id) => statesOf(sample, id).map(({ result: _result, ...state }) => state),
    loadState: async (id, state) => statesOf(sample, id).find((one) => one.id === state)?.result ?? [],
    ...placeOf(query),
    onExit: () => {
      document.title = 'exit';
    },
    onNavigate: (direction) => {
      document.title = direction;
    },
  });
}
