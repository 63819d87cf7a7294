/** The regions panel: a tree of all regions with search, filter, order and groups. */
import { useCallback, useId, useLayoutEffect, useMemo, useRef } from 'react';
import { keyOf, moveBelow, type RegionFilter, type Row, regionRows } from '../core/region-rows';
import {
  useContent,
  useDocument,
  useEditor,
  useEmitter,
  useFocusRequest,
  useLater,
  useListedIds,
  useSelection,
  useSetting,
  useTaskState,
} from '../react/hooks';
import { hasRowFields, rowFieldsHeight } from '../tags/row-fields/RowFields';
import { Menu, type MenuPlace } from './parts/Menu';
import { VirtualList, type VirtualListHandle } from './parts/VirtualList';
import { GroupRow, RegionRow, TOUCH } from './RegionRow';
import { RegionTools } from './RegionTools';
import { regionMenu } from './region-menu';
import styles from './regions.module.css';
import { startRowDrag } from './row-drag';
import { treeKey } from './tree-keys';

/** Height of a row, pixels; on touch screens rows are as high as a finger. */
const ROW = TOUCH ? 44 : 32;

const NONE: ReadonlySet<string> = new Set();

export function Regions() {
  const editor = useEditor();
  const document = useDocument();
  const listed = useListedIds();
  const selection = useSelection();
  const change = useContent();
  const now = useMemo(() => ({ ids: listed, content: change, last: selection.at(-1) }), [listed, change, selection]);
  const later = useLater(now);
  // The first region is there at once: who asks for the list right behind it finds something to stand on.
  const { ids, content, last } = later.ids.length === 0 ? now : later;
  const group = useSetting('regionGroup');
  const order = useSetting('regionOrder');
  const descending = useSetting('regionOrderDescending');
  const pages = usePages();
  const [query, setQuery] = useTaskState('');
  const [filter, setFilter] = useTaskState<RegionFilter>('all');
  const [folded, setFolded] = useTaskState<ReadonlySet<string>>(NONE);
  const [active, setActive] = useTaskState<string | null>(null);
  const [menu, setMenu] = useTaskState<MenuPlace | null>(null);
  const list = useRef<VirtualListHandle>(null);
  const prefix = useId();

  const rows = useMemo(
    () => regionRows(editor, { group, order, descending, query, filter, folded }),
    [editor, document, ids, content, group, order, descending, query, filter, folded, pages],
  );
  // Questions in rows make some of them higher.
  const heights = useMemo(
    () =>
      hasRowFields(editor)
        ? Array.from(rows, (row) => ROW + (row.kind === 'region' ? rowFieldsHeight(editor, row.id) : 0))
        : ROW,
    [editor, rows],
  );
  const indexOf = (key: string | null) => (key === null ? -1 : rows.indexOf(key));

  // Another task's list is seen from its beginning.
  useLayoutEffect(() => {
    list.current?.scrollTo(0);
  }, [editor]);
  useFocusRequest('region-list', () => list.current?.focus());
  // The row that was selected last is where keys go on from, and is seen.
  const [followed, setFollowed] = useTaskState<string | undefined>(undefined);
  if (followed !== last) {
    setFollowed(last);
    if (last !== undefined) setActive(last);
  }
  const shown = useMemo(() => (last === undefined ? undefined : { index: rows.indexOf(last) }), [last]);

  const select = (row: Row, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
    const key = keyOf(row);
    const own = row.kind === 'region' ? [row.id] : row.ids;
    if (event.shiftKey) {
      const from = indexOf(active ?? key);
      const to = indexOf(key);
      const between: string[] = [];
      for (let index = Math.max(0, Math.min(from, to)); index <= Math.max(from, to); index++) {
        const one = rows.at(index);
        if (one?.kind === 'region') between.push(one.id);
      }
      document.view.select(between);
      return;
    }
    setActive(key);
    if (event.ctrlKey || event.metaKey) {
      const chosen = new Set(document.view.selected);
      const off = own.every((id) => chosen.has(id));
      for (const id of own) {
        if (off) chosen.delete(id);
        else chosen.add(id);
      }
      document.view.select([...chosen]);
    } else if (row.kind === 'region' && document.view.single === row.id) document.view.select([]);
    else {
      document.view.select(own);
      if (own[0] !== undefined) editor.reveal(own[0]);
    }
  };
  const fold = (key: string, close: boolean) => {
    const next = new Set(folded);
    if (close) next.add(key);
    else next.delete(key);
    setFolded(next);
  };
  const openMenu = (row: Row, place: MenuPlace) => {
    setActive(keyOf(row));
    const own = row.kind === 'region' ? [row.id] : row.ids;
    if (!own.every((id) => document.view.isSelected(id))) document.view.select(own);
    setMenu(place);
  };

  // Rows keep their functions for their whole life, so that a change of one row draws that row.
  const latest = useRef({ select, fold, openMenu });
  latest.current = { select, fold, openMenu };
  const onSelect = useCallback((row: Row, event: React.MouseEvent) => latest.current.select(row, event), []);
  const onFold = useCallback((key: string, close: boolean) => latest.current.fold(key, close), []);
  const onMenu = useCallback((row: Row, place: MenuPlace) => latest.current.openMenu(row, place), []);

  const onKeyDown = (event: React.KeyboardEvent) =>
    treeKey(event, {
      editor,
      rows,
      index: indexOf(active),
      go: (index) => {
        const row = rows.at(index);
        if (!row) return;
        setActive(keyOf(row));
        list.current?.scrollTo(index);
        if (row.kind === 'region') document.view.hover(row.id);
      },
      select,
      fold,
      openMenu: (row) => {
        const { left, bottom, top } = (
          event.currentTarget.querySelector(`[id="${CSS.escape(`${prefix}${keyOf(row)}`)}"]`) ?? event.currentTarget
        ).getBoundingClientRect();
        openMenu(row, { x: left + 16, y: bottom, above: top });
      },
    });

  const filtered = query !== '' || filter !== 'all';
  return (
    <div className={styles['regions']}>
      <RegionTools query={query} onQuery={setQuery} filter={filter} onFilter={setFilter} />
      {rows.length === 0 ? (
        <p className={styles['empty']}>
          {!filtered
            ? editor.readonly
              ? 'No regions here.'
              : 'No regions yet. Choose a label, then mark a part of the data.'
            : query !== ''
              ? `No region matches “${query}”.`
              : 'No region is like that.'}
          {filtered && (
            <button
              type="button"
              onClick={() => {
                setQuery('');
                setFilter('all');
              }}
            >
              Show all regions
            </button>
          )}
        </p>
      ) : (
        <VirtualList
          handle={list}
          className={styles['list']}
          count={rows.length}
          heights={heights}
          role="tree"
          label="Regions"
          shown={shown}
          activeId={active === null || indexOf(active) < 0 ? undefined : `${prefix}${active}`}
          onKeyDown={onKeyDown}
          onPointerDown={(event) =>
            group === 'none' &&
            !editor.readonly &&
            startRowDrag(event, prefix, (dragged, onto) => {
              const moved = document.view.isSelected(dragged) ? document.view.selected : [dragged];
              moveBelow(editor, moved, onto);
            })
          }
          render={(index) => {
            const row = rows.at(index) as Row;
            const key = keyOf(row);
            const shared = {
              domId: `${prefix}${key}`,
              active: key === active,
              height: typeof heights === 'number' ? heights : (heights[index] ?? ROW),
              onSelect,
              onFold,
              onMenu,
            };
            return row.kind === 'region' ? (
              <RegionRow key={key} row={row} position={index + 1} gutter={rows.nests} {...shared} />
            ) : (
              <GroupRow key={key} row={row} {...shared} />
            );
          }}
        />
      )}
      {menu && <Menu label="Selected regions" items={regionMenu(editor)} place={menu} onClose={() => setMenu(null)} />}
    </div>
  );
}

/** The pages that are shown of all objects: a filter goes by them. */
function usePages(): string {
  const editor = useEditor();
  return useEmitter(editor.pageChanged.subscribe as (listener: () => void) => () => void, () =>
    editor.config.objects.map((node) => editor.page(node.name)).join(),
  );
}
