/** Buttons over the data, beside each suggested region: accept it, reject it. */
import { useEffect, useRef, useState } from 'react';
import { ICONS } from '../core/icons';
import { useEditor, useRegionFlags } from '../react/hooks';
import { IconView } from './parts/Icon';
import { PlaceWatch } from './parts/place-watch';
import styles from './suggestion-marks.module.css';

/** More than these can't be told apart; the bar and the rows decide about the others. */
const MOST = 60;
/** Room that the two buttons take, and what they keep from the rim of the object, CSS pixels. */
const SIZE = { width: 58, height: 30, finger: { width: 94, height: 48 } };
const RIM = 4;

interface Mark {
  readonly id: string;
  readonly left: number;
  readonly top: number;
}

export function SuggestionMarks() {
  const editor = useEditor();
  const anchor = useRef<HTMLDivElement>(null);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  useEffect(() => {
    const area = anchor.current?.parentElement;
    if (!area) return;
    const { suggestions } = editor;
    const places = new PlaceWatch(area, editor, () => {
      const next = suggestions.ids.length === 0 ? [] : marksIn(area);
      setMarks((old) => (same(old, next) ? old : next));
      return suggestions.ids.length > 0;
    });
    const off = suggestions.changed.subscribe(places.watch);
    return () => {
      off();
      places.destroy();
    };

    function marksIn(within: HTMLElement): readonly Mark[] {
      const { document, objects } = editor;
      const frame = within.getBoundingClientRect();
      const size = matchMedia('(pointer: coarse)').matches ? SIZE.finger : SIZE;
      const found: Mark[] = [];
      for (const id of suggestions.ids) {
        if (found.length >= MOST) break;
        const region = document.store.get(id);
        const box = region && !document.view.isHidden(id) ? objects.get(region.object)?.regionBox?.(id) : null;
        const host = region && within.querySelector(`[data-object="${CSS.escape(region.object)}"]`);
        if (!box || !host) continue;
        const seen = host.getBoundingClientRect();
        if (box.right < seen.left || box.left > seen.right || box.bottom < seen.top || box.top > seen.bottom) continue;
        // Below the lower right corner; its name stands at the upper left one.
        const left = Math.max(seen.left + RIM, Math.min(box.right, seen.right - RIM) - size.width);
        const top = Math.max(seen.top + RIM, Math.min(box.bottom + RIM, seen.bottom - RIM - size.height));
        found.push({
          id,
          left: Math.round(left - frame.left - within.clientLeft + within.scrollLeft),
          top: Math.round(top - frame.top - within.clientTop + within.scrollTop),
        });
      }
      return found;
    }
  }, [editor]);
  return (
    <div ref={anchor} className={styles['marks']}>
      {marks.map((mark) => (
        <Decision key={mark.id} mark={mark} />
      ))}
    </div>
  );
}

function Decision({ mark }: { readonly mark: Mark }) {
  const editor = useEditor();
  const { hovered, selected } = useRegionFlags(mark.id);
  const region = editor.document.store.get(mark.id);
  if (!region?.suggested) return null;
  const words = editor.describe(region).slice(0, 80);
  const { view } = editor.document;
  return (
    <div
      className={`${styles['mark']} ${hovered || selected ? styles['near'] : ''}`}
      style={{ left: mark.left, top: mark.top }}
      onPointerEnter={() => view.hover(mark.id)}
      onPointerLeave={() => view.hover(null)}
    >
      <button
        type="button"
        className={styles['accept']}
        aria-label={`Accept ${words}`}
        title={`Accept ${words}`}
        onClick={() => editor.suggestions.accept([mark.id])}
      >
        <IconView icon={ICONS.check} />
      </button>
      <button
        type="button"
        aria-label={`Reject ${words}`}
        title={`Reject ${words}`}
        onClick={() => editor.suggestions.reject([mark.id])}
      >
        <IconView icon={ICONS.close} />
      </button>
    </div>
  );
}

function same(a: readonly Mark[], b: readonly Mark[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return one.id === other?.id && one.left === other.left && one.top === other.top;
    })
  );
}
