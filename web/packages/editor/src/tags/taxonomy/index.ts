import { choiceTree } from '../../core/choice-tree';
import type { TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { type Path, taxonomyAnswer } from './answer';
import { count, maxUsages, TaxonomyPanel } from './Taxonomy';

/** Taxonomy: entries of a tree, per task, item or region; or labels of spans with `labeling`. */
export const taxonomyTag: TagModule = {
  tags: ['taxonomy'],
  answer: taxonomyAnswer,
  Panel: TaxonomyPanel,
  ownsChildren: true,
  preset: (node, data) => {
    if (node.bool('labeling')) return undefined;
    const selected = choiceTree(node, data).all.filter(({ choice }) => choice.selected);
    return selected.length > 0 ? selected.map(({ path }) => path) : undefined;
  },
  check: ({ editor, node, answer, region }) => {
    const limit = maxUsages(node);
    const chosen = (answer as readonly Path[]).length;
    if (limit === 0 || chosen <= limit || (node.bool('labeling') && region.kind !== 'answer')) return null;
    return `“${questionTitle(editor, node)}” takes ${count(limit)}, and ${chosen} are chosen: take some away.`;
  },
};
