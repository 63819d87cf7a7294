/** Where the columns of a long table stand, and which of them are on screen. */
import type { CSSProperties } from 'react';
import type { DataColumn } from './DataTable';

/** Width of the boxes for selection, in pixels. */
export const SELECT_WIDTH = 40;

/** Pixels beside what is on screen where columns are drawn, too. */
const OVERSCAN = 240;

export interface Layout {
  /** The grid of a line. */
  readonly line: { gridTemplateColumns: string; minWidth: number };
  /** How far pinned columns are from the edge, in pixels. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Where columns begin when the table is as narrow as it can be, in pixels. */
  readonly lefts: ReadonlyMap<string, number>;
  /** Pixels that boxes and pinned columns take. */
  readonly pinned: number;
}

export function layOut<Row>(columns: readonly DataColumn<Row>[], hasSelection: boolean): Layout {
  const lead = hasSelection ? SELECT_WIDTH : 0;
  const grows = (column: DataColumn<Row>) => column.grows && !column.isPinned;
  const tracks = columns.map((column) => (grows(column) ? `minmax(${column.width}px, 1fr)` : `${column.width}px`));
  const offsets = new Map<string, number>();
  const lefts = new Map<string, number>();
  let left = lead;
  let pinned = lead;
  for (const column of columns) {
    lefts.set(column.id, left);
    if (column.isPinned) offsets.set(column.id, left);
    left += column.width;
    if (column.isPinned) pinned = left;
  }
  return {
    line: {
      gridTemplateColumns: `${hasSelection ? `${lead}px ` : ''}${tracks.join(' ')}${columns.some(grows) ? '' : ' minmax(0, 1fr)'}`,
      minWidth: left,
    },
    offsets,
    lefts,
    pinned,
  };
}

/** A column with its place in the grid. */
export interface Placed<Row> {
  readonly column: DataColumn<Row>;
  readonly style: CSSProperties;
  readonly isPinned: boolean;
}

/** Places of the first and the last column on screen; pinned ones are there besides. All where there is room for all. */
export function columnsOnScreen<Row>(
  columns: readonly DataColumn<Row>[],
  layout: Layout,
  scrollLeft: number,
  width: number,
): { first: number; last: number } {
  if (layout.line.minWidth <= width) return { first: 0, last: columns.length - 1 };
  const from = scrollLeft + layout.pinned - OVERSCAN;
  const to = scrollLeft + width + OVERSCAN;
  let first = columns.length - 1;
  let last = 0;
  for (const [place, column] of columns.entries()) {
    const left = layout.lefts.get(column.id) ?? 0;
    if (left + column.width < from || left > to) continue;
    first = Math.min(first, place);
    last = Math.max(last, place);
  }
  return { first, last };
}

export function placed<Row>(
  columns: readonly DataColumn<Row>[],
  { offsets }: Layout,
  hasSelection: boolean,
  { first, last }: { first: number; last: number },
): Placed<Row>[] {
  return columns.flatMap((column, place) => {
    const offset = offsets.get(column.id);
    if (offset === undefined && (place < first || place > last)) return [];
    const gridColumn = place + (hasSelection ? 2 : 1);
    return [
      {
        column,
        isPinned: offset !== undefined,
        style: offset === undefined ? { gridColumn } : { gridColumn, insetInlineStart: offset },
      },
    ];
  });
}
