/**
 * A Taxonomy with `labeling="true"` labels spans as a labels control does. Its labels are its
 * paths; where labels are named by one string, a path goes by its key (`pathKey`).
 */
import { type ConfigNode, LabelColors, type TaskData } from '@labelkeep/labeling';
import { choiceTree, keyPath, pathKey } from './choice-tree';
import type { LabelDef } from './config';

/** The entries of the tree as labels. */
export function taxonomyLabels(control: ConfigNode, data: TaskData): readonly LabelDef[] {
  const colors = new LabelColors();
  return choiceTree(control, data).all.map(({ choice, path, titles }) =>
    define(control, path, titles, choice.color ?? colors.next(choice.title), choice.hint, choice.selected),
  );
}

/** The label of a path that the configuration has not got: loaded later, or only in the data. */
export function pathLabel(control: ConfigNode, stored: string): LabelDef {
  const path = keyPath(stored);
  return define(control, path, path, new LabelColors().next(path.at(-1) ?? ''), '', false);
}

function define(
  control: ConfigNode,
  path: readonly string[],
  titles: readonly string[],
  color: string,
  hint: string,
  selected: boolean,
): LabelDef {
  const limit = Math.floor(control.number('maxUsages', 0));
  return {
    control: control.name,
    stored: pathKey(path),
    title: control.bool('showFullPath') ? titles.join(control.get('pathSeparator') ?? ' / ') : (titles.at(-1) ?? ''),
    color,
    hint,
    html: '',
    hotkey: '',
    selected,
    maxUsages: limit > 0 ? limit : null,
    granularity: '',
    showAlias: false,
    node: null,
  };
}
