import { answerOf } from '../../core/answer-of';
import type { AnswerCodec, TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { defaultNumber, NumberPanel } from './Number';
import { counted, problemOf, ruleOf } from './rule';

const numberAnswer: AnswerCodec<number> = {
  key: () => 'number',
  read: (value) => {
    const number = value['number'];
    // Scripts write numbers as texts; anything else stays as it is, unread.
    const read = typeof number === 'string' && number.trim() !== '' ? Number(number) : number;
    return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
  },
  write: (answer) => answer,
  isEmpty: () => false,
};

/** Number: one number, per task, item or region. */
export const numberTag: TagModule = {
  tags: ['number'],
  answer: numberAnswer,
  Panel: NumberPanel,
  fillIn: ({ node, region }) => (region && !node.bool('required') ? undefined : defaultNumber(node)),
  check: ({ editor, node, answer }) => {
    const problem = problemOf(ruleOf(node), answer as number);
    return problem ? `“${questionTitle(editor, node)}” is ${answer as number} and ${problem}.` : null;
  },
  actions: (editor, node) => {
    const shortcut = editor.keys.get(node.name)?.get('');
    return [
      {
        id: `number.${node.name}`,
        label: `${questionTitle(editor, node)}: one step more`,
        group: 'Answers',
        ...(shortcut === undefined ? {} : { shortcut }),
        repeat: true,
        enabled: () => editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
        run: () => {
          const handle = answerOf<number>(editor, node);
          if (!handle) return;
          const next = counted(ruleOf(node), handle.answer);
          handle.set(next, { mergeKey: `count ${node.name} ${handle.subject}` });
          editor.announce(`${questionTitle(editor, node)}: ${next}`);
        },
      },
    ];
  },
};
