/** What a model proposes as the answer to a question, to be accepted or rejected where the question stands. */
import type { ConfigNode } from '@labelkeep/labeling';
import { ICONS } from '../../core/icons';
import { questionTitle } from '../../core/titles';
import { useEditor, useEmitter } from '../../react/hooks';
import { answerText } from '../words';
import { IconView } from './Icon';
import styles from './parts.module.css';

type Subscribe = (listener: () => void) => () => void;

export function SuggestedAnswers({ node }: { readonly node: ConfigNode }) {
  const editor = useEditor();
  const { suggestions } = editor;
  const answers = useEmitter(suggestions.changed.subscribe as Subscribe, () => suggestions.answersTo(node.name));
  const title = questionTitle(editor, node);
  return answers.map(({ id, answer, itemIndex }) => {
    const page = itemIndex === undefined || itemIndex === 0 ? '' : `, page ${itemIndex + 1}`;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in one line.
      <div key={id} role="group" className={styles['suggested']} aria-label={`Suggested answer to ${title}`}>
        <span className={styles['suggestedWords']}>
          Suggested{page}: <bdi>{answerText(answer)}</bdi>
        </span>
        <button type="button" title="Accept this answer" onClick={() => suggestions.accept([id])}>
          <IconView icon={ICONS.check} /> Accept
        </button>
        <button type="button" title="Reject this answer" onClick={() => suggestions.reject([id])}>
          <IconView icon={ICONS.close} /> Reject
        </button>
      </div>
    );
  });
}
