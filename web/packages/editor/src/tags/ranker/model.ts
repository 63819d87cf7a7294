/** Orders and buckets of a Ranker. Pure: the items of a List, columns, and where each item stands. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { AnswerCodec } from '../../core/tag';

export interface RankItem {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Markup; goes through the cleaner. */
  readonly html: string;
  /** Named by a result and not in the task's data. */
  readonly unknown: boolean;
}

export interface Column {
  /** Key in the result. */
  readonly id: string;
  readonly title: string;
  /** Items that no result mentions stand here. */
  readonly start: boolean;
  readonly unknown: boolean;
}

/** Ids in order, by column. */
export type Ranking = Readonly<Record<string, readonly string[]>>;

/** Key of the items that nobody has put into a bucket. */
export const REST = '_';

export const rankerAnswer: AnswerCodec<Ranking> = {
  key: () => 'ranker',
  read: (value) => {
    const ranker = value['ranker'];
    if (ranker === null || typeof ranker !== 'object' || Array.isArray(ranker)) return undefined;
    const columns = Object.entries(ranker).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
    return Object.fromEntries(columns.map(([key, ids]) => [key, ids.map(String)]));
  },
  write: (answer) => answer,
  // An order that was left as it came is an order too.
  isEmpty: () => false,
};

/** The items of a List's data. Of two with the same id the first counts. */
export function itemsOf(data: unknown): readonly RankItem[] {
  if (!Array.isArray(data)) return [];
  const items = new Map<string, RankItem>();
  data.forEach((one: unknown, index) => {
    const plain = typeof one === 'string' || typeof one === 'number';
    const text = (key: string) => {
      if (one === null || typeof one !== 'object' || !Object.hasOwn(one, key)) return '';
      const value = (one as Record<string, unknown>)[key];
      return value === null || value === undefined
        ? ''
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
    };
    const id = plain ? String(one) : text('id') || String(index);
    if (items.has(id)) return;
    items.set(id, { id, title: plain ? id : text('title'), body: text('body'), html: text('html'), unknown: false });
  });
  return [...items.values()];
}

/** The columns of a Ranker: its buckets, and before them the list unless a bucket takes everything at first. */
export function columnsOf(node: ConfigNode, listTitle: string): readonly Column[] {
  const buckets = [...node.walk()].filter((one) => one.type === 'bucket' && one.name !== '');
  if (buckets.length === 0) return [{ id: node.name, title: listTitle, start: true, unknown: false }];
  const first = buckets.find((one) => one.bool('default'));
  const columns = buckets.map((one) => ({
    id: one.name,
    title: one.get('title') || one.name,
    start: one === first,
    unknown: false,
  }));
  return first ? columns : [{ id: REST, title: listTitle, start: true, unknown: false }, ...columns];
}

/** Everything that a board shows. */
export interface Board {
  readonly columns: readonly Column[];
  readonly items: ReadonlyMap<string, RankItem>;
  readonly ranking: Ranking;
}

/**
 * The board for an answer: items that it does not mention stand in the first column, and columns
 * and items that only it knows are shown too.
 */
export function boardOf(known: readonly Column[], listed: readonly RankItem[], answer: Ranking | undefined): Board {
  const strange = Object.keys(answer ?? {}).filter((key) => !known.some((column) => column.id === key));
  const columns = [...known, ...strange.map((id) => ({ id, title: id, start: false, unknown: true }))];
  const items = new Map(listed.map((item) => [item.id, item]));
  const placed = new Set<string>();
  const places = columns.map((column): [Column, string[]] => {
    const ids = (answer && Object.hasOwn(answer, column.id) ? answer[column.id] : undefined) ?? [];
    return [column, ids.filter((id) => !placed.has(id) && placed.add(id))];
  });
  for (const id of placed) {
    if (!items.has(id)) items.set(id, { id, title: id, body: '', html: '', unknown: true });
  }
  const rest = listed.map((item) => item.id).filter((id) => !placed.has(id));
  const ranking = Object.fromEntries(
    places.map(([column, ids]) => [column.id, column.start ? [...ids, ...rest] : ids]),
  );
  return { columns, items, ranking };
}

/** Where an item stands. */
export function placeOf(ranking: Ranking, id: string): { readonly column: string; readonly index: number } | null {
  for (const [column, ids] of Object.entries(ranking)) {
    const index = ids.indexOf(id);
    if (index >= 0) return { column, index };
  }
  return null;
}

/** The ranking after an item was put at a place; the same one when it stands there. */
export function moved(ranking: Ranking, id: string, column: string, index: number): Ranking {
  const at = placeOf(ranking, id);
  const target = ranking[column];
  if (!target || !Object.hasOwn(ranking, column)) return ranking;
  const others = target.filter((one) => one !== id);
  const place = Math.max(0, Math.min(others.length, index));
  if (at?.column === column && at.index === place) return ranking;
  return Object.fromEntries(
    Object.entries(ranking).map(([key, ids]) => {
      const rest = ids.filter((one) => one !== id);
      return [key, key === column ? [...rest.slice(0, place), id, ...rest.slice(place)] : rest];
    }),
  );
}

/** The place one step away: up and down in the column, left and right to the neighbour column. */
export function neighbour(
  { columns, ranking }: Board,
  id: string,
  key: string,
): { readonly column: string; readonly index: number } | null {
  const at = placeOf(ranking, id);
  if (!at) return null;
  const { column, index } = at;
  const place = columns.findIndex((one) => one.id === column);
  switch (key) {
    case 'ArrowUp':
      return { column, index: index - 1 };
    case 'ArrowDown':
      return { column, index: index + 1 };
    case 'Home':
      return { column, index: 0 };
    case 'End':
      return { column, index: Number.MAX_SAFE_INTEGER };
    case 'ArrowLeft':
    case 'ArrowRight': {
      const next = columns[place + (key === 'ArrowLeft' ? -1 : 1)];
      return next ? { column: next.id, index } : null;
    }
    default:
      return null;
  }
}
