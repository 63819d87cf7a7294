/** The columns of a project's tasks: what the server names, sorted out for the table, the filters and the orders. */
import type { ColumnsAnswer, WireColumn } from '@labelkeep/api';
import { parseConfig } from '@labelkeep/labeling';
import type { ColumnIndex, Kind } from './filters';

/** How the cells of a column are drawn. */
export type Look =
  | 'id'
  | 'state'
  | 'number'
  | 'score'
  | 'duration'
  | 'time'
  | 'boolean'
  | 'people'
  | 'names'
  | 'labels'
  | 'image'
  | 'audio'
  | 'video'
  | 'text'
  | 'any';

export interface Column {
  /** `tasks:id`, `tasks:data.text`: what filters, orders and views call it. */
  name: string;
  /** What the task calls it: `id`, or the key in its data. */
  key: string;
  isData: boolean;
  title: string;
  help?: string | undefined;
  look: Look;
  kind: Kind;
  /** The type that a filter names. */
  filterType: string;
  operators?: readonly string[] | undefined;
  isOrderable: boolean;
  isShownAtFirst: boolean;
  /** What a list may hold: ids of people, names of model versions. */
  items?: readonly unknown[] | undefined;
  /** Pixels. */
  width: number;
}

/** Data columns that are shown at first; the others are a press away. */
const DATA_AT_FIRST = 8;

/** What a project's page shows first, before its data. */
const LEADING = ['id', 'is_labeled'];

const LOOKS: Record<string, Look> = {
  id: 'id',
  inner_id: 'id',
  is_labeled: 'state',
  predictions_score: 'score',
  avg_lead_time: 'duration',
  annotations_results: 'labels',
};

const WIDTHS: Record<Look, number> = {
  id: 76,
  state: 100,
  number: 104,
  score: 104,
  duration: 96,
  time: 120,
  boolean: 88,
  people: 128,
  names: 160,
  labels: 260,
  image: 120,
  audio: 180,
  video: 120,
  text: 240,
  any: 140,
};

/** Whether the values of a column are looked at. */
export function isPicture({ look }: Column): boolean {
  return look === 'image' || look === 'video';
}

/** All columns in the order of the table: what names the task, its data, what is known of it. */
export function readColumns(answer: ColumnsAnswer, config: string): Column[] {
  const shown = objectsOf(config);
  let data = 0;
  const columns = answer.columns
    .filter((column) => column.target === 'tasks' && !column.children)
    .map((column) => readColumn(column, shown, column.parent === 'data' ? data++ : 0));
  const lead = (column: Column) => (column.isData ? 1 : LEADING.includes(column.key) ? 0 : 2);
  return columns.sort((a, b) => lead(a) - lead(b));
}

function readColumn(wire: WireColumn, shown: ReadonlyMap<string, string>, place: number): Column {
  const isData = wire.parent === 'data';
  const look = isData ? lookOfData(wire, shown) : (LOOKS[wire.id] ?? lookOf(wire));
  const kind = kindOf(wire);
  return {
    name: isData ? `tasks:data.${wire.id}` : `tasks:${wire.id}`,
    key: wire.id,
    isData,
    title: titleOf(wire),
    help: wire.help,
    look,
    kind,
    filterType: wire.type,
    operators: wire.operators,
    isOrderable: wire.orderable ?? kind !== 'people',
    isShownAtFirst:
      wire.id === 'is_labeled' || ((wire.visibility_defaults?.explore ?? true) && (!isData || place < DATA_AT_FIRST)),
    items: wire.schema?.items,
    width: isData && shown.has(wire.id) && look === 'text' ? 300 : WIDTHS[look],
  };
}

function titleOf(wire: WireColumn): string {
  if (wire.id === 'is_labeled' && wire.parent === undefined) return 'State';
  return wire.id === '$undefined$' && wire.parent === 'data' ? 'data' : wire.title;
}

function lookOf(wire: WireColumn): Look {
  switch (wire.type) {
    case 'Number':
      return 'number';
    case 'Datetime':
      return 'time';
    case 'Boolean':
      return 'boolean';
    case 'Time':
      return 'duration';
    case 'List':
      return wire.schema?.multiple ? 'names' : 'people';
    default:
      return 'text';
  }
}

function lookOfData(wire: WireColumn, shown: ReadonlyMap<string, string>): Look {
  switch (wire.type) {
    case 'Image':
      return 'image';
    case 'Audio':
    case 'AudioPlus':
      return 'audio';
    case 'Video':
      return 'video';
  }
  const tag = shown.get(wire.id);
  return tag === 'Text' || tag === 'HyperText' || tag === 'Paragraphs' ? 'text' : 'any';
}

function kindOf(wire: WireColumn): Kind {
  switch (wire.type) {
    case 'Number':
    case 'Time':
      return 'number';
    case 'Datetime':
      return 'time';
    case 'Boolean':
      return 'boolean';
    case 'List':
      return wire.schema?.multiple ? 'names' : 'people';
    default:
      return 'text';
  }
}

/** Which tag shows which key. */
function objectsOf(config: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const node of parseConfig(config).objects) {
    const key = /^\$(\w+)/.exec((node.attribute('value') ?? node.attribute('valueList'))?.value ?? '')?.[1];
    if (key) tags.set(key, node.tag);
  }
  return tags;
}

export function indexOf(columns: readonly Column[]): ColumnIndex {
  return new Map(columns.map((column) => [column.name, column]));
}

/** Colours of labels, by control and label; for chips. */
export function labelColors(config: string): ReadonlyMap<string, string> {
  const colors = new Map<string, string>();
  for (const control of parseConfig(config).controls) {
    for (const node of control.walk()) {
      const background = node.attribute('background')?.value;
      const value = node.attribute('alias')?.value ?? node.attribute('value')?.value;
      // Only what is a plain colour: it stands in a style.
      if (value && background && /^(#[0-9a-f]{3,8}|[a-z]+)$/i.test(background)) {
        colors.set(`${control.name}/${value}`, background);
      }
    }
  }
  return colors;
}
