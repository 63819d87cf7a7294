import { answerOf } from '../../core/answer-of';
import { choiceTree } from '../../core/choice-tree';
import type { TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { type Chosen, choiceMode, choicesAnswer, chosenOf, isChoosable, placesOf, pressed, stateOf } from './answer';
import { ChoicesPanel } from './Choices';

/** Choices: one or several of a list or tree, per task, item or region. */
export const choicesTag: TagModule = {
  tags: ['choices'],
  answer: choicesAnswer,
  Panel: ChoicesPanel,
  ownsChildren: true,
  preset: (node, data) => {
    const selected = choiceTree(node, data).all.filter(({ choice }) => choice.selected);
    if (selected.length === 0) return undefined;
    return (choiceMode(node) === 'multiple' ? selected : selected.slice(0, 1)).map((one) => chosenOf(node, one));
  },
  check: ({ editor, node, answer }) => {
    const chosen = (answer as readonly Chosen[]).length;
    if (choiceMode(node) === 'multiple' || chosen <= 1) return null;
    return `“${questionTitle(editor, node)}” takes one choice, and ${chosen} are selected: choose the right one.`;
  },
  actions: (editor, node) => {
    const tree = choiceTree(node, editor.task.data);
    return tree.all
      .filter((placed) => isChoosable(node, tree, placed))
      .map((placed) => {
        const { choice, path, titles } = placed;
        const shortcut = editor.keys.get(node.name)?.get(choice.stored);
        return {
          id: `choice.${node.name}.${path.join('/')}`,
          label: `${questionTitle(editor, node)}: ${titles.join(' / ')}`,
          group: 'Answers',
          ...(shortcut === undefined ? {} : { shortcut }),
          enabled: () => editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
          run: () => {
            const handle = answerOf<readonly Chosen[]>(editor, node);
            if (!handle || handle.readonly) return;
            const next = pressed(node, tree, handle.answer ?? [], placed);
            handle.set(next.length > 0 ? next : undefined);
            const on = stateOf(tree, placesOf(tree, next), placed) === 'on';
            editor.announce(`${choice.title} ${on ? 'chosen' : 'taken away'}`);
          },
        };
      });
  },
};
