/** The panel of Pairwise: two radio buttons for the keyboard; the objects themselves take clicks. */
import { useEffect, useRef } from 'react';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useSetting, useVersion } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { listenToFrames, markFrames } from './frames';
import styles from './pairwise.module.css';
import { pressedSide, SIDES, sideOf, sideTitle } from './sides';

export function PairwisePanel({ editor, node }: TagPanelProps) {
  const handle = useAnswer<string>(node);
  const showKeys = useSetting('hotkeyLabels');
  const panel = useRef<HTMLDivElement>(null);
  const chosen = sideOf(node, handle?.answer);
  // Objects mount after the panel, and anew with another task.
  useVersion(editor.objectMounted.subscribe as (listener: () => void) => () => void);
  const mounted = SIDES.map((side) => editor.objects.has(editor.config.targetsOf(node)[side === 'left' ? 0 : 1] ?? ''));
  const ready = mounted.join();
  useEffect(() => {
    const root = panel.current?.closest('.labelkeep-editor');
    return root ? listenToFrames(root, editor, node) : undefined;
  }, [editor, node, ready]);
  useEffect(() => {
    const root = panel.current?.closest('.labelkeep-editor');
    return root ? markFrames(root, editor, node, chosen) : undefined;
  }, [editor, node, chosen, ready]);
  if (!handle) return null;
  return (
    <Question node={node}>
      <div
        ref={panel}
        className={styles['sides']}
        role="radiogroup"
        aria-label={questionTitle(editor, node)}
        aria-required={node.bool('required') || undefined}
        onKeyDown={(event) => {
          if (!event.key.startsWith('Arrow')) return;
          const at = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : 0;
          const side = SIDES[at];
          if (!side || handle.readonly || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          if (side !== chosen) pressedSide(editor, node, side);
          (event.currentTarget.children[at] as HTMLElement | undefined)?.focus();
        }}
      >
        {SIDES.map((side) => {
          const hotkey = editor.keys.get(node.name)?.get(side);
          return (
            // biome-ignore lint/a11y/useSemanticElements: a side can be taken back by a second press, a radio input can't.
            <button
              key={side}
              type="button"
              role="radio"
              aria-checked={chosen === side}
              tabIndex={side === (chosen ?? 'left') ? 0 : -1}
              className={`${styles['side']} ${chosen === side ? styles['chosen'] : ''}`}
              disabled={handle.readonly}
              onClick={() => pressedSide(editor, node, side)}
            >
              <span className={styles['dot']} aria-hidden="true" />
              <bdi>{sideTitle(editor, node, side)}</bdi>
              {showKeys && hotkey && <Key keys={hotkey} />}
            </button>
          );
        })}
        {handle.answer !== undefined && chosen === null && (
          <span className={styles['unknown']} title="This answer is not in the labeling configuration">
            {handle.answer}
          </span>
        )}
      </div>
    </Question>
  );
}
