/** Rows of the regions list: order, filter and groups. Pure; as they were made, any number of regions costs nothing. */
import type { Editor } from './editor';
import type { Icon } from './tag';
import type { Region } from './types';

export type Row =
  | {
      readonly kind: 'region';
      readonly id: string;
      readonly level: number;
      /** Regions stand below it, whether they are shown or folded. */
      readonly parent: boolean;
      readonly folded: boolean;
    }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly title: string;
      readonly color: string;
      readonly icon: Icon | null;
      readonly ids: readonly string[];
      readonly folded: boolean;
    };

/** Which regions are listed. */
export type RegionFilter = 'all' | 'shown' | 'unlabelled' | 'incomplete' | 'prediction' | 'note' | 'page';

export const REGION_FILTERS: readonly (readonly [RegionFilter, string])[] = [
  ['all', 'All regions'],
  ['page', 'On the shown page'],
  ['unlabelled', 'Without a label'],
  ['incomplete', 'Not finished'],
  ['prediction', 'From a prediction, not changed'],
  ['note', 'With a note'],
  ['shown', 'Not hidden'],
];

export interface RowOptions {
  /** `none` is the tree that people make by hand. */
  readonly group: 'none' | 'label' | 'tool';
  readonly order: 'created' | 'score' | 'start';
  readonly descending: boolean;
  /** Words that a region must contain, in any order. */
  readonly query: string;
  readonly filter: RegionFilter;
  /** Keys of groups and ids of regions that are folded. */
  readonly folded: ReadonlySet<string>;
}

const NO_LABEL = 'No label';

/** The rows in their order. They are made when they are asked for: of a hundred thousand some forty are drawn. */
export interface Rows extends Iterable<Row> {
  readonly length: number;
  /** Do some rows stand below others? */
  readonly nests: boolean;
  at(index: number): Row | undefined;
  /** −1 when no row has this key. */
  indexOf(key: string): number;
}

/** What a row is told from the others by. */
export function keyOf(row: Row): string {
  return row.kind === 'region' ? row.id : `group ${row.key}`;
}

/** Rows for the open document. Without groups, children of a region stand below it. */
export function regionRows(editor: Editor, options: RowOptions): Rows {
  const { store } = editor.document;
  const { group, order, descending, query, filter } = options;
  // As they were made, each in a row of its own: nothing of it depends on how many there are.
  if (group === 'none' && order === 'created' && query.trim() === '' && filter === 'all' && !store.isNested) {
    return new PlainRows(store.listedIds(), descending, (id) => store.listedIndexOf(id));
  }
  return new MadeRows(madeRows(editor, options));
}

class PlainRows implements Rows {
  readonly nests = false;

  constructor(
    private readonly ids: readonly string[],
    private readonly descending: boolean,
    private readonly placeOf: (id: string) => number,
  ) {}

  get length(): number {
    return this.ids.length;
  }

  at(index: number): Row | undefined {
    const id = this.ids[this.turned(index)];
    return id === undefined ? undefined : { kind: 'region', id, level: 1, parent: false, folded: false };
  }

  indexOf(key: string): number {
    const place = this.placeOf(key);
    // The list may have gone on since these rows were made.
    return this.ids[place] === key ? this.turned(place) : this.turned(this.ids.indexOf(key));
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as Row;
  }

  private turned(index: number): number {
    return this.descending && index >= 0 ? this.length - 1 - index : index;
  }
}

class MadeRows implements Rows {
  readonly nests: boolean;

  constructor(private readonly rows: readonly Row[]) {
    this.nests = rows.some((row) => row.kind === 'region' && row.parent);
  }

  get length(): number {
    return this.rows.length;
  }

  at(index: number): Row | undefined {
    return this.rows[index];
  }

  /** Looked for among a hundred thousand it takes a millisecond; an index of them would take thirty to make. */
  indexOf(key: string): number {
    return this.rows.findIndex((row) => keyOf(row) === key);
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.rows[Symbol.iterator]();
  }
}

function madeRows(editor: Editor, options: RowOptions): readonly Row[] {
  const { store } = editor.document;
  const words = options.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  let ids = editor.document.listedIds();
  if (words.length > 0 || options.filter !== 'all') {
    ids = ids.filter((id) => {
      const region = store.get(id);
      return region !== undefined && passes(editor, region, options.filter) && contains(editor, region, words);
    });
  }
  if (options.order !== 'created') {
    const value = options.order === 'score' ? scoreOf : (region: Region) => startOf(editor, region);
    const values = new Map(ids.map((id) => [id, value(store.get(id) as Region)]));
    ids = [...ids].sort((a, b) => (values.get(a) ?? 0) - (values.get(b) ?? 0));
  }
  if (options.descending) ids = [...ids].reverse();
  if (options.group === 'none') return nested(editor, ids, options.folded);
  return grouped(editor, ids, options.folded, options.group);
}

/** Beginning of a region on a time line, seconds; regions without one come first. */
export function startOf(editor: Editor, region: Region): number {
  const field = editor.modules.shape(region.kind)?.fields?.find((one) => one.key === 'start');
  return field ? field.get(region.geometry) : Number.NEGATIVE_INFINITY;
}

function scoreOf(region: Region): number {
  return region.score ?? Number.NEGATIVE_INFINITY;
}

function passes(editor: Editor, region: Region, filter: RegionFilter): boolean {
  switch (filter) {
    case 'shown':
      return !editor.document.view.isHidden(region.id);
    case 'unlabelled':
      return editor.labels.ofRegion(region).length === 0;
    case 'incomplete':
      return editor.missingIn(region) !== null;
    case 'prediction':
      return region.origin === 'prediction';
    case 'note':
      return noteOf(region.meta) !== '';
    case 'page':
      return region.itemIndex === undefined || region.itemIndex === editor.page(region.object);
    default:
      return true;
  }
}

function contains(editor: Editor, region: Region, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const number = editor.document.regionNumber(region.id);
  const text = `${number} ${editor.describe(region)} ${noteOf(region.meta)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function grouped(
  editor: Editor,
  ids: readonly string[],
  folded: ReadonlySet<string>,
  by: 'label' | 'tool',
): readonly Row[] {
  const groups = new Map<string, { title: string; color: string; icon: Icon | null; ids: string[] }>();
  for (const id of ids) {
    const region = editor.document.store.get(id);
    if (!region) continue;
    const { labels, color } = editor.labels.style(region);
    const tool = by === 'tool' ? toolOf(editor, region) : null;
    const title = tool ? tool.title : labels.length > 0 ? labels.join(', ') : NO_LABEL;
    const group = groups.get(title) ?? { title, color: tool ? '' : color, icon: tool?.icon ?? null, ids: [] };
    group.ids.push(id);
    groups.set(title, group);
  }
  return [...groups].flatMap(([title, group]) => {
    const key = `${by} ${title}`;
    const row = { kind: 'group' as const, key, ...group, folded: folded.has(key) };
    return row.folded
      ? [row]
      : [row, ...group.ids.map((id) => ({ kind: 'region' as const, id, level: 2, parent: false, folded: false }))];
  });
}

/** The tool that makes regions of this kind: its name and icon. */
export function toolOf(editor: Editor, region: Region): { readonly title: string; readonly icon: Icon | null } {
  const facet = region.facets.find((one) => editor.isShapeFacet(region, one)) ?? region.facets[0];
  const tool = editor.tools.of(region.object).find((one) => one.control === facet?.from);
  const kind = region.kind.charAt(0).toUpperCase() + region.kind.slice(1);
  return { title: kind, icon: tool?.icon ?? null };
}

function nested(editor: Editor, ids: readonly string[], folded: ReadonlySet<string>): readonly Row[] {
  const { store } = editor.document;
  const children = new Map<string, string[]>();
  const roots: string[] = [];
  let byWire: Map<string, string> | null = null;
  for (const id of ids) {
    const parent = store.get(id)?.parentId;
    if (parent === undefined) {
      roots.push(id);
      continue;
    }
    byWire ??= new Map(ids.map((one) => [store.get(one)?.wireId ?? one, one]));
    const known = byWire.get(parent);
    if (known === undefined || known === id) roots.push(id);
    else {
      const siblings = children.get(known);
      if (siblings) siblings.push(id);
      else children.set(known, [id]);
    }
  }
  if (children.size === 0) return roots.map((id) => ({ kind: 'region', id, level: 1, parent: false, folded: false }));
  const rows: Row[] = [];
  const seen = new Set<string>();
  // A list of what is still to come, and no recursion: parents may be thousands of levels deep.
  const visit = (root: string): void => {
    const waiting: { id: string; level: number; hide: boolean }[] = [{ id: root, level: 1, hide: false }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { id, level, hide } = next;
      if (seen.has(id)) continue;
      seen.add(id);
      const below = children.get(id) ?? [];
      const closed = folded.has(id) && below.length > 0;
      if (!hide) rows.push({ kind: 'region', id, level, parent: below.length > 0, folded: closed });
      for (let i = below.length - 1; i >= 0; i--)
        waiting.push({ id: below[i] as string, level: level + 1, hide: hide || closed });
    }
  };
  for (const id of roots) visit(id);
  // Parents that name each other in a circle are nobody's roots: they are listed flat.
  for (const id of ids) visit(id);
  return rows;
}

/** Would `parent` stand below `child` already? Then it can't become its parent. */
export function isBelow(editor: Editor, child: string, parent: string): boolean {
  const { store } = editor.document;
  const byWire = new Map(store.ids().map((id) => [store.get(id)?.wireId ?? id, id]));
  const seen = new Set<string>();
  for (let at: string | undefined = parent; at !== undefined && !seen.has(at); ) {
    if (at === child) return true;
    seen.add(at);
    const up: string | undefined = store.get(at)?.parentId;
    at = up === undefined ? undefined : byWire.get(up);
  }
  return false;
}

/** Makes regions children of another one, or of none, as one step. */
export function moveBelow(editor: Editor, ids: readonly string[], parent: string | null): boolean {
  const { document } = editor;
  const wire = parent === null ? null : document.store.get(parent)?.wireId;
  if (wire === undefined) return false;
  const able = ids.filter((id) => document.canChange(id) && (parent === null || !isBelow(editor, id, parent)));
  return document.edit(parent === null ? 'Take out of its group' : 'Group below another region', (edit) => {
    for (const id of able) edit.setParent(id, wire);
  });
}

/** The free-text note of a region; empty when it has none. */
export function noteOf(meta: Readonly<Record<string, unknown>> | undefined): string {
  const text = meta?.['text'];
  if (Array.isArray(text)) return text.filter((one) => typeof one === 'string').join('\n');
  return typeof text === 'string' ? text : '';
}
