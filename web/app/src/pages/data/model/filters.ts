/** Filters of tasks: which operators a column takes, what may stand behind them, and how all of it reads as a sentence. */
import type { WireFilter, WireFilters } from '@labelkeep/api';
import type { Column } from './columns';

export interface Filter {
  /** `tasks:total_annotations`, `tasks:data.text`. */
  column: string;
  /** The name on the wire; `empty` is two, as people read them. */
  operator: Operator;
  value: unknown;
  /** Holds in addition, for the same task. */
  child?: Filter | undefined;
}

export interface Filters {
  conjunction: 'and' | 'or';
  items: Filter[];
}

export const NO_FILTERS: Filters = { conjunction: 'and', items: [] };

export type Operator =
  | 'contains'
  | 'not_contains'
  | 'regex'
  | 'equal'
  | 'not_equal'
  | 'less'
  | 'greater'
  | 'less_or_equal'
  | 'greater_or_equal'
  | 'in'
  | 'not_in'
  | 'in_list'
  | 'not_in_list'
  | 'is_empty'
  | 'is_not_empty';

/** What has to be given beside the operator. */
export type Editor =
  | 'none'
  | 'text'
  | 'number'
  | 'numbers'
  | 'time'
  | 'times'
  | 'boolean'
  | 'person'
  | 'names'
  | 'list';

/** How the values of a column are compared. */
export type Kind = 'text' | 'number' | 'time' | 'boolean' | 'people' | 'names';

const BY_KIND: Record<Kind, readonly string[]> = {
  text: ['contains', 'not_contains', 'equal', 'not_equal', 'regex', 'empty'],
  number: [
    'equal',
    'not_equal',
    'less',
    'greater',
    'less_or_equal',
    'greater_or_equal',
    'in',
    'not_in',
    'in_list',
    'not_in_list',
    'empty',
  ],
  time: ['less', 'greater', 'in', 'not_in', 'empty'],
  boolean: ['equal'],
  people: ['contains', 'not_contains', 'empty'],
  names: ['contains', 'not_contains', 'empty'],
};

const WORDS: Record<Operator, string> = {
  contains: 'contains',
  not_contains: 'does not contain',
  regex: 'matches the pattern',
  equal: 'is',
  not_equal: 'is not',
  less: 'is less than',
  greater: 'is more than',
  less_or_equal: 'is at most',
  greater_or_equal: 'is at least',
  in: 'is between',
  not_in: 'is not between',
  in_list: 'is one of',
  not_in_list: 'is none of',
  is_empty: 'is empty',
  is_not_empty: 'is not empty',
};

const OTHER_WORDS: Partial<Record<Kind, Partial<Record<Operator, string>>>> = {
  time: { less: 'is before', greater: 'is after', less_or_equal: 'is until', greater_or_equal: 'is from' },
  people: { contains: 'includes', not_contains: 'does not include', is_empty: 'is nobody', is_not_empty: 'is anybody' },
  names: { contains: 'includes any of', not_contains: 'includes none of' },
};

/** Operators that this column takes, in the order of their kind. */
export function operatorsOf(column: Pick<Column, 'kind' | 'operators'>): Operator[] {
  const allowed = column.operators ? new Set(column.operators) : undefined;
  return BY_KIND[column.kind]
    .filter((name) => allowed?.has(name) ?? true)
    .flatMap((name): Operator[] => (name === 'empty' ? ['is_empty', 'is_not_empty'] : [name as Operator]));
}

/** The operator in words, as it stands between a column and a value. */
export function wordOf(operator: Operator, kind: Kind): string {
  return OTHER_WORDS[kind]?.[operator] ?? WORDS[operator];
}

export function editorOf(operator: Operator, kind: Kind): Editor {
  if (operator === 'is_empty' || operator === 'is_not_empty') return 'none';
  if (operator === 'in_list' || operator === 'not_in_list') return 'list';
  const isRange = operator === 'in' || operator === 'not_in';
  switch (kind) {
    case 'number':
      return isRange ? 'numbers' : 'number';
    case 'time':
      return isRange ? 'times' : 'time';
    case 'boolean':
      return 'boolean';
    case 'people':
      return 'person';
    case 'names':
      return 'names';
    case 'text':
      return 'text';
  }
}

/** What stands behind an operator at the beginning. */
export function emptyValue(editor: Editor): unknown {
  if (editor === 'none' || editor === 'boolean') return true;
  if (editor === 'numbers' || editor === 'times') return { min: null, max: null };
  return editor === 'names' || editor === 'list' ? [] : null;
}

/** Whether everything has been given: what has not selects nothing yet, and is not sent. */
export function isComplete(filter: Filter, kind: Kind): boolean {
  const { value } = filter;
  switch (editorOf(filter.operator, kind)) {
    case 'none':
    case 'boolean':
      return true;
    case 'names':
    case 'list':
      return Array.isArray(value) && value.length > 0;
    case 'numbers':
    case 'times': {
      // One end is enough: the other is open.
      const { min, max } = (value ?? {}) as { min?: unknown; max?: unknown };
      return (min ?? max ?? null) !== null;
    }
    default:
      return value !== null && value !== undefined && value !== '';
  }
}

/** Columns by their full name. */
export type ColumnIndex = ReadonlyMap<string, Column>;

/** The filters as they are sent; undefined when there are none. */
export function toWire(filters: Filters, columns: ColumnIndex): WireFilters | undefined {
  const items = filters.items.flatMap((filter) => wireFilter(filter, columns) ?? []);
  return items.length > 0 ? { conjunction: filters.conjunction, items } : undefined;
}

function wireFilter(filter: Filter, columns: ColumnIndex): WireFilter | undefined {
  const column = columns.get(filter.column);
  // A column that is gone: kept as it came, the server says what is wrong with it.
  const kind = column?.kind ?? 'text';
  if (!isComplete(filter, kind)) return undefined;
  const isEmptiness = filter.operator === 'is_empty' || filter.operator === 'is_not_empty';
  const child = filter.child && wireFilter(filter.child, columns);
  return {
    filter: `filter:${filter.column}`,
    operator: isEmptiness ? 'empty' : filter.operator,
    type: column?.filterType ?? 'String',
    value: isEmptiness ? filter.operator === 'is_empty' : filter.value,
    ...(child ? { child_filter: child } : {}),
  };
}

/** Reads what a view or an address holds; anything that is no filter is left out. */
export function fromWire(value: unknown): Filters {
  if (typeof value !== 'object' || value === null) return NO_FILTERS;
  const { conjunction, items } = value as { conjunction?: unknown; items?: unknown };
  return {
    conjunction: conjunction === 'or' ? 'or' : 'and',
    items: Array.isArray(items) ? items.flatMap((item) => readFilter(item, true) ?? []) : [],
  };
}

function readFilter(item: unknown, mayHaveChild: boolean): Filter | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { filter, operator, value, child_filter: inner } = item as Record<string, unknown>;
  if (typeof filter !== 'string' || !filter.startsWith('filter:tasks:') || typeof operator !== 'string')
    return undefined;
  if (value === null || value === undefined) return undefined;
  const isTrue = value === true || value === 'true' || value === 1;
  const own = operator === 'empty' ? (isTrue ? 'is_empty' : 'is_not_empty') : operator;
  if (!(own in WORDS)) return undefined;
  const child = mayHaveChild ? readFilter(inner, false) : undefined;
  return {
    column: filter.slice('filter:'.length),
    operator: own as Operator,
    value,
    ...(child ? { child } : {}),
  };
}

/** What the sentence needs to know of people: ids to names. */
export type Names = ReadonlyMap<number, string>;

/** What is shown, in words: `Tasks where text contains “kettle”, by ID, high to low`. Empty: all, as they came. */
export function sentenceOf(
  filters: Filters,
  ordering: readonly string[],
  numeric: ReadonlySet<string>,
  columns: ColumnIndex,
  names: Names,
): string {
  const summary = summaryOf(filters, columns, names);
  const orders = ordering.map((entry) => {
    const name = entry.replace(/^-/, '');
    const column = columns.get(name);
    const direction = directionOf(column, numeric.has(name), entry.startsWith('-'));
    // Within a sentence; but A and Z stay what they are.
    return `${column?.title ?? name}, ${direction.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`;
  });
  if (summary === '' && orders.length === 0) return '';
  const order = orders.length > 0 ? `by ${orders.join(', then by ')}` : '';
  const which = summary === '' ? 'All tasks' : `Tasks where ${summary}`;
  return order === '' ? which : `${which}${summary === '' ? '' : ','} ${order}`;
}

/** A direction as the values of the column have it. */
export function directionOf(column: Column | undefined, isNumeric: boolean, isDown: boolean): string {
  if (column?.kind === 'time') return isDown ? 'Newest first' : 'Oldest first';
  if (column?.kind === 'boolean') return isDown ? 'Yes first' : 'No first';
  if (isNumeric || column?.kind === 'number') return isDown ? 'High to low' : 'Low to high';
  return isDown ? 'Z to A' : 'A to Z';
}

/** The filters in words: `text contains “kettle” and Annotations is at least 1`. */
export function summaryOf(filters: Filters, columns: ColumnIndex, names: Names): string {
  const parts = filters.items.flatMap((filter) => phraseOf(filter, columns, names) ?? []);
  return parts.join(filters.conjunction === 'or' ? ', or ' : ' and ');
}

function phraseOf(filter: Filter, columns: ColumnIndex, names: Names): string | undefined {
  const column = columns.get(filter.column);
  const kind = column?.kind ?? 'text';
  if (!isComplete(filter, kind)) return undefined;
  const name = column?.title ?? filter.column.replace(/^tasks:(data\.)?/, '');
  const said = openEnded(filter) ?? filter;
  const value = valueInWords(said, kind, names);
  const own = `${name} ${wordOf(said.operator, kind)}${value === '' ? '' : ` ${value}`}`;
  const inner = filter.child && phraseOf(filter.child, columns, names);
  return inner ? `${own} with ${inner}` : own;
}

/** A range of which one end is given, as people say it: `is at least 3`. */
function openEnded(filter: Filter): Filter | undefined {
  if (filter.operator !== 'in' && filter.operator !== 'not_in') return undefined;
  const { min = null, max = null } = (filter.value ?? {}) as { min?: unknown; max?: unknown };
  if ((min === null) === (max === null)) return undefined;
  const isWithin = filter.operator === 'in';
  return min === null
    ? { ...filter, operator: isWithin ? 'less_or_equal' : 'greater', value: max }
    : { ...filter, operator: isWithin ? 'greater_or_equal' : 'less', value: min };
}

function valueInWords(filter: Filter, kind: Kind, names: Names): string {
  const { value } = filter;
  switch (editorOf(filter.operator, kind)) {
    case 'none':
      return '';
    case 'boolean':
      return isYes(value) ? 'yes' : 'no';
    case 'numbers':
      return rangeInWords(value, String);
    case 'times':
      return rangeInWords(value, timeInWords);
    case 'time':
      return timeInWords(value);
    case 'person':
      return names.get(Number(value)) ?? `person ${String(value)}`;
    case 'names':
    case 'list':
      return (Array.isArray(value) ? value : [value]).map((entry) => String(entry) || 'no name').join(', ');
    case 'number':
      return String(value);
    case 'text':
      return `“${String(value)}”`;
  }
}

export function isYes(value: unknown): boolean {
  return value === true || value === 1 || /^(true|1|yes|t)$/i.test(String(value));
}

function rangeInWords(value: unknown, word: (part: unknown) => string): string {
  const { min, max } = (value ?? {}) as { min?: unknown; max?: unknown };
  return `${word(min)} and ${word(max)}`;
}

let moment: Intl.DateTimeFormat | undefined;

function timeInWords(value: unknown): string {
  const date = new Date(String(value));
  if (Number.isNaN(date.getTime())) return String(value);
  moment ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return moment.format(date);
}
