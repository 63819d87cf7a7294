// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/**
 * A table of any length: only the rows on screen exist. Rows come when they are asked for; one that is not here yet is a
 * shimmer, and nothing jumps when it arrives. Arrow keys move, Enter opens, Space selects.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
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
  /** Pixels at the start; the person may change it. */
  width: number;
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
  rowHeight?: 32 | 44;
}

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
  rowHeight = 32,
}: DataTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(600);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  const [widths, setWidths] = useState<Record<string, number>>({});
  const map = useMemo(() => scrollMap(count, rowHeight), [count, rowHeight]);
  const { first, offset } = map.at(top, viewport);
  const from = Math.max(0, first - OVERSCAN);
  const to = Math.min(count - 1, first + Math.ceil(viewport / rowHeight) + OVERSCAN);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = new ResizeObserver(() => setViewport(element.clientHeight - rowHeight));
    measure.observe(element);
    return () => measure.disconnect();
  }, [rowHeight]);
  useEffect(() => {
    if (to >= from) onVisibleRange?.(from, to);
  }, [from, to, onVisibleRange]);

  const widthOf = (column: DataColumn<Row>) => widths[column.id] ?? column.width;
  const template = `${onSelectionChange ? '40px ' : ''}${columns.map((column) => `${widthOf(column)}px`).join(' ')} minmax(0, 1fr)`;
  const line: CSSProperties = { gridTemplateColumns: template, height: rowHeight };

  const move = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    const shown = Math.floor(viewport / rowHeight);
    if (next < first || next >= first + shown - 1) {
      const target = next < first ? next : next - shown + 2;
      box.current?.scrollTo({ top: map.to(Math.max(0, target), viewport) });
    }
  };
  const toggle = (row: Row) => {
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
    else if (event.key === ' ' && row && onSelectionChange) toggle(row);
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
        onClick={() => {
          setActive(index);
          if (row) onOpen?.(row, index);
        }}
      >
        {onSelectionChange && (
          // biome-ignore lint/a11y/useKeyWithClickEvents: Space does it
          <div role="gridcell" tabIndex={-1} className={styles.check} onClick={(event) => event.stopPropagation()}>
            {row && (
              <input
                type="checkbox"
                checked={selected}
                onChange={() => toggle(row)}
                aria-label={`Select ${rowId(row)}`}
                tabIndex={-1}
              />
            )}
          </div>
        )}
        {columns.map((column) => (
          <div key={column.id} role="gridcell" tabIndex={-1} className={styles.cell} data-align={column.align}>
            {row === undefined ? <span className={styles.shimmer} /> : column.render(row)}
          </div>
        ))}
      </div>,
    );
  }

  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-activedescendant={count > 0 ? `row-${active}` : undefined}
      tabIndex={0}
      className={styles.table}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={press}
    >
      <div role="row" tabIndex={-1} aria-rowindex={1} className={styles.head} style={line}>
        {onSelectionChange && <div role="columnheader" tabIndex={-1} aria-label="Selected" />}
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
      <div className={styles.body} style={{ height: map.height }}>
        <div
          className={styles.window}
          style={{ transform: `translateY(${top - offset + (from - first) * rowHeight}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}

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
