/** Tabs of annotations and predictions, their menu, comparing, and what concerns the whole screen. */
import { useEffect, useRef } from 'react';
import type { Entry } from '../core/entries';
import { ICONS } from '../core/icons';
import { useContent, useEditor, useEmitter, useVersion } from '../react/hooks';
import { entryWords } from './entry-words';
import { ActionById } from './parts/ActionButton';
import { IconView } from './parts/Icon';
import { Menu, MenuButton, type MenuItem, useContextMenu } from './parts/Menu';
import styles from './tabs.module.css';

type Subscribe = (listener: () => void) => () => void;

export function Tabs() {
  const editor = useEditor();
  const entries = useEmitter(editor.entries.changed.subscribe as Subscribe, () => editor.entries.all());
  const current = useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.entries.tab);
  const compares = useEmitter(editor.ui.changed.subscribe as Subscribe, () => editor.ui.compare);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current]);
  const move = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    editor.entries.step(by);
    const at = editor.entries.all().indexOf(editor.entries.tab);
    event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[at]?.focus();
  };
  return (
    <div className={styles['bar']}>
      {entries.length > 1 && (
        <div className={styles['compare']}>
          <ActionById id="annotation.compare" />
        </div>
      )}
      <div
        ref={list}
        className={styles['tabs']}
        role="tablist"
        aria-label="Annotations and predictions"
        onKeyDown={move}
      >
        {entries.map((entry) => (
          <Tab
            key={entry.key}
            entry={entry}
            selected={entry === current && !compares}
            onSelect={() => {
              editor.ui.setCompare(false);
              editor.entries.select(entry.key);
            }}
          />
        ))}
      </div>
      <ActionById id="annotation.new" />
      <MenuButton label="What to do with this annotation" className={styles['more']} items={() => entryMenu(editor)}>
        <IconView icon={ICONS.more} />
      </MenuButton>
      <div className={styles['rest']}>
        <ActionById id="screen.palette" />
        <ActionById id="screen.help" />
        <ActionById id="screen.settings" />
        <ActionById id="screen.full" />
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
  useContent();
  const editor = useEditor();
  const menu = useContextMenu();
  useVersion(editor.saving.changed.subscribe as Subscribe);
  const { title, state, hint } = entryWords(entry);
  return (
    <>
      <button
        type="button"
        role="tab"
        aria-selected={selected}
        tabIndex={selected ? 0 : -1}
        className={`${styles['tab']} ${selected ? styles['selected'] : ''}`}
        title={hint}
        data-state={entry.changedSinceSave ? 'draft' : undefined}
        onClick={onSelect}
        onContextMenu={(event) => {
          onSelect();
          menu.open(event);
        }}
      >
        {entry.kind === 'prediction' && <IconView icon={ICONS.spark} />}
        {entry.annotation?.ground_truth && (
          <span className={styles['star']}>
            <IconView icon={ICONS.star} filled />
          </span>
        )}
        <bdi className={styles['name']}>{title}</bdi>
        {state && <span className={styles['state']}>{state}</span>}
      </button>
      {menu.place && <Menu label={title} items={entryMenu(editor)} place={menu.place} onClose={menu.close} />}
    </>
  );
}

const MENU: readonly (readonly string[])[] = [
  ['annotation.copy', 'annotation.ground-truth', 'annotation.history'],
  ['annotation.link'],
  ['annotation.delete'],
];

function entryMenu(editor: ReturnType<typeof useEditor>): readonly MenuItem[] {
  const { tab } = editor.entries;
  const id = tab.annotation?.id ?? tab.prediction?.id;
  const items: MenuItem[] = [];
  for (const group of MENU) {
    if (items.length > 0) items.push(null);
    for (const action of group.flatMap((one) => editor.actions.get(one) ?? [])) {
      if (action.id === 'annotation.ground-truth' && !editor.options.onGroundTruth) continue;
      const isTruth = tab.annotation?.ground_truth === true;
      const words =
        action.id === 'annotation.ground-truth'
          ? isTruth
            ? 'No longer ground truth'
            : 'Set as ground truth'
          : action.id === 'annotation.copy'
            ? 'Duplicate'
            : action.label;
      items.push({
        label: words,
        icon: action.icon,
        keys: editor.actions.shortcutOf(action),
        disabled: action.enabled?.() === false,
        danger: action.id === 'annotation.delete',
        run: () => editor.actions.run(action.id),
      });
    }
    if (group.includes('annotation.link') && id !== undefined)
      items.push({
        label: `Copy the id ${id}`,
        icon: ICONS.copy,
        run: () => editor.copyText(String(id), 'Id copied.'),
      });
  }
  return items;
}
