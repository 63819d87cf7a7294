import type { Action } from '../../core/actions';
import { formatShortcut } from '../../core/shortcut';
import { useConditions, useDocument, useEditor, useSetting, useVersion } from '../../react/hooks';
import { IconView } from './Icon';
import styles from './parts.module.css';

type Subscribe = (listener: () => void) => () => void;

/** A button for an action of the registry: icon (or words), key on hover, enabled and pressed as the action says. */
export function ActionButton({ action, words = false }: { readonly action: Action; readonly words?: boolean }) {
  const editor = useEditor();
  const document = useDocument();
  useConditions();
  useSetting('hotkeyTooltips');
  useVersion(editor.actions.changed.subscribe as Subscribe);
  useVersion(editor.saving.changed.subscribe as Subscribe);
  useVersion(document.history.changed.subscribe as Subscribe);
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

/** The button of an action by id; nothing when the action does not exist here. */
export function ActionById({ id, words = false }: { readonly id: string; readonly words?: boolean }) {
  const editor = useEditor();
  useVersion(editor.actions.changed.subscribe as Subscribe);
  const action = editor.actions.get(id);
  return action ? <ActionButton action={action} words={words} /> : null;
}
