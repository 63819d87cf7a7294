/** The panel of Rating: a row of stars that is one radio group. */
import type { ConfigNode } from '@labelkeep/labeling';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { IconView } from '../../panels/parts/Icon';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useEditor } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import styles from './rating.module.css';

/** Stars of a Rating; at most 100, since each is an element of the page. */
export function maxRating(node: ConfigNode): number {
  return Math.max(1, Math.min(100, Math.round(node.number('maxRating', 5))));
}

export function RatingPanel({ node }: TagPanelProps) {
  const handle = useAnswer<number>(node);
  const hotkey = useEditor().keys.get(node.name)?.get('');
  if (!handle) return null;
  const rating = handle.answer ?? 0;
  const size = node.oneOf('size', ['small', 'medium', 'large'], 'medium');
  const stars = Array.from({ length: maxRating(node) }, (_, index) => index + 1);
  const set = (value: number) => handle.set(value <= 0 ? undefined : value);
  return (
    <Question node={node}>
      <div
        className={`${styles['stars']} ${styles[size]}`}
        role="radiogroup"
        aria-label={node.name}
        onKeyDown={(event) => {
          const by =
            event.key === 'ArrowRight' || event.key === 'ArrowUp'
              ? 1
              : event.key === 'ArrowLeft' || event.key === 'ArrowDown'
                ? -1
                : 0;
          if (by === 0 || handle.readonly) return;
          event.preventDefault();
          const next = Math.max(0, Math.min(stars.length, rating + by));
          set(next);
          const group = event.currentTarget;
          requestAnimationFrame(() => (group.children[Math.max(0, next - 1)] as HTMLElement | undefined)?.focus());
        }}
      >
        {stars.map((star) => (
          // biome-ignore lint/a11y/useSemanticElements: a star can be taken back by a second press, a radio input can't.
          <button
            key={star}
            type="button"
            role="radio"
            aria-checked={rating === star}
            aria-label={`${star} of ${stars.length}`}
            tabIndex={star === Math.max(1, rating) ? 0 : -1}
            disabled={handle.readonly}
            className={`${styles['star']} ${star <= rating ? styles['on'] : ''}`}
            onClick={() => set(star === rating ? 0 : star)}
          >
            <IconView icon={ICONS.star} filled={star <= rating} />
          </button>
        ))}
        {hotkey && <Key keys={hotkey} />}
      </div>
    </Question>
  );
}
