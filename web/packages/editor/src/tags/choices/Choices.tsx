/** The panel of Choices: check boxes, radio buttons or a drop-down; one line or one below the other. */
import { useId } from 'react';
import { type ChoiceDef, choicesOf } from '../../core/config';
import type { TagPanelProps } from '../../core/tag';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useEditor } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { type ChoiceMode, type Chosen, pathOf, pressed, sameChoice } from './answer';
import styles from './choices.module.css';

const MODES = ['single', 'single-radio', 'multiple'] as const;

export function ChoicesPanel({ editor, node }: TagPanelProps) {
  const handle = useAnswer<readonly Chosen[]>(node);
  const id = useId();
  const choices = choicesOf(node, editor.task.data);
  if (!handle) return null;
  const mode: ChoiceMode = node.oneOf('choice', MODES, 'single');
  const layout = node.has('layout')
    ? node.oneOf('layout', ['select', 'inline', 'vertical'], 'vertical')
    : node.bool('showInline')
      ? 'inline'
      : 'vertical';
  const answer = handle.answer ?? [];
  const nested = node.bool('allowNested');
  const press = (choice: Chosen) => {
    const next = pressed(answer, choice, mode);
    handle.set(next.length > 0 ? next : undefined);
  };
  const shared = { answer, nested, press, readonly: handle.readonly, mode, group: id, name: node.name };

  return (
    <Question node={node}>
      {layout === 'select' ? (
        <Select choices={choices} {...shared} clear={() => handle.set(undefined)} />
      ) : (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label.
        <div
          className={layout === 'inline' ? styles['inline'] : styles['vertical']}
          role={mode === 'multiple' ? 'group' : 'radiogroup'}
          aria-label={node.name}
        >
          <Branch choices={choices} path={[]} {...shared} />
          <Unknown choices={choices} {...shared} />
        </div>
      )}
    </Question>
  );
}

interface Shared {
  readonly answer: readonly Chosen[];
  readonly nested: boolean;
  readonly press: (choice: Chosen) => void;
  readonly readonly: boolean;
  readonly mode: ChoiceMode;
  readonly group: string;
  readonly name: string;
}

function Branch({
  choices,
  path,
  ...shared
}: Shared & { readonly choices: readonly ChoiceDef[]; readonly path: readonly string[] }) {
  return choices.map((choice) => {
    const own = [...path, choice.stored];
    return (
      <div key={own.join('\u0000')} className={styles['item']}>
        <Choice choice={choice} value={shared.nested ? own : choice.stored} {...shared} />
        {choice.children.length > 0 && (
          <div className={styles['children']}>
            <Branch choices={choice.children} path={own} {...shared} />
          </div>
        )}
      </div>
    );
  });
}

function Choice({
  choice,
  value,
  answer,
  press,
  readonly,
  mode,
  group,
  name,
}: Shared & { readonly choice: ChoiceDef; readonly value: Chosen }) {
  const checked = answer.some((one) => sameChoice(one, value));
  const hotkey = useChoiceKey(name, choice.stored);
  return (
    <label className={`${styles['choice']} ${checked ? styles['checked'] : ''}`} title={choice.hint || undefined}>
      <input
        type={mode === 'multiple' ? 'checkbox' : 'radio'}
        name={group}
        checked={checked}
        disabled={readonly || choice.readonly}
        onChange={() => press(value)}
        // A radio button that is on does not change when it is clicked; "single" can be taken back.
        onClick={() => mode === 'single' && checked && press(value)}
      />
      <span className={styles['title']}>{choice.title}</span>
      {hotkey && <Key keys={hotkey} />}
    </label>
  );
}

/** Stored choices that the configuration has not got: shown, so that nobody loses them unseen. */
function Unknown({ choices, ...shared }: Shared & { readonly choices: readonly ChoiceDef[] }) {
  const known = new Set(flat(choices).map((choice) => choice.stored));
  const strange = shared.answer.filter((one) => !known.has(pathOf(one).at(-1) ?? ''));
  return strange.map((value) => (
    <label
      key={pathOf(value).join('/')}
      className={`${styles['choice']} ${styles['checked']} ${styles['unknown']}`}
      title="This choice is not in the labeling configuration"
    >
      <input type="checkbox" checked disabled={shared.readonly} onChange={() => shared.press(value)} />
      <span className={styles['title']}>{pathOf(value).join(' / ')}</span>
    </label>
  ));
}

function Select({
  choices,
  answer,
  nested,
  press,
  readonly,
  mode,
  name,
  clear,
}: Shared & { readonly choices: readonly ChoiceDef[]; readonly clear: () => void }) {
  const options = paths(choices, []);
  const chosenAt = (path: readonly string[]): Chosen => (nested ? path : (path.at(-1) ?? ''));
  const chosen = options.filter((option) => answer.some((one) => sameChoice(one, chosenAt(option.path))));
  if (mode !== 'multiple') {
    const index = chosen[0] ? options.indexOf(chosen[0]) : -1;
    return (
      <select
        className={styles['select']}
        aria-label={name}
        disabled={readonly}
        value={index}
        onChange={(event) => {
          const option = options[Number(event.target.value)];
          if (option) press(chosenAt(option.path));
          else clear();
        }}
      >
        {(mode === 'single' || index < 0) && <option value={-1}>Choose…</option>}
        {options.map((option, i) => (
          <option key={option.path.join('\u0000')} value={i}>
            {'\u2003'.repeat(option.path.length - 1) + option.title}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div className={styles['chips']}>
      {chosen.map((option) => (
        <button
          key={option.path.join('\u0000')}
          type="button"
          className={styles['chip']}
          disabled={readonly}
          onClick={() => press(chosenAt(option.path))}
          title="Take this choice away"
        >
          {option.title} ×
        </button>
      ))}
      <select
        className={styles['select']}
        aria-label={`Add a choice to ${name}`}
        disabled={readonly}
        value={-1}
        onChange={(event) => {
          const option = options[Number(event.target.value)];
          if (option) press(chosenAt(option.path));
        }}
      >
        <option value={-1}>Add…</option>
        {options.map((option, i) =>
          chosen.includes(option) ? null : (
            <option key={option.path.join('\u0000')} value={i}>
              {'\u2003'.repeat(option.path.length - 1) + option.title}
            </option>
          ),
        )}
      </select>
    </div>
  );
}

function useChoiceKey(control: string, stored: string): string | undefined {
  return useEditor().keys.get(control)?.get(stored);
}

/** All choices of a tree, parents first. */
export function flat(choices: readonly ChoiceDef[]): readonly ChoiceDef[] {
  return choices.flatMap((choice) => [choice, ...flat(choice.children)]);
}

function paths(
  choices: readonly ChoiceDef[],
  path: readonly string[],
): { readonly title: string; readonly path: readonly string[] }[] {
  return choices.flatMap((choice) => {
    const own = [...path, choice.stored];
    return [{ title: choice.title, path: own }, ...paths(choice.children, own)];
  });
}
