/** The bar below: where one is, undo and redo, saved state, skip and submit. */

import { countText } from '../core/count';
import { ICONS } from '../core/icons';
import type { SaveState } from '../core/saving';
import { formatShortcut } from '../core/shortcut';
import { useConditions, useDocument, useEditor, useEmitter, useEntry, useSetting, useVersion } from '../react/hooks';
import styles from './bottom-bar.module.css';
import { ActionById } from './parts/ActionButton';
import { IconView } from './parts/Icon';
import { Key } from './parts/Key';
import { MenuButton } from './parts/Menu';
import { clock } from './words';

type Subscribe = (listener: () => void) => () => void;

export function BottomBar() {
  const editor = useEditor();
  useVersion(editor.entries.changed.subscribe as Subscribe);
  const { history, mode } = editor.options;
  return (
    <footer className={styles['bar']}>
      <div className={styles['place']}>
        <ActionById id="task.previous" />
        {editor.canPostpone ? <ActionById id="task.postpone" /> : <ActionById id="task.next" />}
        <span className={styles['task']}>
          Task {editor.task.id}
          {history?.position !== undefined && history.total !== undefined && (
            <span className={styles['counter']}>
              {countText(history.position)} of {countText(history.total)}
            </span>
          )}
        </span>
      </div>
      <div className={styles['edit']}>
        <ActionById id="annotation.undo" />
        <ActionById id="annotation.redo" />
        <ActionById id="annotation.reset" />
        {editor.hasInstructions && <ActionById id="screen.instructions" />}
      </div>
      {editor.hasModel && <AutoAnnotation />}
      <Saved />
      {mode !== 'preview' && <Buttons />}
    </footer>
  );
}

/** Are tools offered that ask a model? */
function AutoAnnotation() {
  const editor = useEditor();
  const on = useSetting('autoAnnotation');
  const action = editor.actions.get('screen.auto-annotation');
  const keys = action && editor.actions.shortcutOf(action);
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className={styles['switch']}
      title={`${on ? 'Take the tools that ask a model away' : 'Offer tools that ask a model'}${keys ? ` (${formatShortcut(keys)})` : ''}`}
      onClick={() => editor.actions.run('screen.auto-annotation')}
    >
      <span className={styles['knob']} aria-hidden="true" />
      Auto-annotation
    </button>
  );
}

function Saved() {
  const editor = useEditor();
  useVersion(editor.saving.changed.subscribe as Subscribe);
  useDocument();
  const { state } = editor.saving;
  const failed = state.kind === 'failed';
  return (
    <span
      className={`${styles['saved']} ${failed ? styles['failed'] : ''}`}
      title={failed ? state.message : undefined}
      role={failed ? 'alert' : undefined}
    >
      {words(state)}
      {failed && (
        <button type="button" className={styles['retry']} onClick={() => void editor.saving.flush()}>
          Try again
        </button>
      )}
    </span>
  );
}

function words(state: SaveState): string {
  switch (state.kind) {
    case 'pending':
    case 'saving':
      return 'Saving draft…';
    case 'saved':
      return `Draft saved ${clock(state.at)}`;
    case 'failed':
      return `Draft not saved: ${state.message}`;
    default:
      return '';
  }
}

function Buttons() {
  const editor = useEditor();
  const entry = useEntry();
  useConditions();
  useVersion(editor.saving.changed.subscribe as Subscribe);
  useVersion(editor.entries.changed.subscribe as Subscribe);
  const compares = useEmitter(editor.ui.changed.subscribe as Subscribe, () => editor.ui.compare);
  const { busy } = editor.saving;
  if (compares) {
    return (
      <button type="button" className={styles['submit']} onClick={() => editor.ui.setCompare(false)}>
        Close comparison
      </button>
    );
  }
  if (entry.kind === 'state') {
    const able = !editor.entries.tab.document.readonly;
    return (
      <>
        <button type="button" className={styles['skip']} onClick={() => editor.entries.lookAway()}>
          Back to the present
        </button>
        {able && (
          <button type="button" className={styles['submit']} onClick={() => editor.entries.restoreLooked()}>
            Restore this state
          </button>
        )}
      </>
    );
  }
  if (entry.kind === 'prediction' || entry.document.readonly) {
    return (
      <button type="button" className={styles['submit']} onClick={() => editor.actions.run('annotation.copy')}>
        Copy to new annotation
      </button>
    );
  }
  const skipped = entry.annotation?.was_cancelled === true;
  const submit = editor.actions.get('annotation.submit');
  const skip = editor.actions.get('annotation.skip');
  const submitKeys = submit && editor.actions.shortcutOf(submit);
  const skipKeys = skip && editor.actions.shortcutOf(skip);
  const words = entry.annotation
    ? busy === 'update'
      ? 'Updating…'
      : 'Update'
    : busy === 'submit'
      ? 'Submitting…'
      : 'Submit';
  return (
    <>
      {skipped && editor.options.onUnskip && (
        <button
          type="button"
          className={styles['skip']}
          disabled={busy !== null}
          onClick={(event) => isFirstClick(event) && editor.actions.run('annotation.unskip')}
        >
          Take skip back
        </button>
      )}
      {!skipped && editor.options.onSkip && editor.options.projectSettings?.show_skip_button !== false && (
        <button
          type="button"
          className={styles['skip']}
          disabled={!editor.canSkip}
          title={skipKeys ? `Skip this task (${formatShortcut(skipKeys)})` : 'Skip this task'}
          onClick={(event) => isFirstClick(event) && editor.actions.run('annotation.skip')}
        >
          {busy === 'skip' ? 'Skipping…' : 'Skip'}
        </button>
      )}
      <button
        type="button"
        className={styles['submit']}
        disabled={!editor.canSubmit}
        onClick={(event) => isFirstClick(event) && editor.actions.run('annotation.submit')}
      >
        {words}
        {submitKeys && <Key keys={submitKeys} />}
      </button>
      {editor.options.onExit && <Exit words={entry.annotation ? 'Update and exit' : 'Submit and exit'} />}
    </>
  );
}

/** The next task may be there within a tenth of a second: the second click of a double click is not meant for it. */
function isFirstClick(event: React.MouseEvent): boolean {
  return event.detail < 2;
}

/** The menu beside the button: to submit and leave. */
function Exit({ words }: { readonly words: string }) {
  const editor = useEditor();
  const action = editor.actions.get('annotation.submit-exit');
  if (!action) return null;
  return (
    <MenuButton
      label="Other ways to submit"
      className={styles['more']}
      items={() => [
        {
          label: words,
          keys: editor.actions.shortcutOf(action),
          disabled: action.enabled?.() === false,
          run: () => editor.actions.run(action.id),
        },
      ]}
    >
      <IconView icon={ICONS.down} />
    </MenuButton>
  );
}
