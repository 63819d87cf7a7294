import type { ConfigNode } from '@labelkeep/labeling';
import { type CSSProperties, memo, useEffect, useRef } from 'react';
import type { LabelDef } from '../../core/config';
import { CleanMarkup } from '../../panels/parts/CleanMarkup';
import { Key } from '../../panels/parts/Key';
import { useDocument, useEditor, useSetting } from '../../react/hooks';
import { useInlineStyle } from '../style/inline';
import styles from './labels.module.css';

interface Props {
  readonly node: ConfigNode;
  readonly label: LabelDef;
  /** The tab stop of the palette. */
  readonly first: boolean;
  /** Takes the focus when a label is to be found (without a search field). */
  readonly focusable: boolean;
  readonly active: boolean;
  /** Regions that carry it; null for labels without limit. */
  readonly used: number | null;
}

/** One label. Drawn again only when it changes: palettes have hundreds. */
export const LabelButton = memo(function LabelButton({ node, label, first, focusable, active, used }: Props) {
  const editor = useEditor();
  // Another tab may be read-only where this one was not.
  const { readonly } = useDocument();
  const showKeys = useSetting('hotkeyLabels');
  const button = useRef<HTMLButtonElement>(null);
  const alias = useInlineStyle<HTMLElement>(label.look?.aliasStyle);
  useEffect(() => {
    if (!focusable) return;
    return editor.focusRequests.subscribe((what) => what === 'label-search' && button.current?.focus());
  }, [editor, focusable]);
  const { maxUsages, look } = label;
  const full = used !== null && maxUsages !== null && used >= maxUsages;
  const key = editor.keys.get(node.name)?.get(label.stored);
  const style = { '--label': label.color, ...(look?.selectedColor ? { '--selected': look.selectedColor } : {}) };
  return (
    <button
      ref={button}
      type="button"
      className={`${styles['label']} ${styles[look?.size ?? 'medium']} ${active ? styles['active'] : ''} ${look?.selectedColor ? styles['own'] : ''} ${full ? styles['full'] : ''}`}
      style={style as CSSProperties}
      aria-pressed={active}
      tabIndex={first ? 0 : -1}
      disabled={readonly}
      title={
        [label.hint, full ? 'This label is used as often as it may be.' : ''].filter(Boolean).join(' ') || undefined
      }
      // The selection of the text must outlive a press on a label.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => editor.labels.choose(node, label.stored)}
    >
      <span className={styles['swatch']} />
      <bdi className={styles['title']}>{label.html ? <CleanMarkup html={label.html} inline /> : label.title}</bdi>
      {label.showAlias && label.stored !== label.title && <bdi ref={alias}>{label.stored}</bdi>}
      {used !== null && (
        <span className={styles['used']} title={`${used} of ${maxUsages} used`}>
          {used}/{maxUsages}
        </span>
      )}
      {showKeys && key && <Key keys={key} />}
    </button>
  );
});
