import { answerOf } from '../../core/answer-of';
import { type ChoiceDef, choicesOf } from '../../core/config';
import type { TagModule } from '../../core/tag';
import { type ChoiceMode, type Chosen, choicesAnswer, pressed } from './answer';
import { ChoicesPanel } from './Choices';

interface Placed {
  readonly choice: ChoiceDef;
  readonly path: readonly string[];
}

function placed(choices: readonly ChoiceDef[], path: readonly string[] = []): readonly Placed[] {
  return choices.flatMap((choice) => {
    const own = [...path, choice.stored];
    return [{ choice, path: own }, ...placed(choice.children, own)];
  });
}

/** Choices: one or several of a list, per task, item or region. */
export const choicesTag: TagModule = {
  tags: ['choices'],
  answer: choicesAnswer,
  Panel: ChoicesPanel,
  ownsChildren: true,
  preset: (node, data) => {
    const selected = placed(choicesOf(node, data)).filter(({ choice }) => choice.selected);
    if (selected.length === 0) return undefined;
    const wanted =
      node.oneOf('choice', ['single', 'single-radio', 'multiple'], 'single') === 'multiple'
        ? selected
        : selected.slice(0, 1);
    return wanted.map(({ choice, path }) => (node.bool('allowNested') ? path : choice.stored));
  },
  check: ({ node, answer }) => {
    const single = node.oneOf('choice', ['single', 'single-radio', 'multiple'], 'single') !== 'multiple';
    const count = (answer as readonly Chosen[]).length;
    return single && count > 1
      ? `“${node.name}” takes one choice, and ${count} are selected: take the others away.`
      : null;
  },
  actions: (editor, node) => {
    const mode: ChoiceMode = node.oneOf('choice', ['single', 'single-radio', 'multiple'], 'single');
    return placed(choicesOf(node, editor.task.data)).map(({ choice, path }) => {
      const shortcut = editor.keys.get(node.name)?.get(choice.stored);
      const value: Chosen = node.bool('allowNested') ? path : choice.stored;
      return {
        id: `choice.${node.name}.${path.join('/')}`,
        label: `${node.name}: ${choice.title}`,
        group: 'Answers',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () =>
          !choice.readonly && editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
        run: () => {
          const handle = answerOf<readonly Chosen[]>(editor, node);
          if (!handle || handle.readonly) return;
          const next = pressed(handle.answer ?? [], value, mode);
          handle.set(next.length > 0 ? next : undefined);
          editor.announce(
            `${choice.title} ${next.length > (handle.answer?.length ?? 0) || mode !== 'multiple' ? 'chosen' : 'taken away'}`,
          );
        },
      };
    });
  },
};
