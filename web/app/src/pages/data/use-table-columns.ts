/** The columns that the table shows, with the menu of each head. */
import type { ListedTask, Person } from '@labelkeep/api';
import type { DataColumn, MenuEntry } from '@labelkeep/kit';
import { useCallback, useMemo } from 'react';
import { LOOK_ICONS } from './cells/icons';
import { renderCell } from './cells/render';
import { menuOf } from './column-menu';
import { type Column, isPicture } from './model/columns';
import { moveColumn, orderBy, shownColumns } from './model/view';
import type { ViewState } from './use-view-state';

export interface TableColumns {
  shown: readonly Column[];
  /** Pixels. */
  rowHeight: number;
  columns: readonly DataColumn<ListedTask>[];
  onSort(name: string, isFurther: boolean): void;
  onMove(name: string, before: string | undefined): void;
  onResize(name: string, width: number): void;
  columnMenu(name: string): readonly MenuEntry[];
}

/** Which columns fill the room that is left: those that are read; only without them, others whose length nobody knows. */
function growing(shown: readonly Column[]): ReadonlySet<string> {
  for (const look of ['text', 'any', 'labels'] as const) {
    const found = shown.filter((column) => column.look === look && (look !== 'text' || column.isData));
    if (found.length > 0) return new Set(found.map((column) => column.name));
  }
  return new Set();
}

export function useTableColumns(
  columns: readonly Column[],
  people: ReadonlyMap<number, Person>,
  colors: ReadonlyMap<string, string>,
  state: ViewState,
  onFilter: (column: string) => void,
): TableColumns {
  const { display, slice, setSlice, setDisplay } = state;
  const shown = useMemo(() => shownColumns(columns, display), [columns, display]);
  const hasPictures = shown.some(isPicture);
  const rowHeight = display.rowHeight ?? (hasPictures ? 44 : 32);
  const lines = Math.max(1, Math.floor((rowHeight - 8) / 18));
  const { widths, pinned } = display;
  const { ordering } = slice;
  const renderers = useMemo(
    () => new Map(shown.map((column) => [column.name, renderCell(column, { people, colors, lines })])),
    [shown, people, colors, lines],
  );
  const table = useMemo(() => {
    const grows = growing(shown);
    return shown.map((column): DataColumn<ListedTask> => {
      const place = ordering.findIndex((entry) => entry === column.name || entry === `-${column.name}`);
      const own = widths[column.name];
      return {
        id: column.name,
        header: column.title,
        icon: column.isData ? LOOK_ICONS[column.look] : undefined,
        ...(column.help ? { help: column.help } : {}),
        width: own ?? column.width,
        grows: own === undefined && grows.has(column.name),
        isPinned: pinned.includes(column.name),
        align: isAmount(column) ? 'end' : 'start',
        sort: place < 0 ? undefined : ordering[place]?.startsWith('-') ? 'descending' : 'ascending',
        sortPlace: place >= 0 && ordering.length > 1 ? place + 1 : undefined,
        render: renderers.get(column.name) ?? (() => null),
      };
    });
  }, [shown, ordering, widths, pinned, renderers]);
  const onSort = useCallback(
    (name: string, isFurther: boolean) => {
      if (!shown.find((column) => column.name === name)?.isOrderable) return;
      setSlice({ ...slice, ordering: orderBy(ordering, name, isFurther) });
    },
    [shown, slice, ordering, setSlice],
  );
  const onMove = useCallback(
    (name: string, before: string | undefined) => setDisplay((present) => moveColumn(columns, present, name, before)),
    [columns, setDisplay],
  );
  const onResize = useCallback(
    (name: string, width: number) =>
      setDisplay((present) => ({ ...present, widths: { ...present.widths, [name]: Math.round(width) } })),
    [setDisplay],
  );
  return {
    shown,
    rowHeight,
    columns: table,
    onSort,
    onMove,
    onResize,
    columnMenu: (name) => menuOf(name, columns, shown, state, onFilter),
  };
}

function isAmount(column: Column): boolean {
  return ['id', 'number', 'score', 'duration'].includes(column.look);
}
