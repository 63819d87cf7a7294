/** Rows of the regions list: order, filter and groups. Pure; ten thousand regions take a few milliseconds. */
import type { Editor } from './editor';

export type Row =
  | { readonly kind: 'region'; readonly id: string; readonly level: number }
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly title: string;
      readonly color: string;
      readonly ids: readonly string[];
    };

export interface RowOptions {
  readonly group: 'none' | 'label';
  readonly order: 'created' | 'score';
  readonly descending: boolean;
  /** Words that a region must contain, in any order. */
  readonly query: string;
  /** Keys of groups that are folded. */
  readonly folded: ReadonlySet<string>;
}

const NO_LABEL = 'No label';

/** Rows for the open document. Without groups, children of a region stand below it. */
export function regionRows(editor: Editor, options: RowOptions): readonly Row[] {
  const { store } = editor.document;
  let ids = editor.document.regionIds();
  const words = options.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > 0) {
    ids = ids.filter((id) => {
      const region = store.get(id);
      if (!region) return false;
      const text =
        `${editor.document.regionNumber(id)} ${editor.describe(region)} ${noteOf(region.meta)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
  if (options.order === 'score') {
    const score = (id: string) => store.get(id)?.score ?? Number.NEGATIVE_INFINITY;
    ids = [...ids].sort((a, b) => score(a) - score(b));
  }
  if (options.descending) ids = [...ids].reverse();
  return options.group === 'label' ? grouped(editor, ids, options.folded) : nested(editor, ids);
}

function grouped(editor: Editor, ids: readonly string[], folded: ReadonlySet<string>): readonly Row[] {
  const groups = new Map<string, { title: string; color: string; ids: string[] }>();
  for (const id of ids) {
    const region = editor.document.store.get(id);
    if (!region) continue;
    const { labels, color } = editor.labels.style(region);
    const title = labels.length > 0 ? labels.join(', ') : NO_LABEL;
    const group = groups.get(title) ?? { title, color, ids: [] };
    group.ids.push(id);
    groups.set(title, group);
  }
  return [...groups].flatMap(([key, group]) => [
    { kind: 'group' as const, key, ...group },
    ...(folded.has(key) ? [] : group.ids.map((id) => ({ kind: 'region' as const, id, level: 2 }))),
  ]);
}

function nested(editor: Editor, ids: readonly string[]): readonly Row[] {
  const { store } = editor.document;
  const byWire = new Map(ids.map((id) => [store.get(id)?.wireId ?? id, id]));
  const children = new Map<string, string[]>();
  const roots: string[] = [];
  for (const id of ids) {
    const parent = store.get(id)?.parentId;
    const known = parent === undefined ? undefined : byWire.get(parent);
    if (known === undefined || known === id) roots.push(id);
    else {
      const siblings = children.get(known);
      if (siblings) siblings.push(id);
      else children.set(known, [id]);
    }
  }
  if (children.size === 0) return roots.map((id) => ({ kind: 'region', id, level: 1 }));
  const rows: Row[] = [];
  const seen = new Set<string>();
  const visit = (id: string, level: number): void => {
    if (seen.has(id)) return;
    seen.add(id);
    rows.push({ kind: 'region', id, level });
    for (const child of children.get(id) ?? []) visit(child, level + 1);
  };
  for (const id of roots) visit(id, 1);
  // Parents that name each other in a circle are nobody's roots: they are listed flat.
  for (const id of ids) visit(id, 1);
  return rows;
}

/** The free-text note of a region; empty when it has none. */
export function noteOf(meta: Readonly<Record<string, unknown>> | undefined): string {
  const text = meta?.['text'];
  if (Array.isArray(text)) return text.filter((one) => typeof one === 'string').join('\n');
  return typeof text === 'string' ? text : '';
}
