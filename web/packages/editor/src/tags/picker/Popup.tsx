/** The open part of a picker: a search field and the rows. The search field keeps the focus; rows are named to screen readers. */
import { type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type PlacedChoice, pathKey } from '../../core/choice-tree';
import { ICONS } from '../../core/icons';
import { CleanMarkup } from '../../panels/parts/CleanMarkup';
import { IconView } from '../../panels/parts/Icon';
import { VirtualList, type VirtualListHandle } from '../../panels/parts/VirtualList';
import type { PickerProps } from './Picker';
import styles from './picker.module.css';
import { type PickerRow, searchRows, treeRows } from './rows';

const ROW_HEIGHT = 30;

interface Props extends PickerProps {
  readonly field: RefObject<HTMLElement | null>;
  readonly onClose: (focus: boolean) => void;
}

export function PickerPopup(props: Props) {
  const { tree, chosen, multiple, isBranch, selectable, onToggle, onClose, onAdd, full, status, label } = props;
  const [query, setQuery] = useState('');
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(() => firstOpen(props));
  const [active, setActive] = useState(0);
  /** The entry below which one is added; null: at the root; undefined: none is added. */
  const [adding, setAdding] = useState<PlacedChoice | null | undefined>();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<VirtualListHandle>(null);
  const id = useId();
  const chosenKeys = useMemo(() => new Set(chosen.map((entry) => pathKey(entry.path))), [chosen]);
  const searching = query.trim() !== '' && adding === undefined;
  const rows = useMemo(
    () => (searching ? searchRows(tree, query) : treeRows(tree, unfolded, isBranch)),
    [tree, query, searching, unfolded, isBranch],
  );
  const at = Math.min(active, rows.length - 1);
  const row = rows[at];
  useOutside(props, input);
  useEffect(() => {
    input.current?.focus();
    const index = rows.findIndex((one) => chosenKeys.has(one.key));
    if (index > 0) {
      setActive(index);
      list.current?.scrollTo(index);
    }
  }, []);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setActive(next);
    list.current?.scrollTo(next);
  };
  const fold = (one: PickerRow, open: boolean) => {
    if (open) props.onOpen?.(one.item);
    setUnfolded((old) => {
      const next = new Set(old);
      if (open) next.add(one.key);
      else next.delete(one.key);
      return next;
    });
  };
  const press = (one: PickerRow) => {
    const on = chosenKeys.has(one.key);
    if (!selectable(one.item)) {
      if (one.branch) fold(one, !one.open);
      return;
    }
    if (!on && full) return;
    onToggle(one.item.path);
    if (!multiple) onClose(true);
  };
  /** Adds below the entry that was chosen for it, or (nothing was found) at the root. */
  const add = (title: string) => {
    if (!onAdd || title.trim() === '') return;
    onAdd(adding ?? null, title.trim());
    if (adding) setUnfolded((old) => new Set(old).add(pathKey(adding.path)));
    setAdding(undefined);
    setQuery('');
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const caretFree = !searching;
    const steps: Record<string, (() => void) | undefined> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      PageDown: () => move(at + 8),
      PageUp: () => move(at - 8),
      Enter: () => (adding !== undefined || (onAdd && !row) ? add(query) : row && press(row)),
      Escape: () => {
        if (adding !== undefined) setAdding(undefined);
        else onClose(true);
      },
      Tab: () => onClose(true),
      ArrowRight: caretFree && row?.branch ? () => (row.open ? move(at + 1) : fold(row, true)) : undefined,
      ArrowLeft: caretFree && row ? () => (row.open ? fold(row, false) : move(parentOf(rows, at))) : undefined,
      Home: caretFree ? () => move(0) : undefined,
      End: caretFree ? () => move(rows.length - 1) : undefined,
      Backspace:
        query === '' && chosen.length > 0 && props.clearable !== false
          ? () => onToggle(chosen.at(-1)?.path ?? [])
          : undefined,
      Insert: onAdd ? () => setAdding(row?.item ?? null) : undefined,
    };
    const step = steps[event.key];
    if (!step) return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
    step();
  };

  return (
    <>
      <div className={styles['head']}>
        <input
          ref={input}
          type="text"
          role="combobox"
          className={styles['search']}
          value={query}
          aria-label={adding === undefined ? `Search in ${label}` : 'New entry'}
          aria-expanded="true"
          aria-controls={`${id}-tree`}
          aria-autocomplete="list"
          aria-activedescendant={row ? `${id}-${at}` : undefined}
          placeholder={adding === undefined ? searchWords(tree.all.length) : newEntry(adding)}
          onChange={(event) => {
            setQuery(event.target.value);
            if (adding === undefined) setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        {onAdd && (
          <button
            type="button"
            className={styles['add']}
            title="Add an entry (Insert: below the marked one)"
            onClick={() => {
              if (adding !== undefined && query.trim() !== '') add(query);
              else setAdding(null);
              input.current?.focus();
            }}
          >
            <IconView icon={ICONS.plus} /> Add
          </button>
        )}
      </div>
      {status && (
        <p className={styles['status']} role="status">
          {status.text}
          {status.retry && (
            <button type="button" onClick={status.retry}>
              Try again
            </button>
          )}
        </p>
      )}
      {full && <p className={styles['status']}>{full}</p>}
      {adding !== undefined && <p className={styles['status']}>{newEntry(adding)}: write its name, Enter adds it.</p>}
      <div id={`${id}-tree`} className={styles['box']}>
        <VirtualList
          count={rows.length}
          heights={ROW_HEIGHT}
          className={styles['list']}
          handle={list}
          role="tree"
          label={label}
          activeId={row ? `${id}-${at}` : undefined}
          onKeyDown={onKeyDown}
          render={(index) => {
            const one = rows[index] as PickerRow;
            return (
              <Row
                key={one.key}
                row={one}
                domId={`${id}-${index}`}
                active={index === at}
                on={chosenKeys.has(one.key)}
                able={selectable(one.item) && (!full || chosenKeys.has(one.key))}
                multiple={multiple}
                searching={searching}
                onPress={() => {
                  setActive(index);
                  press(one);
                  input.current?.focus();
                }}
                onFold={() => fold(one, !one.open)}
              />
            );
          }}
        />
      </div>
      {rows.length === 0 && !status && (
        <p className={styles['none']}>
          {searching ? `Nothing matches “${query.trim()}”.` : 'There are no entries.'}
          {searching && onAdd && ' Enter adds it.'}
        </p>
      )}
      <p className={styles['spoken']} role="status" aria-live="polite">
        {searching ? `${rows.length} found` : ''}
      </p>
    </>
  );
}

function Row({
  row,
  domId,
  active,
  on,
  able,
  multiple,
  searching,
  onPress,
  onFold,
}: {
  readonly row: PickerRow;
  readonly domId: string;
  readonly active: boolean;
  readonly on: boolean;
  readonly able: boolean;
  readonly multiple: boolean;
  readonly searching: boolean;
  readonly onPress: () => void;
  readonly onFold: () => void;
}) {
  const { choice, titles } = row.item;
  const above = titles.slice(0, -1).join(' / ');
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keys of the rows.
    <div
      id={domId}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.level}
      aria-expanded={row.branch ? row.open : undefined}
      aria-selected={on}
      aria-disabled={able ? undefined : true}
      className={`${styles['row']} ${active ? styles['active'] : ''} ${on ? styles['on'] : ''} ${able ? '' : styles['unable']}`}
      style={{ paddingLeft: 6 + (row.level - 1) * 16 }}
      title={choice.hint || (titles.length > 1 ? titles.join(' / ') : choice.title)}
      onClick={onPress}
    >
      {row.branch ? (
        <button
          type="button"
          tabIndex={-1}
          className={`${styles['fold']} ${row.open ? '' : styles['closed']}`}
          aria-label={row.open ? 'Fold' : 'Unfold'}
          onClick={(event) => {
            event.stopPropagation();
            onFold();
          }}
        >
          <IconView icon={ICONS.down} />
        </button>
      ) : (
        <span className={searching ? undefined : styles['indent']} />
      )}
      <span className={`${styles['mark']} ${multiple ? '' : styles['round']}`} aria-hidden="true">
        {on && <IconView icon={ICONS.check} />}
      </span>
      {choice.color && <span className={styles['dot']} style={{ background: choice.color }} />}
      <bdi className={styles['words']}>{choice.html ? <CleanMarkup html={choice.html} inline /> : choice.title}</bdi>
      {searching && above && <bdi className={styles['above']}>{above}</bdi>}
    </div>
  );
}

/** A press outside closes. */
function useOutside({ field, onClose }: Props, inside: RefObject<HTMLElement | null>): void {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const page = inside.current?.ownerDocument;
    const listener = (event: PointerEvent) => {
      const target = event.target as Node | null;
      if (target && field.current?.contains(target)) return;
      close.current(false);
    };
    page?.addEventListener('pointerdown', listener, true);
    return () => page?.removeEventListener('pointerdown', listener, true);
  }, [field, inside]);
}

/** Branches with chosen entries are open at first. */
function firstOpen({ chosen }: PickerProps): ReadonlySet<string> {
  const open = new Set<string>();
  for (const { path } of chosen) for (let i = 1; i < path.length; i++) open.add(pathKey(path.slice(0, i)));
  return open;
}

function parentOf(rows: readonly PickerRow[], at: number): number {
  const level = rows[at]?.level ?? 1;
  for (let i = at - 1; i >= 0; i--) if ((rows[i]?.level ?? 1) < level) return i;
  return at;
}

function searchWords(count: number): string {
  return count > 1 ? `Search ${count.toLocaleString()} entries` : 'Search';
}

function newEntry(parent: PlacedChoice | null): string {
  return parent ? `New entry below ${parent.choice.title}` : 'New entry';
}
