/** All annotations and predictions of the task beside each other: what they say in numbers, and on the data. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { addRegions, regionItems } from '../../core/clipboard';
import { answerRows, labelRows, regionCounts } from '../../core/compare';
import { Editor } from '../../core/editor';
import type { Entry } from '../../core/entries';
import { ICONS } from '../../core/icons';
import { EditorProvider, useEditor, useEmitter } from '../../react/hooks';
import { RelationsOverlay } from '../../tags/relations/RelationsOverlay';
import { SCOPE_ATTRIBUTE } from '../../tags/style';
import { entryWords } from '../entry-words';
import { Layout } from '../Layout';
import { IconView } from '../parts/Icon';
import styles from './compare.module.css';

type Subscribe = (listener: () => void) => () => void;

/** Columns with data that are open at first: each loads the data once more. */
const FIRST = 3;

export function Compare() {
  const editor = useEditor();
  const entries = useEmitter(editor.entries.changed.subscribe as Subscribe, () => editor.entries.all());
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(worthShowing(entries).map((entry) => entry.key)),
  );
  const edits = useEdits(entries);
  const shown = entries.filter((entry) => chosen.has(entry.key));
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  return (
    <main className={styles['compare']} aria-label="Comparison of all annotations">
      <Summary entries={entries} edits={edits} />
      <fieldset className={styles['choose']}>
        <legend>On the data</legend>
        {entries.map((entry) => (
          <label key={entry.key}>
            <input type="checkbox" checked={chosen.has(entry.key)} onChange={() => toggle(entry.key)} />
            <bdi>{entryWords(entry).title}</bdi>
          </label>
        ))}
      </fieldset>
      <div className={styles['columns']}>
        {shown.map((entry) => (
          <Column key={`${entry.key} ${edits.get(entry.key) ?? 0}`} entry={entry} own={ownAmong(editor, entries)} />
        ))}
      </div>
      {shown.length === 0 && <p className={styles['hint']}>Choose annotations above to see them on the data.</p>}
    </main>
  );
}

type Edits = ReadonlyMap<string, number>;

/** How often each annotation changed since the comparison was opened: what is taken over shows at once. */
function useEdits(entries: readonly Entry[]): Edits {
  const [edits, setEdits] = useState<Edits>(new Map());
  useEffect(() => {
    const offs = entries.map((entry) =>
      entry.document.edited.subscribe(() =>
        setEdits((old) => new Map(old).set(entry.key, (old.get(entry.key) ?? 0) + 1)),
      ),
    );
    return () => {
      for (const off of offs) off();
    };
  }, [entries]);
  return edits;
}

/** The annotation that regions are taken over into: the open one, else the first that may be changed. */
function ownAmong(editor: Editor, entries: readonly Entry[]): Entry | null {
  const { tab } = editor.entries;
  return tab.document.readonly ? (entries.find((entry) => !entry.document.readonly) ?? null) : tab;
}

/** Those that are open at first: annotations before predictions, skipped and empty ones last. */
function worthShowing(entries: readonly Entry[]): readonly Entry[] {
  const rank = (entry: Entry) =>
    (entry.kind === 'prediction' ? 1 : 0) + (entry.annotation?.was_cancelled || entry.startsFrom.length === 0 ? 2 : 0);
  return [...entries].sort((a, b) => rank(a) - rank(b)).slice(0, FIRST);
}

function Summary({ entries, edits }: { readonly entries: readonly Entry[]; readonly edits: Edits }) {
  const editor = useEditor();
  const { labels, answers, regions } = useMemo(
    () => ({
      labels: labelRows(editor, entries),
      answers: answerRows(editor, entries),
      regions: regionCounts(entries),
    }),
    [editor, entries, edits],
  );
  const most = Math.max(1, ...labels.flatMap((row) => row.counts));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys.
    <section className={styles['summary']} aria-label="Summary" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className={styles['spoken']}>What</span>
            </th>
            {entries.map((entry) => (
              <Head key={entry.key} entry={entry} />
            ))}
            <th scope="col">Agreement</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Regions</th>
            {entries.map((entry, index) => (
              <td key={entry.key} className={styles['number']}>
                {(regions[index] ?? 0).toLocaleString()}
              </td>
            ))}
            <td />
          </tr>
          {labels.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <i style={{ background: row.color || 'var(--ed-faint)' }} />
                <bdi>{row.title}</bdi>
              </th>
              {entries.map((entry, index) => {
                const count = row.counts[index] ?? 0;
                return (
                  <td key={entry.key} className={styles['number']}>
                    <span
                      className={styles['bar']}
                      style={{ width: `${(count / most) * 100}%`, background: row.color }}
                    />
                    <span>{count === 0 ? '–' : count.toLocaleString()}</span>
                  </td>
                );
              })}
              <td className={styles['agreement']}>{spread(row.counts)}</td>
            </tr>
          ))}
          {answers.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <bdi>{row.title}</bdi>
              </th>
              {entries.map((entry, index) => {
                const list = row.answers[index] ?? [];
                const differs = row.most !== null && list.length > 0 && list.join('\n') !== row.most.answer;
                return (
                  <td key={entry.key} data-differs={differs || undefined}>
                    {list.length === 0 ? '–' : list.slice(0, 20).map((one) => <bdi key={one}>{one}</bdi>)}
                    {list.length > 20 && <span>and {list.length - 20} more</span>}
                  </td>
                );
              })}
              <td className={styles['agreement']}>
                {row.most &&
                  `${row.most.count} of ${row.most.of} (${Math.round((row.most.count / row.most.of) * 100)} %)`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** "equal", or by how much the counts differ. */
function spread(counts: readonly number[]): string {
  const difference = Math.max(...counts) - Math.min(...counts);
  return difference === 0 ? 'equal' : `±${difference.toLocaleString()}`;
}

function Head({ entry }: { readonly entry: Entry }) {
  const { title, state, hint } = entryWords(entry);
  return (
    <th scope="col" title={hint}>
      {entry.kind === 'prediction' && <IconView icon={ICONS.spark} />}
      {entry.annotation?.ground_truth && <IconView icon={ICONS.star} filled />}
      <bdi>{title}</bdi>
      {state && <small>{state}</small>}
    </th>
  );
}

/** One annotation on the data, read-only: regions can be selected, pages turned, the view moved. */
function Column({ entry, own }: { readonly entry: Entry; readonly own: Entry | null }) {
  const editor = useEditor();
  const { title } = entryWords(entry);
  const inner = useMemo(() => viewOf(editor, entry), [editor, entry]);
  const scope = useRef(`compare-${entry.key}`);
  useEffect(() => () => inner.destroy(), [inner]);
  return (
    <article className={styles['column']} aria-label={title}>
      <header>
        <h3>
          <bdi>{title}</bdi>
        </h3>
        <Selected editor={inner} />
        {own && own !== entry && <Take from={inner} entry={entry} own={own} />}
        <button
          type="button"
          onClick={() => {
            editor.ui.setCompare(false);
            editor.entries.select(entry.key);
          }}
        >
          Open
        </button>
      </header>
      <div className={styles['data']} {...{ [SCOPE_ATTRIBUTE]: scope.current }}>
        <EditorProvider value={inner}>
          <Layout />
          <RelationsOverlay />
        </EditorProvider>
      </div>
    </article>
  );
}

/** What is selected in a column, or how many regions it has, and steps from one to the next. */
function Selected({ editor }: { readonly editor: Editor }) {
  const { document } = editor;
  const selected = useSelected(editor);
  const [first] = selected;
  const region = first === undefined ? undefined : document.store.get(first);
  const count = document.regionIds().length;
  return (
    <span className={styles['selected']}>
      {count > 0 && (
        <>
          <button type="button" aria-label="Previous region" onClick={() => editor.actions.run('region.previous')}>
            <IconView icon={ICONS.left} />
          </button>
          <button type="button" aria-label="Next region" onClick={() => editor.actions.run('region.next')}>
            <IconView icon={ICONS.right} />
          </button>
        </>
      )}
      <bdi aria-live="polite">
        {selected.length > 1
          ? `${selected.length} of ${count.toLocaleString()} selected`
          : region
            ? `${document.regionNumber(region.id)}. ${editor.describe(region).slice(0, 80)}`
            : `${count.toLocaleString()} ${count === 1 ? 'region' : 'regions'}`}
      </bdi>
    </span>
  );
}

/** Copies regions of a column into the annotation that the person works on: the selected ones, or all. */
function Take({ from, entry, own }: { readonly from: Editor; readonly entry: Entry; readonly own: Entry }) {
  const editor = useEditor();
  const selected = useSelected(from);
  const all = from.document.regionIds();
  if (all.length === 0) return null;
  const { title } = entryWords(own);
  const ids = selected.length > 0 ? selected : all;
  const what = selected.length > 0 ? (selected.length === 1 ? 'region' : `${selected.length} regions`) : 'all';
  const take = () => {
    if (editor.entries.tab !== own) editor.entries.select(own.key);
    const origin = entry.kind === 'prediction' ? 'prediction' : 'manual';
    if (!addRegions(editor, regionItems(from, ids), 'take', origin)) return;
    const count = ids.length === 1 ? 'One region' : `${ids.length.toLocaleString()} regions`;
    editor.notify('info', `${count} taken over into “${title}”. Undo takes ${ids.length === 1 ? 'it' : 'them'} back.`);
  };
  return (
    <button
      type="button"
      title={`Copy ${what === 'all' ? 'all regions' : 'the selection'} into “${title}”`}
      onClick={take}
    >
      Take {what}
    </button>
  );
}

function useSelected({ document }: Editor): readonly string[] {
  return useEmitter(document.view.selectionChanged.subscribe as Subscribe, () => document.view.selected);
}

/** A model of its own for one column; nothing of it is saved. */
function viewOf(editor: Editor, entry: Entry): Editor {
  const { config, task, projectSettings, resolveUrl, nonce } = editor.options;
  return new Editor(
    {
      config,
      task,
      annotations: [{ id: entry.key, result: entry.draftResult(), editable: false }],
      mode: 'preview',
      ...(projectSettings ? { projectSettings } : {}),
      ...(resolveUrl ? { resolveUrl } : {}),
      ...(nonce === undefined ? {} : { nonce }),
    },
    { modules: editor.modules.list, storage: null },
  );
}
