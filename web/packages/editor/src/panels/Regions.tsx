/** The regions panel: a tree of all regions with search, order and groups. */
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { ICONS } from '../core/icons';
import { type Row, regionRows } from '../core/region-rows';
import { useContent, useDocument, useEditor, useRegionIds, useSelection, useSetting } from '../react/hooks';
import { rowFieldsHeight } from '../tags/row-fields/RowFields';
import { ActionById } from './parts/ActionButton';
import { IconView } from './parts/Icon';
import { VirtualList, type VirtualListHandle } from './parts/VirtualList';
import { GroupRow, RegionRow } from './RegionRow';
import styles from './regions.module.css';

const ROW = 32;

export function Regions() {
  const editor = useEditor();
  const document = useDocument();
  const ids = useRegionIds();
  const selection = useSelection();
  const content = useContent();
  const group = useSetting('regionGroup');
  const order = useSetting('regionOrder');
  const descending = useSetting('regionOrderDescending');
  const [query, setQuery] = useState('');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const list = useRef<VirtualListHandle>(null);
  const prefix = useId();

  const rows = useMemo(
    () => regionRows(editor, { group, order, descending, query, folded }),
    [editor, document, ids, content, group, order, descending, query, folded],
  );
  const indexOf = (key: string | null) => rows.findIndex((row) => keyOf(row) === key);

  useEffect(() => editor.focusRequests.subscribe((what) => what === 'region-list' && list.current?.focus()), [editor]);
  const last = selection.at(-1);
  useEffect(() => {
    if (last === undefined) return;
    setActive(last);
    list.current?.scrollTo(indexOf(last));
  }, [last]);

  const select = (row: Row, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
    const key = keyOf(row);
    const own = row.kind === 'region' ? [row.id] : row.ids;
    if (event.shiftKey) {
      const from = indexOf(active ?? key);
      const to = indexOf(key);
      const between = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
      document.view.select(between.flatMap((one) => (one.kind === 'region' ? [one.id] : [])));
      return;
    }
    setActive(key);
    if (event.ctrlKey || event.metaKey) {
      for (const id of own) document.view.toggle(id);
    } else if (row.kind === 'region' && document.view.single === row.id) document.view.select([]);
    else {
      document.view.select(own);
      if (own[0] !== undefined) editor.reveal(own[0]);
    }
  };

  // Rows keep one function for their whole life, so that a change of one row draws that row.
  const latest = useRef(select);
  latest.current = select;
  const onSelect = useCallback((row: Row, event: React.MouseEvent) => latest.current(row, event), []);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const index = Math.max(0, indexOf(active));
    const go = (to: number) => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (!row) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) {
        const id = row.kind === 'region' ? row.id : undefined;
        if (id !== undefined) document.view.select([...selection.filter((one) => one !== id), id]);
      }
      setActive(keyOf(row));
      list.current?.scrollTo(indexOf(keyOf(row)));
      if (row.kind === 'region') document.view.hover(row.id);
    };
    const row = rows[index];
    switch (event.key) {
      case 'ArrowDown':
        return go(active === null ? 0 : index + 1);
      case 'ArrowUp':
        return go(index - 1);
      case 'Home':
        return go(0);
      case 'End':
        return go(rows.length - 1);
      case 'PageDown':
        return go(index + 10);
      case 'PageUp':
        return go(index - 10);
      case ' ':
      case 'Enter':
        if (!row) return;
        event.preventDefault();
        event.stopPropagation();
        return select(row, event.key === ' ' ? { shiftKey: false, ctrlKey: true, metaKey: false } : event);
      case 'ArrowRight':
      case 'ArrowLeft':
        if (row?.kind !== 'group') return;
        event.preventDefault();
        event.stopPropagation();
        return fold(row.key, event.key === 'ArrowLeft');
      default:
    }
  };

  const fold = (key: string, close: boolean) => {
    const next = new Set(folded);
    if (close) next.add(key);
    else next.delete(key);
    setFolded(next);
  };

  return (
    <section className={styles['regions']} aria-label="Regions">
      <header className={styles['head']}>
        <h2 className={styles['title']}>
          Regions <span className={styles['count']}>{ids.length.toLocaleString()}</span>
        </h2>
        <button
          type="button"
          className={styles['tool']}
          aria-pressed={group === 'label'}
          title="Group by label"
          aria-label="Group by label"
          onClick={() => editor.settings.set('regionGroup', group === 'label' ? 'none' : 'label')}
        >
          <IconView icon={ICONS.group} />
        </button>
        <select
          className={styles['order']}
          aria-label="Order of the regions"
          value={`${order}${descending ? '-' : ''}`}
          onChange={(event) => {
            editor.settings.set('regionOrder', event.target.value.startsWith('score') ? 'score' : 'created');
            editor.settings.set('regionOrderDescending', event.target.value.endsWith('-'));
          }}
        >
          <option value="created">Oldest first</option>
          <option value="created-">Newest first</option>
          <option value="score">Low scores first</option>
          <option value="score-">High scores first</option>
        </select>
        <ActionById id="region.hide-all" />
      </header>
      {(ids.length > 5 || query !== '') && (
        <input
          type="search"
          className={styles['search']}
          placeholder="Find a region"
          aria-label="Find a region by number, label or text"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || query === '') return;
            event.stopPropagation();
            setQuery('');
          }}
        />
      )}
      {rows.length === 0 ? (
        <p className={styles['empty']}>
          {query !== ''
            ? `No region matches “${query}”.`
            : 'No regions yet. Choose a label, then mark a part of the data.'}
        </p>
      ) : (
        <VirtualList
          handle={list}
          className={styles['list']}
          count={rows.length}
          rowHeight={ROW + rowFieldsHeight(editor)}
          role="tree"
          label="Regions"
          activeId={active === null ? undefined : `${prefix}${active}`}
          onKeyDown={onKeyDown}
          render={(index) => {
            const row = rows[index] as Row;
            const shared = { domId: `${prefix}${keyOf(row)}`, active: keyOf(row) === active, onSelect };
            return row.kind === 'region' ? (
              <RegionRow key={row.id} row={row} {...shared} />
            ) : (
              <GroupRow
                key={`group ${row.key}`}
                row={row}
                folded={folded.has(row.key)}
                onFold={(close) => fold(row.key, close)}
                {...shared}
              />
            );
          }}
        />
      )}
    </section>
  );
}

function keyOf(row: Row): string {
  return row.kind === 'region' ? row.id : `group ${row.key}`;
}
