/** The panel of Number: an input, and a slider when the configuration asks for one. */
import { type CSSProperties, useEffect, useId, useRef, useState } from 'react';
import type { AnswerHandle } from '../../core/answer-of';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import common from '../../panels/parts/field.module.css';
import { IconView } from '../../panels/parts/Icon';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useSetting } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import styles from './number.module.css';
import { problemOf, ruleOf, stepped } from './rule';

export function NumberPanel({ editor, node, region }: TagPanelProps) {
  const handle = useAnswer<number>(node, region);
  const showKeys = useSetting('hotkeyLabels');
  if (!handle) return null;
  const hotkey = editor.keys.get(node.name)?.get('');
  const row = region !== undefined;
  const given = defaultNumber(node);
  return (
    <Question node={node}>
      <div className={`${styles['number']} ${row ? `${styles['row']} ${common['row']}` : ''}`}>
        {node.bool('slider') && !row && <Slider editor={editor} node={node} handle={handle} />}
        <Input key={handle.subject} editor={editor} node={node} handle={handle} />
        {!row && showKeys && hotkey && <Key keys={hotkey} />}
        {!row && given !== undefined && handle.answer === undefined && !handle.readonly && (
          <span className={common['hint']}>{given} unless you answer</span>
        )}
      </div>
    </Question>
  );
}

interface Props extends TagPanelProps {
  readonly handle: AnswerHandle<number>;
}

function Input({ editor, node, handle }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [focused, setFocused] = useState(false);
  const message = useId();
  const rule = ruleOf(node);
  const { answer } = handle;
  // The input is the browser's while one types in it; a number from outside (undo, a key) shows at once.
  useEffect(() => {
    const input = field.current;
    if (!input || numberIn(input) === answer) return;
    if (answer === undefined && input.validity.badInput) return;
    input.value = answer === undefined ? '' : String(answer);
  }, [answer]);
  const problem = answer === undefined ? null : problemOf(rule, answer);
  const range = [
    rule.min === null ? '' : `from ${rule.min}`,
    rule.max === null ? '' : `to ${rule.max}`,
    rule.strict ? `in steps of ${rule.step}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
  const merge = { mergeKey: `number ${node.name} ${handle.subject}` };
  return (
    <>
      <input
        ref={field}
        type="number"
        className={`${common['input']} ${styles['input']}`}
        defaultValue={answer}
        step="any"
        disabled={handle.readonly}
        placeholder={String(defaultNumber(node) ?? '')}
        aria-label={questionTitle(editor, node)}
        aria-description={range || undefined}
        aria-valuemin={rule.min ?? undefined}
        aria-valuemax={rule.max ?? undefined}
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem ? message : undefined}
        aria-required={node.bool('required') || undefined}
        title={range || undefined}
        onFocus={() => setFocused(true)}
        onBlur={(event) => {
          setFocused(false);
          editor.document.history.seal();
          // Half a number ("1e") can't be kept; the field says what is.
          if (event.target.validity.badInput) event.target.value = answer === undefined ? '' : String(answer);
        }}
        onChange={(event) => {
          if (!event.target.validity.badInput) handle.set(numberIn(event.target), merge);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          if (!handle.readonly) handle.set(stepped(rule, answer, event.key === 'ArrowUp' ? 1 : -1), merge);
        }}
      />
      {problem && !focused && (
        <span id={message} className={common['problem']}>
          {problem}
        </span>
      )}
    </>
  );
}

function Slider({ editor, node, handle }: Props) {
  const rule = ruleOf(node);
  const min = rule.min ?? 0;
  const max = Math.max(min, rule.max ?? 100);
  const { answer } = handle;
  const shown = answer ?? defaultNumber(node) ?? min;
  return (
    <div className={`${styles['slider']} ${answer === undefined ? styles['unset'] : ''}`}>
      <span className={styles['end']}>{min}</span>
      <input
        type="range"
        style={{ '--at': `${max > min ? ((shown - min) / (max - min)) * 100 : 0}%` } as CSSProperties}
        min={min}
        max={max}
        step={rule.step}
        value={shown}
        disabled={handle.readonly}
        aria-label={questionTitle(editor, node)}
        aria-valuetext={answer === undefined ? 'not answered' : String(answer)}
        onChange={(event) =>
          handle.set(Number(event.target.value), { mergeKey: `slide ${node.name} ${handle.subject}` })
        }
        onPointerUp={() => {
          // A press on the place where the thumb stands is an answer too.
          if (answer === undefined && !handle.readonly) handle.set(shown);
          editor.document.history.seal();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || answer !== undefined || handle.readonly) return;
          event.preventDefault();
          handle.set(shown);
        }}
      />
      <span className={styles['end']}>{max}</span>
      {answer !== undefined && !handle.readonly && (
        <button
          type="button"
          className={common['clear']}
          aria-label={`Clear ${questionTitle(editor, node)}`}
          title="Clear"
          onClick={() => handle.set(undefined)}
        >
          <IconView icon={ICONS.close} />
        </button>
      )}
    </div>
  );
}

function numberIn(input: HTMLInputElement): number | undefined {
  return input.value.trim() === '' || !Number.isFinite(input.valueAsNumber) ? undefined : input.valueAsNumber;
}

/** `defaultValue`, when it is a number. */
export function defaultNumber(node: TagPanelProps['node']): number | undefined {
  const value = node.number('defaultValue', Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}
