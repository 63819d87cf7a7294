/** Choices in result JSON: `choices`, a list of stored values, or of paths with `allowNested`. */
import type { ConfigNode } from '@labelkeep/labeling';
import { type ChoiceTree, type PlacedChoice, pathKey } from '../../core/choice-tree';
import type { AnswerCodec } from '../../core/tag';

/** A stored value, or the path to it from the root. */
export type Chosen = string | readonly string[];

export const choicesAnswer: AnswerCodec<readonly Chosen[]> = {
  key: () => 'choices',
  read: (value) => {
    const chosen = value['choices'];
    if (chosen === undefined || chosen === null) return undefined;
    const list: readonly unknown[] = Array.isArray(chosen) ? chosen : [chosen];
    return list.map((one) => (Array.isArray(one) ? one.map(String) : String(one)));
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.length === 0,
};

export type ChoiceMode = 'single' | 'single-radio' | 'multiple';

export function choiceMode(node: ConfigNode): ChoiceMode {
  return node.oneOf('choice', ['single', 'single-radio', 'multiple'], 'single');
}

export function pathOf(chosen: Chosen): readonly string[] {
  return typeof chosen === 'string' ? [chosen] : chosen;
}

/** What results hold for a choice. */
export function chosenOf(node: ConfigNode, placed: PlacedChoice): Chosen {
  return node.bool('allowNested') ? placed.path : placed.choice.stored;
}

/**
 * The choice that a stored value means. Values stored before `allowNested` was switched on or off
 * (names for paths, paths for names) still mean the same choice.
 */
export function placeOf(tree: ChoiceTree, chosen: Chosen): PlacedChoice | undefined {
  const path = pathOf(chosen);
  return tree.byPath.get(pathKey(path)) ?? tree.byStored.get(path.at(-1) ?? '');
}

/** The choices below one that can be chosen themselves; a choice without children is its own. */
export function leavesOf(tree: ChoiceTree, placed: PlacedChoice): readonly PlacedChoice[] {
  const below = tree.below.get(pathKey(placed.path)) ?? [];
  return below.length === 0 ? [placed] : below.flatMap((child) => leavesOf(tree, child));
}

/** Is a choice on, or (a choice with children) are some or all below it? */
export function stateOf(tree: ChoiceTree, on: ReadonlySet<PlacedChoice>, placed: PlacedChoice): 'on' | 'some' | 'off' {
  if (on.has(placed)) return 'on';
  const leaves = leavesOf(tree, placed);
  const count = leaves.filter((leaf) => on.has(leaf)).length;
  return count === 0 ? 'off' : count === leaves.length ? 'on' : 'some';
}

/** The choices that an answer names; what the configuration does not know is left out. */
export function placesOf(tree: ChoiceTree, answer: readonly Chosen[]): ReadonlySet<PlacedChoice> {
  const on = new Set<PlacedChoice>();
  for (const one of answer) {
    const placed = placeOf(tree, one);
    if (placed) on.add(placed);
  }
  return on;
}

/**
 * The answer after a person pressed a choice. `single` can be taken back by a second press,
 * `single-radio` can't; a press on one of several stored values of a single choice decides for it. In `multiple` a
 * choice with children stands for all below it, what is added takes its place in the order of the configuration
 * (two people who tick the same choices store the same list), and values that the configuration does not know are kept.
 */
export function pressed(
  node: ConfigNode,
  tree: ChoiceTree,
  answer: readonly Chosen[],
  placed: PlacedChoice,
): readonly Chosen[] {
  const mode = choiceMode(node);
  const on = stateOf(tree, placesOf(tree, answer), placed) === 'on';
  const takenBack = on && mode === 'single' && answer.length === 1;
  if (mode !== 'multiple') return takenBack ? [] : [chosenOf(node, placed)];
  const group = new Set([placed, ...leavesOf(tree, placed)].filter((one) => !one.choice.readonly));
  if (on) {
    return answer.filter((one) => {
      const place = placeOf(tree, one);
      return !place || !group.has(place);
    });
  }
  const stored = placesOf(tree, answer);
  const added = leavesOf(tree, placed).filter((leaf) => group.has(leaf) && !stored.has(leaf));
  return inOrder(node, tree, answer, added);
}

/** Puts choices before the first stored one that comes later in the configuration; what was stored keeps its order. */
function inOrder(
  node: ConfigNode,
  tree: ChoiceTree,
  stored: readonly Chosen[],
  added: readonly PlacedChoice[],
): readonly Chosen[] {
  const rank = new Map(tree.all.map((placed, index) => [placed, index]));
  const waiting = [...added].reverse();
  const answer: Chosen[] = [];
  for (const one of stored) {
    const place = placeOf(tree, one);
    const at = (place && rank.get(place)) ?? -1;
    for (let next = waiting.at(-1); next && (rank.get(next) ?? 0) < at; next = waiting.at(-1)) {
      answer.push(chosenOf(node, next));
      waiting.pop();
    }
    answer.push(one);
  }
  return [...answer, ...waiting.reverse().map((leaf) => chosenOf(node, leaf))];
}

/** The answer without one stored value. */
export function without(answer: readonly Chosen[], chosen: Chosen): readonly Chosen[] {
  const key = pathKey(pathOf(chosen));
  return answer.filter((one) => pathKey(pathOf(one)) !== key);
}

/** Can a person choose it? Of a single choice among nested ones only the last level can be chosen. */
export function isChoosable(node: ConfigNode, tree: ChoiceTree, placed: PlacedChoice): boolean {
  if (placed.choice.readonly) return false;
  return choiceMode(node) === 'multiple' || !tree.below.has(pathKey(placed.path));
}
