/** A view: which tasks, in which order, and how they are shown. What is stored is free-form, and read with care. */
import type { TaskQuery, WireView } from '@labelkeep/api';
import type { Column } from './columns';
import { type ColumnIndex, type Filters, fromWire, NO_FILTERS, toWire } from './filters';

/** Which tasks, in which order. */
export interface Slice {
  filters: Filters;
  /** `tasks:id`, or downwards `-tasks:id`; the first counts most. */
  ordering: readonly string[];
}

export const WHOLE: Slice = { filters: NO_FILTERS, ordering: [] };

export const ROW_HEIGHTS = [32, 44, 72, 120] as const;
export type RowHeight = (typeof ROW_HEIGHTS)[number];

/** How they are shown. Names are those of columns; unknown ones are kept, as their column may come back. */
export interface Display {
  layout: 'list' | 'grid';
  /** Undefined: those that are not shown at first. */
  hidden: readonly string[] | undefined;
  /** Columns that the person moved, in their order; others follow in theirs. */
  order: readonly string[];
  pinned: readonly string[];
  /** Pixels. */
  widths: Readonly<Record<string, number>>;
  /** As what a data column is ordered: `Number`. */
  types: Readonly<Record<string, string>>;
  /** Undefined: by what is in the columns. */
  rowHeight: RowHeight | undefined;
  /** Pixels that a card is wide at least. */
  cardWidth: number;
}

export const PLAIN: Display = {
  layout: 'list',
  hidden: undefined,
  order: [],
  pinned: [],
  widths: {},
  types: {},
  rowHeight: undefined,
  cardWidth: 240,
};

export interface View {
  /** Undefined: all tasks, which no server stores. */
  id: number | undefined;
  title: string;
  isPrivate: boolean;
  mayChange: boolean;
  slice: Slice;
  display: Display;
  /** As it came, so that what others keep in it stays. */
  data: Readonly<Record<string, unknown>>;
}

export function readView(wire: WireView): View {
  const { data } = wire;
  return {
    id: wire.id,
    title: typeof data.title === 'string' && data.title.trim() !== '' ? data.title : 'Untitled view',
    isPrivate: wire.private ?? false,
    mayChange: wire.can_change ?? true,
    slice: { filters: fromWire(data.filters), ordering: readOrdering(data.ordering) },
    display: readDisplay(data),
    data,
  };
}

/** The slice that an address names; undefined when it names none. */
export function readSlice(query: unknown): Slice | undefined {
  let value = query;
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { filters, ordering } = value as { filters?: unknown; ordering?: unknown };
  return { filters: fromWire(filters), ordering: readOrdering(ordering) };
}

function readOrdering(value: unknown): string[] {
  const entries = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  return entries.flatMap((entry) => {
    const found = typeof entry === 'string' ? /^(-?)tasks:(-?)(.+)$/.exec(entry) : null;
    return found ? [`${found[1] || found[2] ? '-' : ''}tasks:${found[3]}`] : [];
  });
}

export function readDisplay(data: Readonly<Record<string, unknown>>): Display {
  const hidden = (data.hiddenColumns as { explore?: unknown } | null | undefined)?.explore;
  const rowHeight = ROW_HEIGHTS.find((height) => height === data.rowHeight);
  return {
    layout: data.type === 'grid' ? 'grid' : 'list',
    hidden: Array.isArray(hidden) ? texts(hidden) : undefined,
    order: texts(data.columnsOrder),
    pinned: texts(data.columnsPinned),
    widths: pick(data.columnsWidth, (width) => typeof width === 'number' && width >= 40 && width <= 4000),
    types: pick(data.columnsDisplayType, (type) => typeof type === 'string'),
    rowHeight,
    cardWidth: typeof data.cardWidth === 'number' ? Math.max(120, Math.min(800, data.cardWidth)) : PLAIN.cardWidth,
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function pick<Value>(value: unknown, isGood: (entry: unknown) => boolean): Record<string, Value> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => isGood(entry))) as Record<string, Value>;
}

/** What is stored of a view. Keys that we do not know stay. */
export function writeView(
  view: Pick<View, 'title' | 'slice' | 'display' | 'data'>,
  columns: ColumnIndex,
): Record<string, unknown> {
  const { title, slice, display, data } = view;
  const old = (data.hiddenColumns ?? {}) as { labeling?: unknown };
  const { rowHeight: _, hiddenColumns: __, filters: ___, ...kept } = data as Record<string, unknown>;
  return {
    ...kept,
    title,
    type: display.layout,
    target: 'tasks',
    // Without entries, the stored ones are cleared.
    filters: toWire(slice.filters, columns) ?? { conjunction: slice.filters.conjunction, items: [] },
    ordering: [...slice.ordering],
    ...(display.hidden
      ? { hiddenColumns: { explore: [...display.hidden], labeling: texts(old.labeling ?? display.hidden) } }
      : {}),
    columnsOrder: [...display.order],
    columnsPinned: [...display.pinned],
    columnsWidth: display.widths,
    columnsDisplayType: display.types,
    ...(display.rowHeight ? { rowHeight: display.rowHeight } : {}),
    cardWidth: display.cardWidth,
  };
}

/** Columns that are shown, in their order, pinned ones first. */
export function shownColumns(columns: readonly Column[], display: Display): Column[] {
  const hidden = new Set(display.hidden);
  const isShown = (column: Column) => (display.hidden ? !hidden.has(column.name) : column.isShownAtFirst);
  return inOrder(columns, display).filter(isShown);
}

/** All columns in the order of the view. */
export function inOrder(columns: readonly Column[], display: Display): Column[] {
  const place = new Map(display.order.map((name, index) => [name, index]));
  const pinned = new Set(display.pinned);
  const at = (column: Column, index: number) => place.get(column.name) ?? display.order.length + index;
  return columns
    .map((column, index) => ({ column, rank: (pinned.has(column.name) ? -1e6 : 0) + at(column, index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ column }) => column);
}

/** The display with a column before another one, or at the end. A column that lands among pinned ones is pinned. */
export function moveColumn(
  columns: readonly Column[],
  display: Display,
  name: string,
  before: string | undefined,
): Display {
  const order = inOrder(columns, display).map((column) => column.name);
  const others = order.filter((other) => other !== name);
  const place = before === undefined ? others.length : others.indexOf(before);
  const next = [...others.slice(0, place), name, ...others.slice(place)];
  const isAmongPinned = before !== undefined && display.pinned.includes(before);
  const pinned = display.pinned.filter((other) => other !== name);
  return { ...display, order: next, pinned: isAmongPinned ? [...pinned, name] : pinned };
}

/** Hides or shows a column. */
export function setShown(columns: readonly Column[], display: Display, name: string, isShown: boolean): Display {
  const known = columns.map((column) => column.name);
  const hidden = new Set(
    display.hidden ?? columns.filter((column) => !column.isShownAtFirst).map((column) => column.name),
  );
  if (isShown) hidden.delete(name);
  else hidden.add(name);
  // Only those that there are: what is new later is shown.
  return { ...display, hidden: known.filter((column) => hidden.has(column)) };
}

/** What the server is asked for. Only what is shown is worked out. */
export function queryOf(columns: readonly Column[], index: ColumnIndex, slice: Slice, display: Display): TaskQuery {
  const shown = new Set(shownColumns(columns, display).map((column) => column.name));
  const hidden = columns.map((column) => column.name).filter((name) => !shown.has(name));
  const filters = toWire(slice.filters, index);
  return {
    ...(filters ? { filters } : {}),
    ...(slice.ordering.length > 0 ? { ordering: [...slice.ordering] } : {}),
    hiddenColumns: { explore: hidden, labeling: hidden },
    ...(Object.keys(display.types).length > 0 ? { columnsDisplayType: { ...display.types } } : {}),
  };
}

/** The slice as an address has it; undefined for one that leaves nothing out and orders nothing. */
export function sliceInAddress(slice: Slice, index: ColumnIndex): string | undefined {
  const filters = toWire(slice.filters, index);
  if (!filters && slice.ordering.length === 0) return undefined;
  return JSON.stringify({
    ...(filters ? { filters } : {}),
    ...(slice.ordering.length ? { ordering: slice.ordering } : {}),
  });
}

/** Whether two slices ask for the same. */
export function isSameSlice(a: Slice, b: Slice, index: ColumnIndex): boolean {
  return (
    JSON.stringify(toWire(a.filters, index) ?? null) === JSON.stringify(toWire(b.filters, index) ?? null) &&
    a.ordering.join() === b.ordering.join()
  );
}

/** Orders by a column: upwards, then downwards, then no more. `isFurther`: after the others, not in their place. */
export function orderBy(ordering: readonly string[], name: string, isFurther: boolean): string[] {
  const present = ordering.find((entry) => entry === name || entry === `-${name}`);
  const next = present === undefined ? name : present === name ? `-${name}` : undefined;
  if (!isFurther) return next === undefined ? [] : [next];
  if (present === undefined) return [...ordering, name];
  return ordering.flatMap((entry) => (entry === present ? (next ?? []) : entry));
}
