/** The panel of TextArea: entries that were handed in, and an input for the next one. */
import { useEffect, useRef, useState } from 'react';
import type { AnswerHandle } from '../../core/answer-of';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { IconView } from '../../panels/parts/Icon';
import { Question } from '../../panels/parts/Question';
import { useEditor } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { isFull, withEntry } from './answer';
import styles from './textarea.module.css';

export function TextAreaPanel(props: TagPanelProps) {
  const handle = useAnswer<readonly string[]>(props.node);
  if (!handle) return null;
  return (
    <Question node={props.node}>
      <Entries key={`list ${handle.subject}`} {...props} handle={handle} />
      <NextEntry key={`next ${handle.subject}`} {...props} handle={handle} />
    </Question>
  );
}

interface Props extends TagPanelProps {
  readonly handle: AnswerHandle<readonly string[]>;
}

function Entries({ node, handle }: Props) {
  const entries = handle.answer ?? [];
  const editable = !handle.readonly && (node.bool('editable') || node.bool('transcription'));
  const replace = (index: number, text: string | null) => {
    const next =
      text === null || text.trim() === ''
        ? entries.filter((_, i) => i !== index)
        : entries.map((one, i) => (i === index ? text : one));
    handle.set(next.length > 0 ? next : undefined);
  };
  if (entries.length === 0) return null;
  return (
    <ul className={styles['entries']}>
      {entries.map((entry, index) => (
        <li key={`${index} ${entry}`} className={styles['entry']}>
          {editable ? (
            <textarea
              className={styles['edit']}
              aria-label={`Entry ${index + 1}`}
              rows={Math.min(6, entry.split('\n').length)}
              defaultValue={entry}
              onBlur={(event) => event.target.value !== entry && replace(index, event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
                  event.preventDefault();
                  event.currentTarget.blur();
                }
              }}
            />
          ) : (
            <span className={styles['text']} dir="auto">
              {entry}
            </span>
          )}
          {!handle.readonly && (
            <button
              type="button"
              className={styles['remove']}
              aria-label={`Delete entry ${index + 1}`}
              onClick={() => replace(index, null)}
            >
              <IconView icon={ICONS.close} />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function NextEntry({ node, handle }: Props) {
  const editor = useEditor();
  const [text, setText] = useState('');
  const entries = handle.answer ?? [];
  const full = isFull(node, entries);
  const rows = Math.max(1, Math.min(40, Math.round(node.number('rows', 1))));
  const state = useRef({ text, handle });
  state.current = { text, handle };

  const add = () => {
    const { text: typed, handle: current } = state.current;
    const before = current.answer ?? [];
    const next = withEntry(node, before, typed);
    if (typed.trim() === '') return;
    if (next !== before) current.set(next);
    else if (node.bool('skipDuplicates')) editor.notify('info', 'This text is in the list already.');
    setText('');
    state.current = { text: '', handle: current };
  };

  // Text that is still in the input is handed in with a save and when the selection moves on.
  const addRef = useRef(add);
  addRef.current = add;
  useEffect(() => {
    const off = editor.flushInputs.subscribe(() => addRef.current());
    return () => {
      off();
      // The subject is about to change: the text belongs to the old one.
      const { text: typed, handle: old } = state.current;
      const before = old.answer ?? [];
      const next = withEntry(node, before, typed);
      if (next !== before) old.set(next);
    };
  }, [editor, node]);

  if (handle.readonly || full || !node.bool('allowSubmit', true)) return null;
  const button = node.bool('showSubmitButton', rows > 1);
  return (
    <div className={styles['next']}>
      <textarea
        className={styles['input']}
        rows={rows}
        value={text}
        dir="auto"
        placeholder={node.get('placeholder') ?? ''}
        aria-label={node.get('label') || node.name}
        data-region-field={node.bool('perRegion') || undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
          // One row: Enter hands in. More rows: Enter breaks the line and shift+Enter hands in.
          if ((rows === 1) !== event.shiftKey) {
            event.preventDefault();
            add();
          }
        }}
      />
      {button && (
        <button type="button" className={styles['add']} disabled={text.trim() === ''} onClick={add}>
          Add
        </button>
      )}
    </div>
  );
}
