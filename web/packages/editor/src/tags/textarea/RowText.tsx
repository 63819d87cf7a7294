/** A TextArea in the row of a region: one line that holds the region's text. */
import { useEffect, useRef } from 'react';
import { questionTitle } from '../../core/titles';
import common from '../../panels/parts/field.module.css';
import { replaced } from './answer';
import { pendingText, prefill, setPending } from './pending';
import { setSnippetField } from './shortcuts';
import type { TextProps } from './TextArea';
import styles from './textarea.module.css';
import { useTypingTime } from './typing-time';

export function RowText({ editor, node, handle }: TextProps) {
  /** What the input holds while it differs from what is shown. */
  const typed = useRef<string | null>(null);
  const time = useTypingTime();
  const { subject } = handle;
  const [first, ...others] = handle.answer ?? [];
  const given = pendingText(editor, node, subject)?.text ?? prefill(editor, node, handle);
  const shown = first ?? given;
  const commit = () => {
    const text = typed.current;
    typed.current = null;
    if (text === null || text === shown) return;
    setPending(editor, node, subject, { text: '', typed: true });
    const entries = first === undefined ? [text] : (handle.answer ?? []);
    handle.set(replaced(entries, 0, text), { leadTime: time.take() });
  };
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => {
    if (first === undefined && given !== '' && !pendingText(editor, node, subject)) {
      setPending(editor, node, subject, { text: given, typed: false });
    }
    const off = editor.flushInputs.subscribe(() => latest.current());
    return () => {
      off();
      setSnippetField(editor, node, null);
    };
  }, [editor, node, subject, first, given]);
  // A row that scrolls away, or whose region is left, takes what was typed with it.
  useEffect(() => () => latest.current(), []);
  const title = questionTitle(editor, node);
  return (
    <span className={`${common['row']} ${styles['row']}`}>
      <input
        key={shown}
        type="text"
        className={`${common['input']} ${styles['line']}`}
        defaultValue={shown}
        disabled={handle.readonly}
        placeholder={node.get('placeholder') || title}
        aria-label={title}
        dir="auto"
        onFocus={(event) => setSnippetField(editor, node, event.currentTarget)}
        onInput={(event) => {
          typed.current = event.currentTarget.value;
          time.typed();
        }}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            commit();
          } else if (event.key === 'Escape') {
            event.preventDefault();
            typed.current = null;
            event.currentTarget.value = shown;
            event.currentTarget.blur();
          }
        }}
      />
      {others.length > 0 && (
        <span className={styles['more']} title={others.join('\n')}>
          +{others.length}
        </span>
      )}
    </span>
  );
}
