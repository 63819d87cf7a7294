/** A field and a list below it: what is typed narrows the list, arrows and Enter choose. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import styles from './dialogs.module.css';

export interface Choice {
  readonly id: string;
  /** What is searched in. */
  readonly words: string;
  readonly content: ReactNode;
  run(): void;
}

/** Choices that are drawn; more are found by typing. */
const DRAWN = 200;

export function Chooser({
  choices,
  label,
  placeholder,
  nothing,
}: {
  readonly choices: readonly Choice[];
  readonly label: string;
  readonly placeholder: string;
  readonly nothing: string;
}) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = matching(choices, query);
  const drawn = found.slice(0, DRAWN);
  const index = Math.max(0, Math.min(at, drawn.length - 1));
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  }, [index]);
  return (
    <>
      <input
        data-first=""
        className={styles['query']}
        placeholder={placeholder}
        aria-label={label}
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}list`}
        aria-activedescendant={drawn[index] ? `${id}${drawn[index].id}` : undefined}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            setAt((index + by + drawn.length) % Math.max(1, drawn.length));
          } else if (event.key === 'Enter') {
            event.preventDefault();
            drawn[index]?.run();
          }
        }}
      />
      <div ref={list} id={`${id}list`} role="listbox" aria-label={label} className={styles['commands']}>
        {drawn.map((choice, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field, which keeps the focus.
          <div
            key={choice.id}
            id={`${id}${choice.id}`}
            role="option"
            aria-selected={i === index}
            tabIndex={-1}
            onClick={() => choice.run()}
            onPointerMove={() => setAt(i)}
          >
            {choice.content}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles['nothing']}>{nothing}</p>}
      {found.length > drawn.length && (
        <p className={styles['nothing']}>{(found.length - drawn.length).toLocaleString()} more: type to find them.</p>
      )}
    </>
  );
}

/** Choices that contain all words; those that begin with what was typed come first, then those with a word that does. */
function matching(choices: readonly Choice[], query: string): readonly Choice[] {
  const typed = query.trim().toLowerCase();
  if (typed === '') return choices;
  const words = typed.split(/\s+/);
  const rank = (text: string) => (text.startsWith(typed) ? 0 : text.includes(` ${typed}`) ? 1 : 2);
  return choices
    .map((choice) => ({ choice, text: choice.words.toLowerCase() }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .map((one) => ({ ...one, rank: rank(one.text) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}
