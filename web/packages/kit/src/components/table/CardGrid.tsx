// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/** A list of any length as cards: pictures first. Rows of cards that are not on screen do not exist. */
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { DataTableHandle, ListSelection } from './DataTable';
import styles from './table.module.css';
import { type TablePosition, useListScroll } from './use-list-scroll';

export interface CardGridProps<Row> {
  label: string;
  count: number;
  getRow: (index: number) => Row | undefined;
  onVisibleRange?: (first: number, last: number) => void;
  onOpen?: (row: Row, index: number) => void;
  rowId: (row: Row) => number;
  rowName?: (row: Row) => string;
  openId?: number | undefined;
  selection?: ListSelection<Row>;
  /** Pixels that a card is wide at least. */
  cardWidth: number;
  /** Pixels. */
  cardHeight: number;
  position?: TablePosition;
  renderCard: (row: Row) => ReactNode;
  handle?: Ref<DataTableHandle>;
}

/** Pixels between cards. */
const GAP = 12;

/** Rows of cards drawn above and below what is on screen. */
const OVERSCAN = 2;

export function CardGrid<Row>({
  label,
  count,
  getRow,
  onVisibleRange,
  onOpen,
  rowId,
  rowName = (row) => String(rowId(row)),
  openId,
  selection,
  cardWidth,
  cardHeight,
  position,
  renderCard,
  handle,
}: CardGridProps<Row>) {
  const name = useId();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1000);
  const perRow = Math.max(1, Math.floor((width + GAP) / (cardWidth + GAP)));
  const lines = Math.ceil(count / perRow);
  const rowHeight = cardHeight + GAP;
  const scroll = useListScroll(box, lines, rowHeight, 0, position);
  const { viewport, pixel } = scroll;
  const [active, setActive] = useState(position?.active ?? 0);
  const anchor = useRef(0);
  const first = Math.floor(pixel / rowHeight);
  const from = Math.max(0, first - OVERSCAN);
  const to = Math.min(lines - 1, first + Math.ceil(viewport / rowHeight) + OVERSCAN);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (position) position.active = active;
  }, [position, active]);
  useEffect(() => {
    if (to >= from) onVisibleRange?.(from * perRow, Math.min(count - 1, (to + 1) * perRow - 1));
  }, [from, to, perRow, count, onVisibleRange]);

  const move = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    const top = Math.floor(next / perRow) * rowHeight;
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
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.altKey) return;
    const page = perRow * Math.max(1, Math.floor(viewport / rowHeight));
    const steps: Record<string, number> = {
      ArrowRight: active + 1,
      ArrowLeft: active - 1,
      ArrowDown: Math.min(count - 1, active + perRow),
      ArrowUp: active - perRow < 0 ? active : active - perRow,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    };
    const target = steps[event.key];
    const row = getRow(active);
    if (target !== undefined) move(target);
    else if (event.key === 'Enter' && row) onOpen?.(row, active);
    else if (event.key === ' ' && row && selection) toggle(row, active, event.shiftKey);
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && selection) selection.onAll(true);
    else return;
    event.preventDefault();
  };

  const rows: ReactNode[] = [];
  for (let line = from; line <= to; line += 1) {
    const cards: ReactNode[] = [];
    for (let index = line * perRow; index < Math.min(count, (line + 1) * perRow); index += 1) {
      const row = getRow(index);
      const selected = row !== undefined && (selection?.has(row) ?? false);
      cards.push(
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid, which has the focus
        <div
          key={index}
          id={`${name}-${index}`}
          role="gridcell"
          tabIndex={-1}
          aria-selected={selection ? selected : undefined}
          className={styles.card}
          data-active={index === active || undefined}
          data-open={(row !== undefined && openId === rowId(row)) || undefined}
          style={{ height: cardHeight }}
          onClick={(event) => {
            setActive(index);
            if (row && !(event.target as Element).closest('a, button, input, audio')) onOpen?.(row, index);
          }}
        >
          {selection && row && (
            <span className={styles.cardCheck}>
              <input
                type="checkbox"
                checked={selected}
                onChange={(event) => toggle(row, index, (event.nativeEvent as MouseEvent).shiftKey)}
                aria-label={`Select ${rowName(row)}`}
                tabIndex={-1}
              />
            </span>
          )}
          <Content row={row} renderCard={renderCard} />
        </div>,
      );
    }
    rows.push(
      <div
        key={line}
        role="row"
        tabIndex={-1}
        aria-rowindex={line + 1}
        className={styles.cardRow}
        style={{ gridTemplateColumns: `repeat(${perRow}, minmax(0, 1fr))` }}
      >
        {cards}
      </div>,
    );
  }

  const line = Math.floor(active / perRow);
  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={lines}
      aria-multiselectable={selection ? true : undefined}
      aria-activedescendant={line >= from && line <= to ? `${name}-${active}` : undefined}
      tabIndex={0}
      className={styles.cards}
      onScroll={scroll.onScroll}
      onKeyDown={press}
    >
      <div role="presentation" className={styles.body} style={{ height: scroll.height }}>
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

/** What a card shows; it is not drawn again while the list is moved. */
const Content = memo(function Content<Row>({
  row,
  renderCard,
}: {
  row: Row | undefined;
  renderCard: (row: Row) => ReactNode;
}) {
  return row === undefined ? <span className={styles.shimmer} /> : renderCard(row);
}) as <Row>(props: { row: Row | undefined; renderCard: (row: Row) => ReactNode }) => ReactNode;
