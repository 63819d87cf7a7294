/**
 * A field over a list: what is typed narrows the list, the arrows move in it, Enter does. The focus stays in the field (a
 * combobox), so that one can go on typing.
 */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import { Search } from '../icons';
import overlay from './overlay.module.css';
import styles from './palette.module.css';
import { Kbd } from './small';

export interface CommandEntry {
  id: string;
  label: string;
  /** Entries of one group stand together under its name. */
  group: string;
  /** Keys as people read them. */
  shortcut?: string;
  run: () => void;
}

export interface CommandPaletteProps {
  label: string;
  placeholder: string;
  isOpen: boolean;
  onClose: () => void;
  text: string;
  onText: (text: string) => void;
  entries: readonly CommandEntry[];
}

export function CommandPalette(props: CommandPaletteProps) {
  return (
    <ModalOverlay
      className={`${overlay.backdrop} ${styles.backdrop}`}
      isOpen={props.isOpen}
      onOpenChange={(open) => !open && props.onClose()}
      isDismissable
    >
      <Modal className={overlay.modal ?? ''}>
        <AriaDialog className={overlay.dialog ?? ''} aria-label={props.label}>
          <Finder {...props} />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function Finder({ label, placeholder, onClose, text, onText, entries }: CommandPaletteProps) {
  const [chosen, setChosen] = useState(0);
  const place = Math.min(chosen, Math.max(0, entries.length - 1));
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const option = (index: number) => `${id}-${index}`;
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const run = (entry: CommandEntry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const press = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    if (event.key === 'ArrowDown') setChosen(place === last ? 0 : place + 1);
    else if (event.key === 'ArrowUp') setChosen(place === 0 ? last : place - 1);
    else if (event.key === 'Enter') run(entries[place]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={styles.field}>
        <Search size={16} aria-hidden="true" />
        <input
          role="combobox"
          aria-label={label}
          aria-expanded={entries.length > 0}
          aria-controls={id}
          aria-activedescendant={entries.length > 0 ? option(place) : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          placeholder={placeholder}
          value={text}
          onChange={(event) => {
            setChosen(0);
            onText(event.target.value);
          }}
          onKeyDown={press}
        />
        <Kbd>Esc</Kbd>
      </div>
      <div ref={list} id={id} role="listbox" aria-label={label} className={styles.list}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={entry.id}
            id={option(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === place}
            className={styles.entry}
            onClick={() => run(entry)}
            onPointerMove={() => setChosen(index)}
          >
            <span className={styles.group}>{entries[index - 1]?.group === entry.group ? '' : entry.group}</span>
            <bdi>{entry.label}</bdi>
            {entry.shortcut && <Kbd>{entry.shortcut}</Kbd>}
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p role="status" className={styles.nothing}>
          Nothing fits “{text}”.
        </p>
      )}
    </>
  );
}
