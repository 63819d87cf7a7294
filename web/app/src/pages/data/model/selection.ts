/** Which tasks are selected: some, or all that match but some. A million are as little to keep as one. */
import type { SelectedItems } from '@labelkeep/api';

export interface Selection {
  /** All that match, but `ids`; else only `ids`. */
  readonly isAll: boolean;
  readonly ids: ReadonlySet<number>;
}

export const NOTHING: Selection = { isAll: false, ids: new Set() };
export const EVERYTHING: Selection = { isAll: true, ids: new Set() };

export function isSelected({ isAll, ids }: Selection, id: number): boolean {
  return isAll !== ids.has(id);
}

export function toggle(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { isAll: selection.isAll, ids };
}

/** With these too. */
export function add(selection: Selection, more: readonly number[]): Selection {
  const ids = new Set(selection.ids);
  for (const id of more) {
    if (selection.isAll) ids.delete(id);
    else ids.add(id);
  }
  return { isAll: selection.isAll, ids };
}

/** How many of `total` that match. */
export function sizeOf({ isAll, ids }: Selection, total: number): number {
  return isAll ? Math.max(0, total - ids.size) : ids.size;
}

export function stateOf(selection: Selection, total: number): 'none' | 'some' | 'all' {
  const size = sizeOf(selection, total);
  if (size === 0) return 'none';
  return size >= total ? 'all' : 'some';
}

export function toWireSelection({ isAll, ids }: Selection): SelectedItems {
  return isAll ? { all: true, excluded: [...ids] } : { all: false, included: [...ids] };
}
