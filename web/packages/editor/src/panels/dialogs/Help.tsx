/** The keys of all commands, by what one is doing, and changing them. */
import { useState } from 'react';
import type { Action, CustomHotkeys } from '../../core/actions';
import type { Editor } from '../../core/editor';
import { formatShortcut, shortcutOf } from '../../core/shortcut';
import { useEditor, useVersion } from '../../react/hooks';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

/** Keys of labels and choices are written in the configuration. */
const FROM_CONFIG = /^(label|choice|rating|number|shortcut|pairwise|taxonomy)\./;

export function Help() {
  const editor = useEditor();
  const [query, setQuery] = useState('');
  const [editing, setEditing] = useState(false);
  useVersion(editor.actions.changed.subscribe as (listener: () => void) => () => void);
  const words = query.toLowerCase().split(/\s+/);
  const groups = new Map<string, Action[]>();
  for (const action of editor.actions.list()) {
    const keys = editor.actions.shortcutOf(action);
    if (action.quiet || (!keys && !(editing && isChangeable(action)))) continue;
    const text = `${action.label} ${action.group} ${keys ? formatShortcut(keys) : ''}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  }
  const own = Object.keys(editor.actions.customized).length;
  return (
    <Dialog title="Keys" className={styles['wide']}>
      <div className={styles['bar']}>
        <input
          type="search"
          data-first=""
          className={styles['query']}
          value={query}
          placeholder="Find a key or a command"
          aria-label="Find a key or a command"
          onChange={(event) => setQuery(event.target.value)}
        />
        <button type="button" aria-pressed={editing} onClick={() => setEditing(!editing)}>
          {editing ? 'Done' : 'Change keys'}
        </button>
        {editing && own > 0 && (
          <button type="button" onClick={() => void keep(editor, {})}>
            Reset all {own}
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keys. */}
      <section className={styles['sheet']} tabIndex={0} aria-label="List of keys">
        {[...groups].map(([group, actions]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {actions.map((action) =>
                editing && isChangeable(action) ? (
                  <Changeable key={action.id} action={action} />
                ) : (
                  <div key={action.id}>
                    <dt>
                      <bdi>{action.label}</bdi>
                    </dt>
                    <dd>
                      <kbd>{formatShortcut(editor.actions.shortcutOf(action) ?? '')}</kbd>
                    </dd>
                  </div>
                ),
              )}
            </dl>
          </section>
        ))}
        {groups.size === 0 && <p className={styles['nothing']}>No key or command is called that.</p>}
      </section>
    </Dialog>
  );
}

function isChangeable(action: Action): boolean {
  return !action.byBrowser && !FROM_CONFIG.test(action.id);
}

/** A row whose key can be pressed anew, switched off and reset. */
function Changeable({ action }: { readonly action: Action }) {
  const editor = useEditor();
  const [waiting, setWaiting] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  const keys = editor.actions.shortcutOf(action);
  const rivals = wanted === null ? [] : editor.actions.conflicts(action.id, wanted);
  const name = storedName(action.id);
  const all = editor.actions.customized;
  const set = (next: CustomHotkeys) => {
    setWanted(null);
    setWaiting(false);
    void keep(editor, next);
  };
  const take = (key: string) => set({ ...all, [name]: { key, active: true } });
  return (
    <div className={styles['change']}>
      <dt>
        <bdi>{action.label}</bdi>
      </dt>
      <dd>
        <button
          type="button"
          className={styles['press']}
          aria-label={`Key of ${action.label}: ${waiting ? 'press the new key' : keys ? formatShortcut(keys) : 'none'}`}
          onClick={() => setWaiting(true)}
          onBlur={() => setWaiting(false)}
          onKeyDown={(event) => {
            if (!waiting) return;
            event.preventDefault();
            event.stopPropagation();
            if (event.key === 'Escape') return setWaiting(false);
            const pressed = shortcutOf(event.nativeEvent);
            if (pressed === null) return;
            setWaiting(false);
            if (editor.actions.conflicts(action.id, pressed).length > 0) setWanted(pressed);
            else take(pressed);
          }}
        >
          {waiting ? 'Press a key…' : <kbd>{keys ? formatShortcut(keys) : 'none'}</kbd>}
        </button>
        {keys && (
          <button
            type="button"
            className={styles['small']}
            aria-label={`Switch off the key of ${action.label}`}
            onClick={() => set({ ...all, [name]: { key: keys, active: false } })}
          >
            Off
          </button>
        )}
        {editor.actions.isCustom(action.id) && (
          <button
            type="button"
            className={styles['small']}
            aria-label={`Reset the key of ${action.label}`}
            onClick={() => {
              const { [name]: _own, ...rest } = all;
              set(rest);
            }}
          >
            Reset
          </button>
        )}
      </dd>
      {wanted !== null && (
        <p role="alert">
          {formatShortcut(wanted)} is the key of “{rivals.map((one) => one.label).join('”, “')}” already.
          <button
            type="button"
            className={styles['small']}
            onClick={() => {
              const off = rivals
                .filter(isChangeable)
                .map((one) => [storedName(one.id), { key: editor.actions.shortcutOf(one) ?? wanted, active: false }]);
              set({ ...all, ...Object.fromEntries(off), [name]: { key: wanted, active: true } });
            }}
          >
            Use it here alone
          </button>
          <button type="button" className={styles['small']} onClick={() => take(wanted)}>
            Use it for both
          </button>
          <button type="button" className={styles['small']} onClick={() => setWanted(null)}>
            Leave it
          </button>
        </p>
      )}
    </div>
  );
}

/** Accounts name an action `section:action`. */
function storedName(id: string): string {
  return id.replace('.', ':');
}

/** Takes the keys over at once, and hands them to the page; back to the old ones when that fails. */
async function keep(editor: Editor, next: CustomHotkeys): Promise<void> {
  const before = editor.actions.customized;
  editor.actions.setCustom(next);
  try {
    if (editor.options.onHotkeys) await editor.options.onHotkeys(next);
    else editor.keepHotkeys(next);
  } catch (error) {
    editor.actions.setCustom(before);
    editor.notify('error', `The keys were not saved: ${error instanceof Error ? error.message : 'no reason given'}`);
  }
}
