import { useCallback, useSyncExternalStore } from 'react';
import type { Action } from '../../core/actions';
import { formatShortcut } from '../../core/shortcut';
import { useDocument, useEditor, useEmitter } from '../../react/hooks';
import { IconView } from './Icon';
import styles from './parts.module.css';

type Subscribe = (listener: () => void) => () => void;

/** A button for an action of the registry: icon (or words), key on hover, enabled and pressed as the action says. */
export function ActionButton({ action, words = false }: { readonly action: Action; readonly words?: boolean }) {
  const editor = useEditor();
  useActionState(action);
  const keys = editor.actions.shortcutOf(action);
  const title =
    keys && editor.settings.get('hotkeyTooltips') ? `${action.label} (${formatShortcut(keys)})` : action.label;
  const pressed = action.active?.();
  return (
    <button
      type="button"
      className={`${styles['button']} ${words ? styles['words'] : ''} ${pressed ? styles['pressed'] : ''}`}
      title={title}
      aria-label={words ? undefined : action.label}
      aria-pressed={pressed}
      disabled={action.enabled?.() === false}
      onClick={() => editor.actions.run(action.id)}
    >
      {action.icon && <IconView icon={action.icon} />}
      {(words || !action.icon) && <span>{action.label}</span>}
    </button>
  );
}

/**
 * Draws again when the button shows something else. Any change may concern any action, and hardly one does: dozens of
 * buttons are asked after each.
 */
function useActionState(action: Action): void {
  const editor = useEditor();
  const document = useDocument();
  const subscribe = useCallback(
    (listener: () => void) => {
      const offs = [
        editor.actions.changed.subscribe(listener),
        editor.settings.changed.subscribe(listener),
        editor.saving.changed.subscribe(listener),
        document.history.changed.subscribe(listener),
        document.view.selectionChanged.subscribe(listener),
        document.store.changed.subscribe(({ transient }) => !transient && listener()),
      ];
      return () => {
        for (const off of offs) off();
      };
    },
    [editor, document],
  );
  useSyncExternalStore(subscribe, () =>
    [
      action.enabled?.(),
      action.active?.(),
      editor.settings.get('hotkeyTooltips'),
      editor.actions.shortcutOf(action),
    ].join(),
  );
}

/** The button of an action by id; nothing when the action does not exist here. */
export function ActionById({ id, words = false }: { readonly id: string; readonly words?: boolean }) {
  const editor = useEditor();
  const action = useEmitter(editor.actions.changed.subscribe as Subscribe, () => editor.actions.get(id));
  return action ? <ActionButton action={action} words={words} /> : null;
}
