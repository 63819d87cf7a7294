/** The panel of DateTime: the browser's own inputs for date and time, a list of months, a number for the year. */
import { useEffect, useId, useRef, useState } from 'react';
import type { AnswerHandle } from '../../core/answer-of';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import common from '../../panels/parts/field.module.css';
import { IconView } from '../../panels/parts/Icon';
import { Question } from '../../panels/parts/Question';
import { useAnswer } from '../../react/use-answer';
import styles from './datetime.module.css';
import {
  defaultDate,
  hasSeconds,
  inputValue,
  isComplete,
  kindOf,
  parseIso,
  problemOf,
  readDate,
  writeDate,
} from './kind';
import type { DateParts } from './strftime';

type Stored = string | number;

export function DateTimePanel({ editor, node, region }: TagPanelProps) {
  const handle = useAnswer<Stored>(node, region);
  if (!handle) return null;
  return (
    <Question node={node}>
      <Fields
        key={handle.subject}
        editor={editor}
        node={node}
        handle={handle}
        {...(region === undefined ? {} : { region })}
      />
    </Question>
  );
}

function Fields({ editor, node, handle, region }: TagPanelProps & { readonly handle: AnswerHandle<Stored> }) {
  const { answer } = handle;
  const stored = answer === undefined ? null : String(answer);
  const kind = kindOf(node);
  const [parts, setParts] = useState<DateParts>(() => (stored === null ? {} : (readDate(node, stored) ?? {})));
  /** What this panel wrote last: an answer that differs came from outside. */
  const own = useRef(stored);
  useEffect(() => {
    if (stored === own.current) return;
    own.current = stored;
    setParts(stored === null ? {} : (readDate(node, stored) ?? {}));
  }, [node, stored]);
  const message = useId();
  const title = questionTitle(editor, node);
  const change = (next: DateParts) => {
    setParts(next);
    const written = isComplete(kind, next) ? writeDate(node, next) : null;
    if (written === own.current) return;
    own.current = written;
    handle.set(written ?? undefined, { mergeKey: `date ${node.name} ${handle.subject}` });
  };
  const unread = stored !== null && readDate(node, stored) === null;
  const problem = unread
    ? `“${stored}” does not fit the format; it is kept until you change it.`
    : stored === null
      ? null
      : problemOf(node, readDate(node, stored) ?? {});
  const given = defaultDate(node);
  const shared = {
    className: common['input'],
    disabled: handle.readonly,
    'aria-required': node.bool('required') || undefined,
    'aria-invalid': problem !== null || undefined,
    'aria-describedby': problem ? message : undefined,
    onBlur: () => editor.document.history.seal(),
  };
  const native = (type: 'date' | 'time' | 'datetime-local', words: string, clear: DateParts) => (
    <input
      {...shared}
      type={type}
      aria-label={words}
      value={inputValue(type, parts)}
      min={limit(node, type, 'min')}
      max={limit(node, type, 'max')}
      step={stepOf(node, type)}
      onChange={(event) => {
        const typed = parseIso(event.target.value);
        change(typed ? { ...parts, ...(type === 'date' ? {} : { second: 0 }), ...typed } : { ...parts, ...clear });
      }}
    />
  );
  const noDate = { year: undefined, month: undefined, day: undefined } as unknown as DateParts;
  const noTime = { hour: undefined, minute: undefined, second: undefined } as unknown as DateParts;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in one line.
    <div className={`${styles['fields']} ${region === undefined ? '' : common['row']}`} role="group" aria-label={title}>
      {kind.date && kind.time && native('datetime-local', title, { ...noDate, ...noTime })}
      {kind.date && !kind.time && native('date', title, noDate)}
      {kind.month && (
        <select
          {...shared}
          aria-label={kind.year ? `${title}: month` : title}
          value={parts.month ?? ''}
          onChange={(event) => {
            const { month: _old, ...rest } = parts;
            change(event.target.value === '' ? rest : { ...rest, month: Number(event.target.value) });
          }}
        >
          <option value="">Month</option>
          {months().map((name, index) => (
            <option key={name} value={index + 1}>
              {name}
            </option>
          ))}
        </select>
      )}
      {kind.year && (
        <input
          {...shared}
          type="number"
          className={`${common['input']} ${styles['year']}`}
          aria-label={kind.month ? `${title}: year` : title}
          placeholder="Year"
          value={parts.year ?? ''}
          min={parseIso(node.get('min') ?? '')?.year}
          max={parseIso(node.get('max') ?? '')?.year}
          step={kind.month || kind.time ? 1 : Math.max(1, Math.floor(node.number('step', 1)))}
          onChange={(event) => {
            const { year: _old, ...rest } = parts;
            const year = event.target.valueAsNumber;
            change(Number.isInteger(year) && year >= 0 && year <= 9999 ? { ...rest, year } : rest);
          }}
        />
      )}
      {kind.time && !kind.date && native('time', kind.month || kind.year ? `${title}: time` : title, noTime)}
      {stored !== null && !handle.readonly && (
        <button
          type="button"
          className={common['clear']}
          aria-label={`Clear ${title}`}
          title="Clear"
          onClick={() => change({})}
        >
          <IconView icon={ICONS.close} />
        </button>
      )}
      {region === undefined && problem && (
        <span id={message} className={common['problem']}>
          {problem}
        </span>
      )}
      {region === undefined && given !== undefined && stored === null && !handle.readonly && (
        <span className={common['hint']}>{given} unless you answer</span>
      )}
      {region === undefined && stored === null && Object.values(parts).some((part) => part !== undefined) && (
        <span className={common['hint']}>Fill in the rest to answer.</span>
      )}
    </div>
  );
}

function limit(
  node: TagPanelProps['node'],
  type: 'date' | 'time' | 'datetime-local',
  name: 'min' | 'max',
): string | undefined {
  const written = node.given(name);
  const parts = written ? readDate(node, written) : null;
  if (!parts) return undefined;
  // A day without a time bounds the whole day.
  const whole = name === 'min' ? { hour: 0, minute: 0 } : { hour: 23, minute: 59 };
  return inputValue(type, type === 'datetime-local' ? { ...whole, ...parts } : parts) || undefined;
}

function stepOf(node: TagPanelProps['node'], type: string): number | undefined {
  const step = node.number('step', 0);
  if (step > 0) return step;
  return type !== 'date' && hasSeconds(node) ? 1 : undefined;
}

/** Names of the months in the person's language. */
function months(): readonly string[] {
  const format = new Intl.DateTimeFormat(undefined, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2001, month, 15)));
}
