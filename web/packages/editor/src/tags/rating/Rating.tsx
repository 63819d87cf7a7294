/** The panel of Rating: a row of stars (or hearts, fires, smiles) that is one radio group. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { IconView } from '../../panels/parts/Icon';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useSetting } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { RATING_ICONS } from './icons';
import styles from './rating.module.css';

/** Stars of a Rating; at most 100, since each is an element of the page. */
export function maxRating(node: ConfigNode): number {
  return Math.max(1, Math.min(100, Math.round(node.number('maxRating', 5))));
}

export function RatingPanel({ editor, node, region }: TagPanelProps) {
  const handle = useAnswer<number>(node, region);
  const showKeys = useSetting('hotkeyLabels');
  if (!handle) return null;
  const hotkey = editor.keys.get(node.name)?.get('');
  const rating = handle.answer ?? 0;
  const size = region === undefined ? node.oneOf('size', ['small', 'medium', 'large'], 'medium') : 'small';
  const icon = node.oneOf('icon', ['star', 'heart', 'fire', 'smile'], 'star');
  const stars = Array.from({ length: maxRating(node) }, (_, index) => index + 1);
  const set = (value: number) => handle.set(value <= 0 ? undefined : value);
  const tabStop = Math.max(1, Math.min(stars.length, Math.round(rating)));
  return (
    <Question node={node}>
      <div
        className={`${styles['stars']} ${styles[size]} ${styles[`is-${icon}`] ?? ''}`}
        role="radiogroup"
        aria-label={questionTitle(editor, node)}
        aria-required={node.bool('required') || undefined}
        onKeyDown={(event) => {
          const next = stepped(event.key, rating, stars.length);
          if (next === null || handle.readonly || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          set(next);
          // At once: a frame that comes late would take the focus from wherever the person went on to.
          (event.currentTarget.children[Math.max(0, next - 1)] as HTMLElement | undefined)?.focus();
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
            tabIndex={star === tabStop ? 0 : -1}
            disabled={handle.readonly}
            className={`${styles['star']} ${star <= rating ? styles['on'] : ''}`}
            onClick={() => set(star === rating ? 0 : star)}
          >
            <IconView icon={RATING_ICONS[icon]} filled={star <= rating && icon !== 'smile'} />
          </button>
        ))}
        {region === undefined && rating > 0 && (
          <span className={styles['count']}>
            {rating} of {stars.length}
          </span>
        )}
        {region === undefined && showKeys && hotkey && <Key keys={hotkey} />}
      </div>
    </Question>
  );
}

/** The rating that a key of the radio group sets; null for other keys. */
function stepped(key: string, rating: number, most: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(most, Math.floor(rating) + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, Math.min(most, Math.ceil(rating) - 1));
    case 'Home':
      return 1;
    case 'End':
      return most;
    case 'Delete':
    case 'Backspace':
      return 0;
    default:
      return null;
  }
}
