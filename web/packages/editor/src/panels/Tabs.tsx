/** Tabs of annotations and predictions, the saved state, and what concerns the open tab. */
import type { Entry } from '../core/entries';
import { ICONS } from '../core/icons';
import { useConditions, useEditor, useEmitter, useVersion } from '../react/hooks';
import { ActionById } from './parts/ActionButton';
import { IconView } from './parts/Icon';
import styles from './tabs.module.css';

type Subscribe = (listener: () => void) => () => void;

export function Tabs() {
  const editor = useEditor();
  const entries = useEmitter(editor.entries.changed.subscribe as Subscribe, () => editor.entries.all());
  const current = useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.entry);
  const move = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const index = (entries.indexOf(current) + by + entries.length) % entries.length;
    const next = entries[index];
    if (!next) return;
    editor.entries.select(next.key);
    (event.currentTarget.children[index] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className={styles['bar']}>
      <div className={styles['tabs']} role="tablist" aria-label="Annotations and predictions" onKeyDown={move}>
        {entries.map((entry) => (
          <Tab
            key={entry.key}
            entry={entry}
            selected={entry === current}
            onSelect={() => editor.entries.select(entry.key)}
          />
        ))}
      </div>
      <ActionById id="annotation.new" />
      <div className={styles['rest']}>
        <ActionById id="annotation.copy" />
        <ActionById id="annotation.delete" />
        <ActionById id="screen.palette" />
        <ActionById id="screen.help" />
        <ActionById id="screen.settings" />
        <ActionById id="screen.panel" />
      </div>
    </div>
  );
}

function Tab({
  entry,
  selected,
  onSelect,
}: {
  readonly entry: Entry;
  readonly selected: boolean;
  readonly onSelect: () => void;
}) {
  useConditions();
  const editor = useEditor();
  useVersion(editor.saving.changed.subscribe as Subscribe);
  const { title, state, hint } = describe(entry);
  return (
    <button
      type="button"
      role="tab"
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      className={`${styles['tab']} ${selected ? styles['selected'] : ''}`}
      title={hint}
      onClick={onSelect}
    >
      {entry.kind === 'prediction' && <IconView icon={ICONS.spark} />}
      {entry.annotation?.ground_truth && <IconView icon={ICONS.star} filled />}
      <bdi className={styles['name']}>{title}</bdi>
      {state && <span className={styles['state']}>{state}</span>}
    </button>
  );
}

function describe(entry: Entry): { title: string; state: string; hint: string } {
  if (entry.kind === 'prediction') {
    const score = entry.prediction?.score;
    const title = entry.prediction?.model_version || 'Prediction';
    return {
      title,
      state: typeof score === 'number' ? score.toFixed(2) : '',
      hint: `Prediction ${entry.prediction?.id ?? ''}, read-only`,
    };
  }
  const by = entry.annotation?.completed_by;
  const person =
    typeof by === 'object' && by !== null
      ? [by.first_name, by.last_name].filter(Boolean).join(' ') || by.email || `User ${by.id}`
      : (entry.annotation?.created_username?.split(',')[0]?.trim() ?? '');
  const state = entry.annotation?.was_cancelled ? 'skipped' : entry.changedSinceSave ? 'draft' : '';
  if (!entry.annotation) return { title: 'New annotation', state, hint: 'Not submitted yet' };
  const title = person || `Annotation ${entry.annotation.id}`;
  const when = entry.annotation.updated_at ?? entry.annotation.created_at;
  const hint = [
    `Annotation ${entry.annotation.id}`,
    when ? new Date(when).toLocaleString() : '',
    entry.annotation.ground_truth ? 'ground truth' : '',
  ]
    .filter(Boolean)
    .join(' · ');
  return { title, state, hint };
}
