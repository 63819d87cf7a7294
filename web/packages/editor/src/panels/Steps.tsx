/** The work since the last save: every step, to go back to or forward to. */
import type { Entry } from '../core/entries';
import { useEditor, useEmitter } from '../react/hooks';
import styles from './history.module.css';
import { clock, exactly, when } from './words';

/** Steps that are listed; undo itself has no limit. */
const LISTED = 100;

export function Steps({ entry, looked }: { readonly entry: Entry; readonly looked: boolean }) {
  const editor = useEditor();
  const { history } = entry.document;
  const position = useEmitter(
    history.changed.subscribe as (listener: () => void) => () => void,
    () => history.position,
  );
  const { deltas } = history.toJSON();
  const from = Math.max(0, deltas.length - LISTED);
  const go = (to: number) => {
    editor.entries.lookAway();
    while (history.position > to && entry.document.undo());
    while (history.position < to && entry.document.redo());
    editor.announce(`Step ${to} of ${deltas.length}`);
  };
  const saved = entry.draftSavedAt;
  return (
    <details className={styles['steps']}>
      <summary>
        <span>{entry.changedSinceSave ? 'Not submitted yet' : 'Now'}</span>
        <span className={styles['about']}>
          {deltas.length === 0
            ? 'no steps'
            : `${position} of ${deltas.length} ${deltas.length === 1 ? 'step' : 'steps'}`}
          {saved !== null && <time title={exactly(saved)}>draft {when(saved)}</time>}
        </span>
        {looked && (
          <button type="button" onClick={() => editor.entries.lookAway()}>
            Back to it
          </button>
        )}
      </summary>
      <ol>
        {from === 0 && (
          <li>
            <button type="button" aria-pressed={position === 0} onClick={() => go(0)}>
              Beginning
            </button>
          </li>
        )}
        {deltas.slice(from).map((delta, index) => {
          const step = from + index + 1;
          return (
            <li key={step}>
              <button
                type="button"
                aria-pressed={position === step}
                data-undone={step > position || undefined}
                onClick={() => go(step)}
              >
                <bdi>{delta.label}</bdi>
                <time title={exactly(delta.at)}>{clock(delta.at)}</time>
              </button>
            </li>
          );
        })}
      </ol>
    </details>
  );
}
