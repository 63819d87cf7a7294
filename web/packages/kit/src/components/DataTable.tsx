// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/**
 * A table of any length: only the rows on screen exist. Rows come when they are asked for; one that is not here yet is a
 * shimmer, and nothing jumps when it arrives. Arrow keys move, Enter opens, Space selects, with Shift all rows up to there.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { scrollMap } from './scroll-map';
import styles from './table.module.css';

export interface DataColumn<Row> {
  id: string;
  header: string;
  /** Pixels at the start, and at least; the person may change it. */
  width: number;
  /** Takes a share of the room that is left, until the person sets a width. */
  grows?: boolean;
  /** Numbers go to the end. */
  align?: 'start' | 'end';
  render: (row: Row) => ReactNode;
}

export interface DataTableProps<Row> {
  label: string;
  columns: DataColumn<Row>[];
  count: number;
  getRow: (index: number) => Row | undefined;
  onVisibleRange?: (first: number, last: number) => void;
  onOpen?: (row: Row, index: number) => void;
  rowId: (row: Row) => number;
  selectedIds?: ReadonlySet<number>;
  onSelectionChange?: (ids: ReadonlySet<number>) => void;
  /** Selects all rows between two places, both included; they may not be here yet. */
  onSelectRange?: (first: number, last: number) => void;
  rowHeight?: 32 | 44;
  /** Where the person was: read at the start, kept up to date. */
  position?: TablePosition;
}

/** A place in a table, to come back to. */
export interface TablePosition {
  /** Pixels. */
  top: number;
  /** The row that the keys act on. */
  active: number;
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
  selectedIds,
  onSelectionChange,
  onSelectRange,
  rowHeight = 32,
  position,
}: DataTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(600);
  const [top, setTop] = useState(position?.top ?? 0);
  const [active, setActive] = useState(position?.active ?? 0);
  const anchor = useRef(0);
  const [widths, setWidths] = useState<Record<string, number>>({});
  const map = useMemo(() => scrollMap(count, rowHeight), [count, rowHeight]);
  const { first, offset } = map.at(top, viewport);
  const from = Math.max(0, first - OVERSCAN);
  const to = Math.min(count - 1, first + Math.ceil(viewport / rowHeight) + OVERSCAN);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = new ResizeObserver(() => setViewport(element.clientHeight - HEAD));
    measure.observe(element);
    if (position?.top) element.scrollTop = position.top;
    // Who comes back goes on with the keys where they were.
    const isBack = position !== undefined && (position.top > 0 || position.active > 0);
    if (isBack && document.activeElement === document.body) element.focus({ preventScroll: true });
    return () => measure.disconnect();
  }, [rowHeight, position]);
  useEffect(() => {
    if (position) Object.assign(position, { top, active });
  }, [position, top, active]);
  useEffect(() => {
    if (to >= from) onVisibleRange?.(from, to);
  }, [from, to, onVisibleRange]);

  const widthOf = (column: DataColumn<Row>) => widths[column.id] ?? column.width;
  const track = (column: DataColumn<Row>) =>
    column.grows && widths[column.id] === undefined ? `minmax(${column.width}px, 1fr)` : `${widthOf(column)}px`;
  const filled = columns.some((column) => column.grows && widths[column.id] === undefined);
  const template = `${onSelectionChange ? '40px ' : ''}${columns.map(track).join(' ')}${filled ? '' : ' minmax(0, 1fr)'}`;
  const least = columns.reduce((sum, column) => sum + widthOf(column), onSelectionChange ? 40 : 0);
  const line: CSSProperties = { gridTemplateColumns: template, height: rowHeight, minWidth: least };

  const move = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    const shown = Math.floor(viewport / rowHeight);
    if (next < first || next >= first + shown - 1) {
      const target = next < first ? next : next - shown + 2;
      box.current?.scrollTo({ top: map.to(Math.max(0, target), viewport) });
    }
  };
  const toggle = (row: Row, index: number, isRange: boolean) => {
    if (isRange && onSelectRange) {
      onSelectRange(Math.min(anchor.current, index), Math.max(anchor.current, index));
      return;
    }
    anchor.current = index;
    const next = new Set(selectedIds);
    const id = rowId(row);
    if (!next.delete(id)) next.add(id);
    onSelectionChange?.(next);
  };
  const press = (event: KeyboardEvent) => {
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
    if (target !== undefined) move(target);
    else if (event.key === 'Enter' && row) onOpen?.(row, active);
    else if (event.key === ' ' && row && onSelectionChange) toggle(row, active, event.shiftKey);
    else return;
    event.preventDefault();
  };

  const rows: ReactNode[] = [];
  for (let index = from; index <= to; index += 1) {
    const row = getRow(index);
    const selected = row !== undefined && (selectedIds?.has(rowId(row)) ?? false);
    rows.push(
      // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid, which has the focus
      <div
        key={index}
        role="row"
        tabIndex={-1}
        aria-rowindex={index + 2}
        aria-selected={onSelectionChange ? selected : undefined}
        className={styles.row}
        data-active={index === active || undefined}
        style={line}
        id={`row-${index}`}
        onClick={(event) => {
          setActive(index);
          // A link in the row, or a wish for another tab, has its own way.
          const own = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey;
          if (row && !own) onOpen?.(row, index);
        }}
      >
        {onSelectionChange && (
          // biome-ignore lint/a11y/useKeyWithClickEvents: Space does it
          <div role="gridcell" tabIndex={-1} className={styles.check} onClick={(event) => event.stopPropagation()}>
            {row && (
              <input
                type="checkbox"
                checked={selected}
                onChange={(event) => toggle(row, index, (event.nativeEvent as MouseEvent).shiftKey)}
                aria-label={`Select ${rowId(row)}`}
                tabIndex={-1}
              />
            )}
          </div>
        )}
        <Cells row={row} columns={columns} />
      </div>,
    );
  }

  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-activedescendant={active >= from && active <= to ? `row-${active}` : undefined}
      tabIndex={0}
      className={styles.table}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={press}
    >
      <div role="row" tabIndex={-1} aria-rowindex={1} className={styles.head} style={{ ...line, height: HEAD }}>
        {onSelectionChange && (
          <div role="columnheader" tabIndex={-1}>
            <span className={styles.hidden}>Selected</span>
          </div>
        )}
        {columns.map((column) => (
          <div key={column.id} role="columnheader" tabIndex={-1} className={styles.cell} data-align={column.align}>
            <span className={styles.headText}>{column.header}</span>
            <Grip
              width={widthOf(column)}
              onChange={(width) => setWidths((known) => ({ ...known, [column.id]: width }))}
            />
          </div>
        ))}
      </div>
      <div role="presentation" className={styles.body} style={{ height: map.height }}>
        <div
          role="rowgroup"
          className={styles.window}
          style={{ transform: `translateY(${top - offset + (from - first) * rowHeight}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}

/** What a row says. Rows that stay on screen while the table is scrolled are not drawn again. */
const Cells = memo(function Cells<Row>({ row, columns }: { row: Row | undefined; columns: DataColumn<Row>[] }) {
  return columns.map((column) => (
    <div key={column.id} role="gridcell" tabIndex={-1} className={styles.cell} data-align={column.align}>
      {row === undefined ? <span className={styles.shimmer} /> : column.render(row)}
    </div>
  ));
}) as <Row>(props: { row: Row | undefined; columns: DataColumn<Row>[] }) => ReactNode;

/** The edge of a column, to be dragged. */
function Grip({ width, onChange }: { width: number; onChange: (width: number) => void }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  return (
    <span
      className={styles.grip}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (start.current) onChange(Math.max(60, start.current.width + event.clientX - start.current.x));
      }}
      onPointerUp={() => {
        start.current = null;
      }}
    />
  );
}
