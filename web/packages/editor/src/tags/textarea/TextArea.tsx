/** The panel of TextArea: entries that were handed in, and an input for the next one. */
import { type CSSProperties, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { AnswerHandle } from '../../core/answer-of';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import common from '../../panels/parts/field.module.css';
import { IconView } from '../../panels/parts/Icon';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useDocument } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { isFull, replaced } from './answer';
import { handIn, pendingText, prefill, setPending } from './pending';
import { RowText } from './RowText';
import { insertSnippet, setSnippetField, snippetsOf } from './shortcuts';
import styles from './textarea.module.css';
import { useTypingTime } from './typing-time';

export function TextAreaPanel(props: TagPanelProps) {
  const { editor, node, region } = props;
  const handle = useAnswer<readonly string[]>(node, region);
  if (!handle) return null;
  if (region !== undefined) {
    return (
      <Question node={node}>
        <RowText key={handle.subject} {...props} handle={handle} />
      </Question>
    );
  }
  const label = node.get('label');
  return (
    <Question node={node}>
      {label && <span className={styles['label']}>{label}</span>}
      <Entries key={`list ${handle.subject}`} editor={editor} node={node} handle={handle} />
      <NextEntry key={`next ${handle.subject}`} editor={editor} node={node} handle={handle} />
    </Question>
  );
}

export interface TextProps extends TagPanelProps {
  readonly handle: AnswerHandle<readonly string[]>;
}

function Entries({ editor, node, handle }: TextProps) {
  const entries = handle.answer ?? [];
  if (entries.length === 0) return null;
  const editable = !handle.readonly && (node.bool('editable') || node.bool('transcription'));
  return (
    <ul className={styles['entries']} aria-label={`Texts of ${questionTitle(editor, node)}`}>
      {entries.map((entry, index) => (
        <li key={`${index} ${entry}`} className={styles['entry']}>
          {editable ? (
            <EditableEntry editor={editor} node={node} handle={handle} index={index} />
          ) : (
            <span className={styles['text']} dir="auto">
              {entry}
            </span>
          )}
          {!handle.readonly && (
            <button
              type="button"
              className={common['clear']}
              aria-label={`Delete text ${index + 1}`}
              title="Delete this text"
              onClick={() => handle.set(replaced(entries, index, ''))}
            >
              <IconView icon={ICONS.close} />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** An entry that can be changed in place: Enter or leaving takes the change, Escape drops it. */
function EditableEntry({ editor, node, handle, index }: TextProps & { readonly index: number }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const time = useTypingTime();
  const entry = handle.answer?.[index] ?? '';
  const commit = () => {
    const text = field.current?.value ?? entry;
    if (text !== entry) handle.set(replaced(handle.answer ?? [], index, text), { leadTime: time.take() });
  };
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => editor.flushInputs.subscribe(() => latest.current()), [editor]);
  return (
    <textarea
      ref={field}
      className={`${common['input']} ${styles['edit']}`}
      aria-label={`Text ${index + 1} of ${questionTitle(editor, node)}`}
      rows={Math.min(8, entry.split('\n').length)}
      defaultValue={entry}
      dir="auto"
      onFocus={(event) => setSnippetField(editor, node, event.currentTarget)}
      onInput={() => time.typed()}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Escape') {
          event.preventDefault();
          event.currentTarget.value = entry;
          event.currentTarget.blur();
        } else if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          event.currentTarget.blur();
        }
      }}
    />
  );
}

function NextEntry({ editor, node, handle }: TextProps) {
  const document = useDocument();
  const { subject, place } = handle;
  const field = useRef<HTMLTextAreaElement>(null);
  const time = useTypingTime();
  const [text, setText] = useState(() => pendingText(editor, node, subject)?.text ?? prefill(editor, node, handle));
  const rows = Math.max(1, Math.min(40, Math.round(node.number('rows', 1))));
  const open = !handle.readonly && !isFull(node, handle.answer ?? []) && node.bool('allowSubmit', true);

  const add = (quiet: boolean) => {
    const refused = handIn(editor, node, document, place, time.take());
    if (refused === 'double' && !quiet) editor.notify('info', 'This text is in the list already.');
    return refused;
  };
  const latest = useRef(add);
  latest.current = add;
  useLayoutEffect(() => {
    if (open && text !== '' && !pendingText(editor, node, subject)) {
      setPending(editor, node, subject, { text, typed: false });
    }
  }, [editor, node, subject, open, text]);
  // Text that is still in the input is handed in with a save, and when the selection or the item changes.
  useEffect(() => {
    const flush = () => {
      if (pendingText(editor, node, subject)?.typed) latest.current(true);
    };
    const off = editor.flushInputs.subscribe(() => {
      flush();
      setText(pendingText(editor, node, subject)?.text ?? '');
    });
    return () => {
      off();
      flush();
      setSnippetField(editor, node, null);
    };
  }, [editor, node, subject]);

  if (!open) return null;
  const press = () => {
    setPending(editor, node, subject, { text, typed: true });
    add(false);
    setText(pendingText(editor, node, subject)?.text ?? '');
    field.current?.focus();
  };
  return (
    <>
      <div className={styles['next']} data-long={rows > 1 || undefined}>
        <textarea
          ref={(element) => {
            field.current = element;
            if (element) setSnippetField(editor, node, element);
          }}
          className={`${common['input']} ${styles['input']}`}
          style={{ '--rows': rows } as CSSProperties}
          rows={rows}
          value={text}
          dir="auto"
          placeholder={node.get('placeholder') ?? ''}
          aria-label={questionTitle(editor, node)}
          aria-required={node.bool('required') || undefined}
          onFocus={(event) => setSnippetField(editor, node, event.currentTarget)}
          onBlur={() => time.left()}
          onChange={(event) => {
            time.typed();
            setPending(editor, node, subject, { text: event.target.value, typed: true });
            setText(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
            // One row: Enter hands in. More rows: Enter breaks the line and shift+Enter hands in.
            if ((rows === 1) !== event.shiftKey) {
              event.preventDefault();
              press();
            }
          }}
        />
        {node.bool('showSubmitButton', rows > 1) && (
          <button type="button" className={styles['add']} disabled={text.trim() === ''} onClick={press}>
            Add <Key keys={rows > 1 ? 'shift+enter' : 'enter'} />
          </button>
        )}
      </div>
      <Snippets editor={editor} node={node} />
    </>
  );
}

function Snippets({ editor, node }: TagPanelProps) {
  const snippets = snippetsOf(node, editor.task.data);
  if (snippets.length === 0) return null;
  return (
    <div className={styles['snippets']} role="toolbar" aria-label="Insert text">
      {snippets.map((snippet) => (
        <button
          key={`${snippet.title}\u0000${snippet.text}`}
          type="button"
          className={styles['snippet']}
          style={{ '--snippet': snippet.color } as CSSProperties}
          title={`Insert “${snippet.text}”`}
          // The input keeps its cursor.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => insertSnippet(editor, node, snippet.text)}
        >
          <bdi>{snippet.title}</bdi>
          {snippet.hotkey && <Key keys={snippet.hotkey} />}
        </button>
      ))}
    </div>
  );
}
