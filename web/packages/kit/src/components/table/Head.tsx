// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/** The head of a long table: names, order, widths; columns are dragged to another place by their names. */
import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from 'react';
import { ArrowDown, ArrowUp } from '../../icons';
import { type MenuEntry, PopupMenu } from '../Menu';
import type { DataColumn, ListSelection } from './DataTable';
import type { Placed } from './layout';
import styles from './table.module.css';

/** Pixels that a column keeps at least. */
const LEAST = 48;

/** Pixels after which a press has become a drag. */
const DRAG = 5;

export interface HeadProps<Row> {
  name: string;
  columns: readonly DataColumn<Row>[];
  /** Those on screen. */
  shown: readonly Placed<Row>[];
  style: CSSProperties;
  selection: ListSelection<Row> | undefined;
  /** The column that has the keys. */
  active: string | undefined;
  /** The column whose menu is open. */
  menu: string | undefined;
  onMenu: (id: string | undefined) => void;
  columnMenu: ((id: string) => readonly MenuEntry[]) | undefined;
  onSort: ((id: string, isFurther: boolean) => void) | undefined;
  onMove: ((id: string, before: string | undefined) => void) | undefined;
  onResize: ((id: string, width: number) => void) | undefined;
}

export function Head<Row>(props: HeadProps<Row>) {
  const { name, columns, shown, style, selection, active, menu, onMenu, columnMenu } = props;
  const line = useRef<HTMLDivElement>(null);
  const anchor = useRef<Element | null>(null);
  /** The column that is being dragged, and the one it would stand before. */
  const [drag, setDrag] = useState<{ id: string; before: string | undefined }>();
  const cell = (id: string) => document.getElementById(`${name}-head-${id}`);

  const target = (x: number): string | undefined => {
    for (const column of columns) {
      const box = cell(column.id)?.getBoundingClientRect();
      if (box && x < box.x + box.width / 2) return column.id;
    }
    return undefined;
  };
  const release = () => {
    if (drag) {
      const place = columns.findIndex(({ id }) => id === drag.id);
      const stays = drag.before === drag.id || columns[place + 1]?.id === drag.before;
      if (!stays) props.onMove?.(drag.id, drag.before);
    }
    setDrag(undefined);
  };

  return (
    <div ref={line} role="row" tabIndex={-1} aria-rowindex={1} className={styles.head} style={style}>
      {selection && (
        <div role="columnheader" tabIndex={-1} className={styles.check}>
          <SelectAll selection={selection} />
        </div>
      )}
      {shown.map(({ column, style: place, isPinned }) => (
        <HeadCell
          key={column.id}
          {...props}
          column={column}
          place={place}
          isPinned={isPinned}
          isActive={active === column.id}
          isDragged={drag?.id === column.id}
          isTarget={drag !== undefined && drag.id !== column.id && drag.before === column.id}
          onDrag={(x) => setDrag({ id: column.id, before: target(x) })}
          onRelease={release}
          onMenu={() => onMenu(column.id)}
        />
      ))}
      {menu !== undefined && columnMenu && (
        <PopupMenu
          label={`Column ${columns.find(({ id }) => id === menu)?.header ?? ''}`}
          anchor={{
            get current() {
              anchor.current = cell(menu) ?? anchor.current;
              return anchor.current;
            },
          }}
          items={columnMenu(menu)}
          onClose={() => onMenu(undefined)}
        />
      )}
    </div>
  );
}

function SelectAll<Row>({ selection }: { selection: ListSelection<Row> }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = selection.state === 'some';
  }, [selection.state]);
  return (
    <input
      ref={box}
      type="checkbox"
      checked={selection.state === 'all'}
      onChange={() => selection.onAll(selection.state !== 'all')}
      aria-label="Select all"
      tabIndex={-1}
    />
  );
}

function HeadCell<Row>({
  name,
  column,
  place,
  isPinned,
  isActive,
  isDragged,
  isTarget,
  onDrag,
  onRelease,
  onSort,
  onMove,
  onMenu,
  onResize,
  columnMenu,
}: Omit<HeadProps<Row>, 'onMenu' | 'style' | 'shown'> & {
  column: DataColumn<Row>;
  place: CSSProperties;
  isPinned: boolean;
  isActive: boolean;
  isDragged: boolean;
  isTarget: boolean;
  onDrag: (x: number) => void;
  onRelease: () => void;
  onMenu: () => void;
}) {
  const start = useRef<{ x: number; isDrag: boolean } | null>(null);
  const Arrow = column.sort === 'descending' ? ArrowDown : ArrowUp;
  const move = (event: PointerEvent) => {
    if (!start.current || !onMove) return;
    if (Math.abs(event.clientX - start.current.x) > DRAG) start.current.isDrag = true;
    if (start.current.isDrag) onDrag(event.clientX);
  };
  return (
    <div
      id={`${name}-head-${column.id}`}
      role="columnheader"
      tabIndex={-1}
      className={styles.cell}
      data-align={column.align}
      data-active={isActive || undefined}
      data-dragged={isDragged || undefined}
      data-target={isTarget || undefined}
      data-sortable={onSort !== undefined || undefined}
      {...(column.sort ? { 'aria-sort': column.sort } : {})}
      data-pinned={isPinned || undefined}
      style={place}
      title={column.help ? `${column.header}: ${column.help}` : column.header}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        start.current = { x: event.clientX, isDrag: false };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={(event) => {
        const isPress = start.current !== null && !start.current.isDrag;
        start.current = null;
        onRelease();
        if (isPress) onSort?.(column.id, event.shiftKey);
      }}
      onPointerCancel={() => {
        start.current = null;
        onRelease();
      }}
      onContextMenu={(event) => {
        if (!columnMenu) return;
        event.preventDefault();
        onMenu();
      }}
    >
      {column.icon}
      <bdi className={styles.headText}>{column.header}</bdi>
      {column.sort && (
        <span className={styles.sort}>
          <Arrow size={12} aria-hidden="true" />
          {column.sortPlace}
        </span>
      )}
      {onResize && <Grip column={column} onChange={(width) => onResize(column.id, width)} />}
    </div>
  );
}

/** The edge of a column, to be dragged; pressed twice, the column gets as wide as what is in it. */
function Grip<Row>({ column, onChange }: { column: DataColumn<Row>; onChange: (width: number) => void }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  return (
    <span
      className={styles.grip}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        const width = event.currentTarget.parentElement?.clientWidth ?? column.width;
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        event.stopPropagation();
        if (start.current) onChange(Math.max(LEAST, start.current.width + event.clientX - start.current.x));
      }}
      onPointerUp={(event) => {
        event.stopPropagation();
        start.current = null;
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        const cells = event.currentTarget
          .closest('[role=grid]')
          ?.querySelectorAll<HTMLElement>(`[data-column="${CSS.escape(column.id)}"]`);
        const widest = Math.max(0, ...[...(cells ?? [])].map((cell) => cell.scrollWidth));
        if (widest > 0) onChange(Math.max(LEAST, Math.min(800, widest + 2)));
      }}
    />
  );
}
