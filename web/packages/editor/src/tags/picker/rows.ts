/** Rows of a picker: the open part of a tree, or what a search finds in all of it. Pure. */
import { type ChoiceTree, type PlacedChoice, pathKey } from '../../core/choice-tree';

export interface PickerRow {
  readonly key: string;
  readonly item: PlacedChoice;
  /** From 1. */
  readonly level: number;
  readonly branch: boolean;
  readonly open: boolean;
}

/** Branches that are open show what is below them. */
export function treeRows(
  tree: ChoiceTree,
  open: ReadonlySet<string>,
  isBranch: (item: PlacedChoice) => boolean,
): readonly PickerRow[] {
  const rows: PickerRow[] = [];
  const visit = (items: readonly PlacedChoice[], level: number): void => {
    for (const item of items) {
      const key = pathKey(item.path);
      const branch = isBranch(item);
      const unfolded = branch && open.has(key);
      rows.push({ key, item, level, branch, open: unfolded });
      if (unfolded) visit(tree.below.get(key) ?? [], level + 1);
    }
  };
  visit(tree.below.get('') ?? [], 1);
  return rows;
}

const texts = new WeakMap<PlacedChoice, { readonly own: string; readonly path: string }>();

function textOf(item: PlacedChoice): { readonly own: string; readonly path: string } {
  const known = texts.get(item);
  if (known) return known;
  const { choice } = item;
  const own = `${choice.title} ${choice.stored} ${choice.hint}`.toLowerCase();
  const made = { own, path: `${item.titles.join(' ').toLowerCase()} ${own}` };
  texts.set(item, made);
  return made;
}

/**
 * A flat list of what fits: every word stands somewhere on the way to the entry, and at least one
 * in the entry itself. Entries that begin with the words come first. No words find everything.
 */
export function searchRows(tree: ChoiceTree, query: string): readonly PickerRow[] {
  const whole = query.trim().toLowerCase();
  const words = whole.split(/\s+/).filter((word) => word !== '');
  const first: PickerRow[] = [];
  const rest: PickerRow[] = [];
  for (const item of tree.all) {
    const { own, path } = textOf(item);
    if (!words.every((word) => path.includes(word))) continue;
    if (words.length > 0 && !words.some((word) => own.includes(word))) continue;
    const row = { key: pathKey(item.path), item, level: 1, branch: false, open: false };
    (own.startsWith(whole) ? first : rest).push(row);
  }
  return [...first, ...rest];
}
