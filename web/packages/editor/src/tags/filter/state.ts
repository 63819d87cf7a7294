/** What people look for in a long list of labels or choices, by the control's name. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Editor } from '../../core/editor';
import { Emitter } from '../../core/emitter';
import { useEditor, useEmitter } from '../../react/hooks';

export interface Query {
  readonly text: string;
  readonly caseSensitive: boolean;
}

export class Filters {
  readonly changed = new Emitter();
  private readonly queries = new Map<string, Query>();
  /** Takes the first entry that is shown, of each control that a Filter may point at. */
  private readonly pickers = new Map<string, () => void>();

  query(control: string): Query | null {
    return this.queries.get(control) ?? null;
  }

  set(control: string, query: Query | null): void {
    if (query) this.queries.set(control, query);
    else this.queries.delete(control);
    this.changed.emit();
  }

  /** A list says how its first shown entry is taken. */
  offer(control: string, pick: () => void): () => void {
    this.pickers.set(control, pick);
    return () => {
      if (this.pickers.get(control) === pick) this.pickers.delete(control);
    };
  }

  pickFirst(control: string): void {
    this.pickers.get(control)?.();
  }
}

const states = new WeakMap<Editor, Filters>();

export function filtersOf(editor: Editor): Filters {
  let filters = states.get(editor);
  if (!filters) {
    filters = new Filters();
    states.set(editor, filters);
  }
  return filters;
}

/** What is looked for in this control's list; null when nothing is. */
export function useFilter(node: ConfigNode): Query | null {
  const filters = filtersOf(useEditor());
  return useEmitter(filters.changed.subscribe as (listener: () => void) => () => void, () => filters.query(node.name));
}

/** Does an entry with these words match? Words may come in any order. */
export function matchesQuery(query: Query | null, ...texts: readonly string[]): boolean {
  if (!query) return true;
  const fold = (text: string) => (query.caseSensitive ? text : text.toLowerCase());
  const all = fold(texts.join(' '));
  return fold(query.text)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

const filtered = new WeakMap<ConfigNode, boolean>();

/** Does the configuration bring a Filter for this control, inside it or anywhere? Then it needs no search field of its own. */
export function hasFilter(editor: Editor, node: ConfigNode): boolean {
  let has = filtered.get(node);
  if (has === undefined) {
    const filters = [...(editor.config.root?.walk() ?? [])].filter((one) => one.type === 'filter');
    has = filters.some((one) => one.toNames.includes(node.name) || one.closest((around) => around === node) !== null);
    filtered.set(node, has);
  }
  return has;
}
