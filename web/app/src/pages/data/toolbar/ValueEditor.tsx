/** The field for what a filter compares with: words, numbers, times, yes or no, somebody, some of several. */
import { Checkbox, ComboBox, Select, TextField } from '@labelkeep/kit';
import { useState } from 'react';
import type { Column } from '../model/columns';
import { type Editor, isYes, type Names } from '../model/filters';
import styles from './toolbar.module.css';

export interface ValueEditorProps {
  editor: Editor;
  value: unknown;
  column: Column | undefined;
  names: Names;
  onChange: (value: unknown) => void;
}

export function ValueEditor({ editor, value, column, names, onChange }: ValueEditorProps) {
  switch (editor) {
    case 'none':
      return null;
    case 'text':
      return (
        <TextField
          label="Value"
          isLabelHidden
          value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
          onChange={(text) => onChange(text === '' ? null : text)}
          placeholder="Text"
        />
      );
    case 'number':
      return <NumberText label="Number" value={value} onChange={onChange} />;
    case 'time':
      return <TimeText label="Time" value={value} onChange={onChange} />;
    case 'numbers':
    case 'times': {
      const Part = editor === 'numbers' ? NumberText : TimeText;
      const { min = null, max = null } = (value ?? {}) as { min?: unknown; max?: unknown };
      return (
        <div className={editor === 'times' ? `${styles.range} ${styles.times}` : styles.range}>
          <Part label="From" value={min} onChange={(next) => onChange({ min: next, max })} />
          <span>and</span>
          <Part label="To" value={max} onChange={(next) => onChange({ min, max: next })} />
        </div>
      );
    }
    case 'boolean':
      return (
        <Select
          label="Value"
          isLabelHidden
          value={isYes(value) ? 'yes' : 'no'}
          onChange={(chosen) => onChange(chosen === 'yes')}
          options={[
            { id: 'yes', label: 'yes' },
            { id: 'no', label: 'no' },
          ]}
        />
      );
    case 'person': {
      const ids = (column?.items ?? []).filter((id) => typeof id === 'number');
      const known = ids.length > 0 ? ids : [...names.keys()];
      return (
        <ComboBox
          label="Person"
          isLabelHidden
          value={value === null || value === undefined ? '' : String(value)}
          onChange={(id) => onChange(Number(id))}
          options={known.map((id) => ({ id: String(id), label: names.get(id) ?? `Person ${id}` }))}
          placeholder="Who"
        />
      );
    }
    case 'names':
      return <NameChoice options={(column?.items ?? []).map(String)} value={value} onChange={onChange} />;
    case 'list':
      return <ListText value={value} onChange={onChange} />;
  }
}

/** A number, kept as it is typed until it is one. */
function NumberText({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (value: number | null) => void;
}) {
  const [text, setText] = useState(value === null || value === undefined ? '' : String(value));
  const parsed = readNumber(text);
  return (
    <TextField
      label={label}
      isLabelHidden
      inputMode="decimal"
      placeholder={label}
      value={text}
      onChange={(next) => {
        setText(next);
        onChange(readNumber(next));
      }}
      {...(text.trim() !== '' && parsed === null ? { errorMessage: 'Not a number.' } : {})}
    />
  );
}

/** The number that is written, with a point or a comma; null for anything else. */
function readNumber(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  const number = Number(plain);
  return plain === '' || !Number.isFinite(number) ? null : number;
}

/** A moment in the person's own time; it travels in UTC. */
function TimeText({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (value: string | null) => void;
}) {
  return (
    <TextField
      label={label}
      isLabelHidden
      type="datetime-local"
      value={localTime(value)}
      onChange={(text) => {
        const date = new Date(text);
        onChange(text === '' || Number.isNaN(date.getTime()) ? null : date.toISOString());
      }}
    />
  );
}

/** `2026-05-17T09:30`, as the field wants it. */
function localTime(value: unknown): string {
  const date = new Date(typeof value === 'string' ? value : '');
  if (Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function NameChoice({
  options,
  value,
  onChange,
}: {
  options: readonly string[];
  value: unknown;
  onChange: (value: string[]) => void;
}) {
  const chosen = Array.isArray(value) ? value.map(String) : [];
  if (options.length === 0) return <span className={styles.hint}>There are none yet.</span>;
  return (
    <div className={styles.names}>
      {options.map((name) => (
        <Checkbox
          key={name}
          isSelected={chosen.includes(name)}
          onChange={(on) => onChange(on ? [...chosen, name] : chosen.filter((other) => other !== name))}
        >
          <bdi>{name || 'no name'}</bdi>
        </Checkbox>
      ))}
    </div>
  );
}

/** Several values, with commas between them. */
function ListText({ value, onChange }: { value: unknown; onChange: (value: (number | string)[]) => void }) {
  const [text, setText] = useState(Array.isArray(value) ? value.join(', ') : '');
  return (
    <TextField
      label="Values, with commas between them"
      isLabelHidden
      placeholder="1, 2, 3"
      value={text}
      onChange={(next) => {
        setText(next);
        const parts = next.split(/[,;\s]+/).filter(Boolean);
        onChange(parts.map((part) => readNumber(part) ?? part));
      }}
    />
  );
}
