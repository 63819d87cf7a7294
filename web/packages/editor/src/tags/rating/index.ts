import { answerOf } from '../../core/answer-of';
import type { AnswerCodec, TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { maxRating, RatingPanel } from './Rating';

const ratingAnswer: AnswerCodec<number> = {
  key: () => 'rating',
  read: (value) => {
    const stored = value['rating'];
    const rating = typeof stored === 'string' && stored.trim() !== '' ? Number(stored) : stored;
    return typeof rating === 'number' && Number.isFinite(rating) ? rating : undefined;
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer === 0,
};

/** Rating: one to `maxRating` stars. */
export const ratingTag: TagModule = {
  tags: ['rating'],
  answer: ratingAnswer,
  Panel: RatingPanel,
  preset: (node) => {
    const value = Math.round(node.number('defaultValue', 0));
    return value > 0 ? Math.min(value, maxRating(node)) : undefined;
  },
  actions: (editor, node) => {
    const shortcut = editor.keys.get(node.name)?.get('');
    return [
      {
        id: `rating.${node.name}`,
        label: `${questionTitle(editor, node)}: one star more`,
        group: 'Answers',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () => editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
        run: () => {
          const handle = answerOf<number>(editor, node);
          if (!handle) return;
          const most = maxRating(node);
          const next = Math.floor(handle.answer ?? 0) + 1;
          handle.set(next > most ? undefined : next);
          const title = questionTitle(editor, node);
          editor.announce(next > most ? `${title}: no rating` : `${title}: ${next} of ${most}`);
        },
      },
    ];
  },
};
