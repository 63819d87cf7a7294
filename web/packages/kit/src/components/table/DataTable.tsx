// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/**
 * A table of any length: only the rows on screen exist. Rows come when they are asked for; one that is not here yet is a
 * shimmer, and nothing jumps when it arrives. Arrow keys move, Enter opens, Space selects, with Shift all rows up to there;
 * above the first row is the head, where arrows go from column to column and Enter opens the column's menu.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { MenuEntry } from '../Menu';
import { Head } from './Head';
import { columnsOnScreen, layOut, placed } from './layout';
import { type RowActs, TableRow } from './Row';
import styles from './table.module.css';
import { type TablePosition, useListScroll } from './use-list-scroll';

export interface DataColumn<Row> {
  id: string;
  header: string;
  /** Stands before the name, where it helps to know the kind of what is in the column. */
  icon?: ReactNode;
  /** What the column means; shown on hover. */
  help?: string;
  /** Pixels at the start, and at least. */
  width: number;
  /** Takes a share of the room that is left. */
  grows?: boolean;
  /** Stays in sight when the table is moved sideways. Such columns come first. */
  isPinned?: boolean;
  /** Numbers go to the end. */
  align?: 'start' | 'end';
  /** The list is ordered by it. */
  sort?: 'ascending' | 'descending' | undefined;
  /** Which of several orders it is, from 1. */
  sortPlace?: number | undefined;
  render: (row: Row) => ReactNode;
}

/** What is selected in a list that may be longer than what is here. */
export interface ListSelection<Row> {
  has(row: Row): boolean;
  /** Of the whole list. */
  state: 'none' | 'some' | 'all';
  onToggle(row: Row): void;
  /** All rows between two places, both included; they may not be here yet. */
  onRange(first: number, last: number): void;
  onAll(isSelected: boolean): void;
}

export interface DataTableHandle {
  /** Makes this row the one that the keys act on, and brings it into sight. */
  activate(index: number): void;
  focus(): void;
}

export interface DataTableProps<Row> {
  label: string;
  columns: readonly DataColumn<Row>[];
  count: number;
  getRow: (index: number) => Row | undefined;
  onVisibleRange?: (first: number, last: number) => void;
  onOpen?: (row: Row, index: number) => void;
  rowId: (row: Row) => number;
  /** How a row is called by its box for selection. */
  rowName?: (row: Row) => string;
  /** The row that is open beside the table. */
  openId?: number | undefined;
  selection?: ListSelection<Row>;
  /** Pixels. */
  rowHeight?: number;
  /** Where the person was: read at the start, kept up to date. */
  position?: TablePosition;
  /** A column was dragged to a width, in pixels. */
  onResize?: (id: string, width: number) => void;
  /** A column was moved before another one; undefined: to the end. */
  onMove?: (id: string, before: string | undefined) => void;
  /** The head of a column was pressed; `isFurther` with Shift, to order by it after the others. */
  onSort?: (id: string, isFurther: boolean) => void;
  columnMenu?: (id: string) => readonly MenuEntry[];
  handle?: Ref<DataTableHandle>;
}

/** Height of the head, in pixels. */
const HEAD = 36;

/** Rows drawn above and below what is on screen. */
const OVERSCAN = 6;

export function DataTable<Row>({
  label,
  columns,
  count,
  getRow,
  onVisibleRange,
  onOpen,
  rowId,
  rowName = (row) => String(rowId(row)),
  openId,
  selection,
  rowHeight = 32,
  position,
  onResize,
  onMove,
  onSort,
  columnMenu,
  handle,
}: DataTableProps<Row>) {
  const name = useId();
  const box = useRef<HTMLDivElement>(null);
  const scroll = useListScroll(box, count, rowHeight, HEAD, position);
  const { viewport, pixel } = scroll;
  const [active, setActive] = useState(position?.active ?? 0);
  /** The column whose head has the keys; undefined while a row has them. */
  const [head, setHead] = useState<string>();
  const [menu, setMenu] = useState<string>();
  const anchor = useRef(0);
  const first = Math.floor(pixel / rowHeight);
  const from = Math.max(0, first - OVERSCAN);
  const to = Math.min(count - 1, first + Math.ceil(viewport / rowHeight) + OVERSCAN);

  useEffect(() => {
    // Who comes back goes on with the keys where they were.
    const isBack = position !== undefined && (position.top > 0 || position.active > 0);
    if (isBack && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, [position]);
  useEffect(() => {
    if (position) position.active = active;
  }, [position, active]);
  useEffect(() => {
    if (to >= from) onVisibleRange?.(from, to);
  }, [from, to, onVisibleRange]);

  const hasSelection = selection !== undefined;
  const layout = useMemo(() => layOut(columns, hasSelection), [columns, hasSelection]);
  const { line } = layout;
  const [range, setRange] = useState({ first: 0, last: columns.length - 1 });
  const lookSideways = () => {
    const element = box.current;
    if (!element) return;
    const next = columnsOnScreen(columns, layout, element.scrollLeft, element.clientWidth);
    setRange((known) => (known.first === next.first && known.last === next.last ? known : next));
  };
  const latestLook = useRef(lookSideways);
  useLayoutEffect(() => {
    latestLook.current = lookSideways;
    lookSideways();
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => latestLook.current());
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const shown = useMemo(() => placed(columns, layout, hasSelection, range), [columns, layout, hasSelection, range]);
  const style = useMemo<CSSProperties>(() => ({ ...line, height: rowHeight }), [line, rowHeight]);

  const move = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    setHead(undefined);
    const top = next * rowHeight;
    if (top < pixel) scroll.scrollTo(top);
    else if (top + rowHeight > pixel + viewport) scroll.scrollTo(top + rowHeight - viewport);
  };
  useImperativeHandle(handle, () => ({ activate: move, focus: () => box.current?.focus({ preventScroll: true }) }));

  const toggle = (row: Row, index: number, isRange: boolean) => {
    if (isRange) {
      selection?.onRange(Math.min(anchor.current, index), Math.max(anchor.current, index));
      return;
    }
    anchor.current = index;
    selection?.onToggle(row);
  };
  const pressInHead = (event: KeyboardEvent, id: string) => {
    const place = columns.findIndex((column) => column.id === id);
    const go = (index: number) => {
      const column = columns[Math.max(0, Math.min(columns.length - 1, index))];
      if (!column) return;
      setHead(column.id);
      const element = box.current;
      if (!element || column.isPinned) return;
      const left = (layout.lefts.get(column.id) ?? 0) - layout.pinned;
      const room = element.clientWidth - layout.pinned;
      if (left < element.scrollLeft) element.scrollLeft = left;
      else if (left + column.width > element.scrollLeft + room) element.scrollLeft = left + column.width - room;
    };
    if (event.key === 'ArrowDown') move(first);
    else if (event.key === 'ArrowRight') go(place + 1);
    else if (event.key === 'ArrowLeft') go(place - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(columns.length - 1);
    else if (event.key === 'Enter' && columnMenu) setMenu(id);
    else if (event.key === ' ') onSort?.(id, event.shiftKey);
    else return;
    event.preventDefault();
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.altKey) return;
    if (head !== undefined) {
      pressInHead(event, head);
      return;
    }
    const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    };
    const target = steps[event.key];
    const row = getRow(active);
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === 'ArrowUp' && active === 0 && columnMenu) setHead(columns[0]?.id);
    else if (target !== undefined) move(target);
    else if (event.key === 'ArrowRight') box.current?.scrollBy({ left: 120 });
    else if (event.key === 'ArrowLeft') box.current?.scrollBy({ left: -120 });
    else if (event.key === 'Enter' && row) onOpen?.(row, active);
    else if (event.key === ' ' && row && selection) toggle(row, active, event.shiftKey);
    else if (event.key.toLowerCase() === 'a' && isCommand && selection) selection.onAll(true);
    else return;
    event.preventDefault();
  };

  const acts = useRef<RowActs<Row>>({ press: () => undefined, toggle });
  useLayoutEffect(() => {
    acts.current = {
      press(row, index, isOwn) {
        setActive(index);
        setHead(undefined);
        if (row !== undefined && !isOwn) onOpen?.(row, index);
      },
      toggle,
    };
  });
  const rows: ReactNode[] = [];
  for (let index = from; index <= to; index += 1) {
    const row = getRow(index);
    rows.push(
      <TableRow
        key={index}
        name={name}
        index={index}
        row={row}
        title={row === undefined ? '' : rowName(row)}
        columns={shown}
        style={style}
        isActive={head === undefined && index === active}
        isOpen={row !== undefined && openId === rowId(row)}
        isSelected={selection && row !== undefined ? selection.has(row) : hasSelection ? false : undefined}
        acts={acts}
      />,
    );
  }

  const activeRow = active >= from && active <= to ? `${name}-${active}` : undefined;
  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-multiselectable={selection ? true : undefined}
      aria-activedescendant={head === undefined ? activeRow : `${name}-head-${head}`}
      tabIndex={0}
      className={styles.table}
      onScroll={() => {
        scroll.onScroll();
        lookSideways();
      }}
      onKeyDown={press}
    >
      <Head
        name={name}
        columns={columns}
        shown={shown}
        style={{ ...line, height: HEAD }}
        selection={selection}
        active={head}
        menu={menu}
        onMenu={(id) => {
          setMenu(id);
          if (id === undefined) box.current?.focus({ preventScroll: true });
        }}
        columnMenu={columnMenu}
        onSort={onSort}
        onMove={onMove}
        onResize={onResize}
      />
      <div role="presentation" className={styles.body} style={{ height: scroll.height, minWidth: line.minWidth }}>
        <div
          role="rowgroup"
          className={styles.window}
          style={{ transform: `translateY(${scroll.shift(from * rowHeight)}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}
