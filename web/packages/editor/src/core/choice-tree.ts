/**
 * The choices of a control as an index: every choice with its path, found by path or by stored
 * value. Made once for a control and a task, since trees may have ten thousand entries.
 */
import type { ConfigNode, TaskData } from '@labelkeep/labeling';
import { type ChoiceDef, choicesOf } from './config';

/** One choice and where it stands. */
export interface PlacedChoice {
  readonly choice: ChoiceDef;
  /** Stored values from the root to this choice. */
  readonly path: readonly string[];
  /** What people see, from the root. */
  readonly titles: readonly string[];
}

export interface ChoiceTree {
  readonly roots: readonly ChoiceDef[];
  /** Parents before their children, in order of the configuration. */
  readonly all: readonly PlacedChoice[];
  readonly byPath: ReadonlyMap<string, PlacedChoice>;
  /** The first choice that stores a value. */
  readonly byStored: ReadonlyMap<string, PlacedChoice>;
  /** Children by the key of their parent's path; the roots by the empty key. */
  readonly below: ReadonlyMap<string, readonly PlacedChoice[]>;
  /** Has any choice children? */
  readonly nested: boolean;
}

const cache = new WeakMap<ConfigNode, { readonly data: TaskData; readonly tree: ChoiceTree }>();

/** The tree of a control for this task's data. */
export function choiceTree(control: ConfigNode, data: TaskData): ChoiceTree {
  const known = cache.get(control);
  if (known && known.data === data) return known.tree;
  const tree = indexChoices(choicesOf(control, data));
  cache.set(control, { data, tree });
  return tree;
}

export function indexChoices(roots: readonly ChoiceDef[]): ChoiceTree {
  const all: PlacedChoice[] = [];
  const byPath = new Map<string, PlacedChoice>();
  const byStored = new Map<string, PlacedChoice>();
  const below = new Map<string, PlacedChoice[]>();
  const place = (choices: readonly ChoiceDef[], above: PlacedChoice | null): void => {
    const siblings: PlacedChoice[] = [];
    if (choices.length > 0) below.set(above ? pathKey(above.path) : '', siblings);
    for (const choice of choices) {
      const placed: PlacedChoice = {
        choice,
        path: above ? [...above.path, choice.stored] : [choice.stored],
        titles: above ? [...above.titles, choice.title] : [choice.title],
      };
      all.push(placed);
      siblings.push(placed);
      const key = pathKey(placed.path);
      if (!byPath.has(key)) byPath.set(key, placed);
      if (!byStored.has(choice.stored)) byStored.set(choice.stored, placed);
      place(choice.children, placed);
    }
  };
  place(roots, null);
  return { roots, all, byPath, byStored, below, nested: roots.some((choice) => choice.children.length > 0) };
}

/** A path as one string: for maps, sets and element keys. */
export function pathKey(path: readonly string[]): string {
  return path.join('\u0000');
}

/** The path that `pathKey` was made of. */
export function keyPath(key: string): readonly string[] {
  return key.split('\u0000');
}
