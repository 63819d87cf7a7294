// biome-ignore-all lint/a11y/useSemanticElements: elements of a real table cannot be placed by a virtual list
/** A row of a long table. One that stays on screen while the table is scrolled is not drawn again. */
import { type CSSProperties, memo, type ReactNode, type RefObject } from 'react';
import type { Placed } from './layout';
import styles from './table.module.css';

/** What a row tells; always the latest. */
export interface RowActs<Row> {
  press(row: Row | undefined, index: number, isOwn: boolean): void;
  toggle(row: Row, index: number, isRange: boolean): void;
}

export interface TableRowProps<Row> {
  name: string;
  index: number;
  row: Row | undefined;
  /** How its box for selection is called. */
  title: string;
  columns: readonly Placed<Row>[];
  style: CSSProperties;
  isActive: boolean;
  isOpen: boolean;
  /** Undefined where nothing is selected. */
  isSelected: boolean | undefined;
  acts: RefObject<RowActs<Row>>;
}

export const TableRow = memo(function TableRow<Row>({
  name,
  index,
  row,
  title,
  columns,
  style,
  isActive,
  isOpen,
  isSelected,
  acts,
}: TableRowProps<Row>) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid, which has the focus
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={styles.row}
      data-active={isActive || undefined}
      data-open={isOpen || undefined}
      style={style}
      id={`${name}-${index}`}
      onClick={(event) => {
        // A link or a control in the row, or a wish for another tab, has its own way.
        const isWish = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey;
        acts.current.press(row, index, isWish || (event.target as Element).closest('a, button, audio') !== null);
      }}
    >
      {isSelected !== undefined && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: Space does it
        <div role="gridcell" tabIndex={-1} className={styles.check} onClick={(event) => event.stopPropagation()}>
          {row !== undefined && (
            <input
              type="checkbox"
              checked={isSelected}
              onChange={(event) => acts.current.toggle(row, index, (event.nativeEvent as MouseEvent).shiftKey)}
              aria-label={`Select ${title}`}
              tabIndex={-1}
            />
          )}
        </div>
      )}
      {columns.map(({ column, style: place, isPinned }) => (
        <div
          key={column.id}
          role="gridcell"
          tabIndex={-1}
          className={styles.cell}
          data-align={column.align}
          data-column={column.id}
          data-pinned={isPinned || undefined}
          style={place}
        >
          {row === undefined ? <span className={styles.shimmer} /> : column.render(row)}
        </div>
      ))}
    </div>
  );
}) as <Row>(props: TableRowProps<Row>) => ReactNode;
