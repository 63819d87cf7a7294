/** Dialogs over the editor: keys, command palette, instructions, settings. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Action } from '../core/actions';
import { ICONS } from '../core/icons';
import type { SettingValues } from '../core/settings';
import { formatShortcut } from '../core/shortcut';
import { useEditor, useEmitter, useSetting } from '../react/hooks';
import styles from './dialogs.module.css';
import { CleanMarkup } from './parts/CleanMarkup';
import { IconView } from './parts/Icon';

export function Dialogs() {
  const editor = useEditor();
  const open = useEmitter(editor.ui.changed.subscribe as (listener: () => void) => () => void, () => editor.ui.dialog);
  switch (open) {
    case 'help':
      return <Help />;
    case 'palette':
      return <Palette />;
    case 'instructions':
      return <Instructions />;
    case 'settings':
      return <SettingsDialog />;
    default:
      return null;
  }
}

function Dialog({
  title,
  className,
  children,
}: {
  readonly title: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  const editor = useEditor();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; a click beside it does the same.
    <dialog
      ref={ref}
      className={`${styles['dialog']} ${className ?? ''}`}
      aria-label={title}
      onClose={() => editor.ui.close()}
      onClick={(event) => event.target === event.currentTarget && editor.ui.close()}
    >
      <div className={styles['inner']}>
        <header className={styles['head']}>
          <h2>{title}</h2>
          <button type="button" className={styles['close']} aria-label="Close" onClick={() => editor.ui.close()}>
            <IconView icon={ICONS.close} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

function Help() {
  const editor = useEditor();
  const groups = useMemo(() => {
    const found = new Map<string, Action[]>();
    for (const action of editor.actions.list()) {
      if (action.quiet || !editor.actions.shortcutOf(action)) continue;
      found.set(action.group, [...(found.get(action.group) ?? []), action]);
    }
    return [...found];
  }, [editor]);
  return (
    <Dialog title="Keys" className={styles['wide']}>
      <div className={styles['sheet']}>
        {groups.map(([group, actions]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {actions.map((action) => (
                <div key={action.id}>
                  <dt>
                    <bdi>{action.label}</bdi>
                  </dt>
                  <dd>
                    <kbd>{formatShortcut(editor.actions.shortcutOf(action) ?? '')}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Palette() {
  const editor = useEditor();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const words = query.toLowerCase().split(/\s+/);
  const found = editor.actions
    .list()
    .filter((action) => !action.quiet && action.id !== 'screen.palette')
    .filter((action) => words.every((word) => `${action.label} ${action.group}`.toLowerCase().includes(word)))
    .filter((action) => action.enabled?.() !== false)
    .slice(0, 100);
  const index = Math.min(at, found.length - 1);
  const run = (action: Action | undefined) => {
    editor.ui.close();
    if (action) editor.actions.run(action.id);
  };
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  }, [index]);
  return (
    <Dialog title="Command palette" className={styles['palette']}>
      <input
        data-first=""
        className={styles['query']}
        placeholder="What do you want to do?"
        aria-label="Find a command"
        role="combobox"
        aria-expanded="true"
        aria-controls="labelkeep-palette"
        aria-activedescendant={found[index] ? `palette-${found[index].id}` : undefined}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setAt((index + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % Math.max(1, found.length));
          } else if (event.key === 'Enter') {
            event.preventDefault();
            run(found[index]);
          }
        }}
      />
      <div ref={list} id="labelkeep-palette" role="listbox" aria-label="Commands" className={styles['commands']}>
        {found.map((action, i) => {
          const keys = editor.actions.shortcutOf(action);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field, which keeps the focus.
            <div
              key={action.id}
              id={`palette-${action.id}`}
              role="option"
              aria-selected={i === index}
              tabIndex={-1}
              onClick={() => run(action)}
              onPointerMove={() => setAt(i)}
            >
              <bdi>{action.label}</bdi>
              <span>{action.group}</span>
              {keys && <kbd>{formatShortcut(keys)}</kbd>}
            </div>
          );
        })}
        {found.length === 0 && <p className={styles['nothing']}>Nothing is called that.</p>}
      </div>
    </Dialog>
  );
}

function Instructions() {
  const editor = useEditor();
  return (
    <Dialog title="Instructions">
      <div className={styles['text']}>
        <CleanMarkup html={editor.options.projectSettings?.expert_instruction ?? ''} />
      </div>
    </Dialog>
  );
}

const SWITCHES: readonly (readonly [
  keyof SettingValues & ('hotkeys' | 'hotkeyLabels' | 'regionLabels' | 'continuousLabeling' | 'selectAfterCreate'),
  string,
  string,
])[] = [
  ['hotkeys', 'Keys of labels and choices', 'Letters and digits press labels and choices.'],
  ['hotkeyLabels', 'Show keys on labels', ''],
  ['regionLabels', 'Show label names on the data', ''],
  [
    'continuousLabeling',
    'Keep the label after a region',
    'The next region gets the same label without choosing it again.',
  ],
  ['selectAfterCreate', 'Select a region after making it', ''],
];

function SettingsDialog() {
  return (
    <Dialog title="Settings of the editor">
      <div className={styles['switches']}>
        {SWITCHES.map(([name, title, hint]) => (
          <Switch key={name} name={name} title={title} hint={hint} />
        ))}
      </div>
      <p className={styles['note']}>Kept in this browser, for you alone.</p>
    </Dialog>
  );
}

function Switch({
  name,
  title,
  hint,
}: {
  readonly name: (typeof SWITCHES)[number][0];
  readonly title: string;
  readonly hint: string;
}) {
  const editor = useEditor();
  const on = useSetting(name);
  return (
    <label className={styles['switch']}>
      <input type="checkbox" checked={on} onChange={(event) => editor.settings.set(name, event.target.checked)} />
      <span>
        {title}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}
