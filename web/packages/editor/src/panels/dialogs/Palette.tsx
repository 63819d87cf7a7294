/** Every command of the editor by name; those used last come first. */
import type { Action } from '../../core/actions';
import { formatShortcut } from '../../core/shortcut';
import { useEditor } from '../../react/hooks';
import { Chooser } from './Chooser';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

/** Ids of commands, the latest first; of this page. */
const used: string[] = [];
const KEPT = 5;

export function Palette() {
  const editor = useEditor();
  const actions = editor.actions
    .list()
    .filter((action) => !action.quiet && action.id !== 'screen.palette' && action.enabled?.() !== false);
  const place = (action: Action) => {
    const at = used.indexOf(action.id);
    return at < 0 ? KEPT : at;
  };
  const choices = [...actions]
    .sort((a, b) => place(a) - place(b))
    .map((action) => {
      const keys = editor.actions.shortcutOf(action);
      return {
        id: action.id,
        // Ids carry the field's own word where the label says it otherwise.
        words: `${action.label} ${action.group} ${action.id}`,
        content: (
          <>
            <bdi>{action.label}</bdi>
            <span>{action.group}</span>
            {keys && <kbd>{formatShortcut(keys)}</kbd>}
          </>
        ),
        run: () => {
          editor.ui.close();
          used.splice(0, used.length, ...[action.id, ...used.filter((id) => id !== action.id)].slice(0, KEPT));
          editor.actions.run(action.id);
        },
      };
    });
  return (
    <Dialog title="Command palette" className={styles['palette']}>
      <Chooser
        choices={choices}
        label="Find a command"
        placeholder="What do you want to do?"
        nothing="Nothing is called that."
      />
    </Dialog>
  );
}
