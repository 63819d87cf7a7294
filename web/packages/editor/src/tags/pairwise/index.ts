import { answerOf } from '../../core/answer-of';
import type { AnswerCodec, TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { PairwisePanel } from './Pairwise';
import { pressedSide, SIDES, sideTitle } from './sides';

const pairwiseAnswer: AnswerCodec<string> = {
  key: () => 'selected',
  read: (value) => {
    const selected = value['selected'];
    return typeof selected === 'string' && selected !== 'none' ? selected : undefined;
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer === '',
};

/** Pairwise: which of two objects is better. */
export const pairwiseTag: TagModule = {
  tags: ['pairwise'],
  answer: pairwiseAnswer,
  Panel: PairwisePanel,
  actions: (editor, node) =>
    SIDES.map((side) => {
      const shortcut = editor.keys.get(node.name)?.get(side);
      return {
        id: `choice.${node.name}.${side}`,
        label: `${questionTitle(editor, node)}: ${sideTitle(editor, node, side)}`,
        group: 'Answers',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () => editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
        run: () => pressedSide(editor, node, side),
      };
    }),
};
