/**
 * A table of one page of rows: a real one, as assistive technology knows it. For lists of any length see `DataTable`. Columns
 * that can be sorted have a button in their head; a wide table scrolls in its own box, which the keyboard reaches.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from '../icons';
import { IconButton } from './Button';
import styles from './simple-table.module.css';

export interface TableColumn<Row> {
  id: string;
  header: string;
  /** The head is read aloud but not shown: a column of buttons. */
  isHeaderHidden?: boolean;
  /** The name by which it is sorted; without it it cannot be. */
  sort?: string;
  /** Numbers go to the end. */
  align?: 'start' | 'end' | 'center';
  /** Pixels; the rest is shared by content. */
  width?: number;
  /** Long words are cut with an ellipsis; else they wrap. */
  isCut?: boolean;
  render: (row: Row) => ReactNode;
}

export interface TableProps<Row> {
  label: string;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** `name` or, downwards, `-name`. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** Rows of one group stand together under its name. */
  groupOf?: (row: Row) => string;
  /** What is shown is about to be replaced. */
  isStale?: boolean;
}

export function Table<Row>({ label, columns, rows, rowKey, sort, onSort, groupOf, isStale = false }: TableProps<Row>) {
  const [box, scrolls] = useScrolls();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    <div
      ref={box}
      className={styles.box}
      role="group"
      // What scrolls has to be reached by keys; what does not would be a stop without a purpose.
      {...(scrolls ? { tabIndex: 0 } : {})}
      aria-label={label}
      aria-busy={isStale}
      data-stale={isStale || undefined}
    >
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const group = groupOf?.(row);
            const before = rows[index - 1];
            const begins = group !== undefined && (before === undefined || groupOf?.(before) !== group);
            return [
              begins && (
                <tr key={`group-${group}`} className={styles.group}>
                  <th scope="colgroup" colSpan={columns.length}>
                    {group}
                  </th>
                </tr>
              ),
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.id} data-align={column.align} data-cut={column.isCut || undefined}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>,
            ];
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the element is narrower than what is in it. */
function useScrolls() {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
    watcher.observe(element);
    for (const child of element.children) watcher.observe(child);
    return () => watcher.disconnect();
  }, []);
  return [box, scrolls] as const;
}

function Head<Row>({
  column,
  sort,
  onSort,
}: {
  column: TableColumn<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const down = sort === `-${column.sort}`;
  const isSorted = column.sort !== undefined && (down || sort === column.sort);
  const Arrow = down ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      data-align={column.align}
      {...(column.width ? { style: { width: column.width } } : {})}
      {...(isSorted ? { 'aria-sort': down ? 'descending' : 'ascending' } : {})}
    >
      {column.sort && onSort ? (
        <AriaButton
          className={styles.sort ?? ''}
          onPress={() => onSort(isSorted && !down ? `-${column.sort}` : (column.sort ?? ''))}
        >
          {column.header}
          {isSorted && <Arrow size={12} aria-hidden="true" />}
        </AriaButton>
      ) : (
        <span className={column.isHeaderHidden ? styles.hidden : undefined}>{column.header}</span>
      )}
    </th>
  );
}

/** Goes through the pages of a list; says which rows are on screen, and of how many. Not there when one page holds all. */
export function Pager({
  page,
  pageSize,
  count,
  onPage,
}: {
  /** From 1. */
  page: number;
  pageSize: number;
  count: number;
  onPage: (page: number) => void;
}) {
  const last = Math.max(1, Math.ceil(count / pageSize));
  if (last === 1) return null;
  const number = (value: number) => value.toLocaleString();
  return (
    <nav className={styles.pager} aria-label="Pages">
      <IconButton
        label="Page before"
        icon={<ChevronLeft size={16} />}
        isDisabled={page <= 1}
        onPress={() => onPage(page - 1)}
      />
      <span role="status">
        {number((page - 1) * pageSize + 1)} to {number(Math.min(count, page * pageSize))} of {number(count)}
      </span>
      <IconButton
        label="Next page"
        icon={<ChevronRight size={16} />}
        isDisabled={page >= last}
        onPress={() => onPage(page + 1)}
      />
    </nav>
  );
}
