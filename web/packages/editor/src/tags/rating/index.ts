import { answerOf } from '../../core/answer-of';
import type { AnswerCodec, TagModule } from '../../core/tag';
import { maxRating, RatingPanel } from './Rating';

const ratingAnswer: AnswerCodec<number> = {
  key: () => 'rating',
  read: (value) => {
    const rating = Number(value['rating']);
    return value['rating'] !== null && value['rating'] !== undefined && Number.isFinite(rating) ? rating : undefined;
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
        label: `${node.name}: one star more`,
        group: 'Answers',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () => editor.visibility.isShown(node) && answerOf(editor, node)?.readonly === false,
        run: () => {
          const handle = answerOf<number>(editor, node);
          if (!handle) return;
          const next = (handle.answer ?? 0) + 1;
          handle.set(next > maxRating(node) ? undefined : next);
          editor.announce(
            next > maxRating(node) ? `${node.name}: no rating` : `${node.name}: ${next} of ${maxRating(node)}`,
          );
        },
      },
    ];
  },
};
