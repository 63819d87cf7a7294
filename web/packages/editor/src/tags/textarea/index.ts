import type { TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { textAnswer } from './answer';
import { untouched } from './pending';
import { insertSnippet, isTypingIn, snippetsOf } from './shortcuts';
import { TextAreaPanel } from './TextArea';

/** TextArea: one or more free texts, per task, item or region. */
export const textAreaTag: TagModule = {
  tags: ['textarea'],
  answer: textAnswer,
  Panel: TextAreaPanel,
  ownsChildren: true,
  fillIn: ({ editor, node, region, itemIndex }) =>
    untouched(editor, node, {
      ...(region ? { region: region.id } : {}),
      ...(itemIndex === undefined ? {} : { itemIndex }),
    }),
  actions: (editor, node) =>
    snippetsOf(node, editor.task.data).map(({ text, title, hotkey }, index) => ({
      id: `shortcut.${node.name}.${index}`,
      label: `${questionTitle(editor, node)}: insert ${title}`,
      group: 'Answers',
      ...(hotkey === '' ? {} : { shortcut: hotkey }),
      scope: 'input',
      enabled: () => isTypingIn(editor, node),
      run: () => insertSnippet(editor, node, text),
    })),
};
