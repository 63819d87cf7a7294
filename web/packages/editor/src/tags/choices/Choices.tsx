/** The panel of Choices: check boxes, radio buttons or a drop-down; one line or one below the other. */
import type { ConfigNode } from '@labelkeep/labeling';
import { createContext, useContext, useEffect, useId, useRef, useState } from 'react';
import { type ChoiceTree, choiceTree, type PlacedChoice, pathKey } from '../../core/choice-tree';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { CleanMarkup } from '../../panels/parts/CleanMarkup';
import { Key } from '../../panels/parts/Key';
import { Question } from '../../panels/parts/Question';
import { useEditor, useSetting } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { FilterField } from '../filter';
import { filtersOf, hasFilter, matchesQuery, useFilter } from '../filter/state';
import { Picker } from '../picker/Picker';
import { searchRows } from '../picker/rows';
import { useInlineStyle } from '../style/inline';
import {
  type ChoiceMode,
  type Chosen,
  choiceMode,
  isChoosable,
  pathOf,
  placeOf,
  placesOf,
  pressed,
  stateOf,
  without,
} from './answer';
import styles from './choices.module.css';

/** From this many choices on there is a search field, and the list scrolls by itself. */
const SEARCH_FROM = 20;

/** What each choice of a panel needs to know. */
interface Group {
  readonly node: ConfigNode;
  readonly tree: ChoiceTree;
  readonly on: ReadonlySet<PlacedChoice>;
  /** Values that are stored, unknown ones included. */
  readonly count: number;
  readonly press: (choice: PlacedChoice) => void;
  readonly readonly: boolean;
  readonly mode: ChoiceMode;
  readonly id: string;
}

const GroupContext = createContext<Group | null>(null);

export function ChoicesPanel({ editor, node, region }: TagPanelProps) {
  const handle = useAnswer<readonly Chosen[]>(node, region);
  const id = useId();
  if (!handle) return null;
  const tree = choiceTree(node, editor.task.data);
  const answer = handle.answer ?? [];
  const set = (next: readonly Chosen[]) => handle.set(next.length > 0 ? next : undefined);
  const group: Group = {
    node,
    tree,
    on: placesOf(tree, answer),
    count: answer.length,
    press: (choice) => set(pressed(node, tree, answer, choice)),
    readonly: handle.readonly,
    mode: choiceMode(node),
    id,
  };
  const layout = node.oneOf(
    'layout',
    ['select', 'inline', 'vertical'],
    node.bool('showInline') ? 'inline' : 'vertical',
  );
  return (
    <Question node={node}>
      <GroupContext value={group}>
        {layout === 'select' || region !== undefined ? (
          <Select group={group} answer={answer} remove={(one) => set(without(answer, one))} />
        ) : (
          <List
            inline={layout === 'inline'}
            strange={answer.filter((one) => !placeOf(tree, one))}
            remove={(one) => set(without(answer, one))}
          />
        )}
      </GroupContext>
    </Question>
  );
}

function useGroup(): Group {
  const group = useContext(GroupContext);
  if (!group) throw new Error('A choice must stand inside its panel.');
  return group;
}

function List({
  inline,
  strange,
  remove,
}: {
  readonly inline: boolean;
  readonly strange: readonly Chosen[];
  readonly remove: (chosen: Chosen) => void;
}) {
  const editor = useEditor();
  const { node, tree, mode, readonly, press } = useGroup();
  const [query, setQuery] = useState('');
  const filter = useFilter(node);
  const long = tree.all.length > SEARCH_FROM;
  const title = questionTitle(editor, node);
  const searching = query.trim() !== '' || filter !== null;
  const found = searching
    ? searchRows(tree, query).filter(({ item }) => matchesQuery(filter, ...item.titles, item.choice.stored))
    : [];
  const words = filter?.text ?? query.trim();
  const first = found.find(({ item }) => isChoosable(node, tree, item))?.item;
  const pick = useRef<() => void>(() => {});
  pick.current = () => first && !readonly && press(first);
  useEffect(() => filtersOf(editor).offer(node.name, () => pick.current()), [editor, node]);
  return (
    <>
      {filtersInside(node).map((one) => (
        <FilterField key={one.position.offset} editor={editor} node={one} />
      ))}
      {long && !hasFilter(editor, node) && (
        <input
          type="search"
          className={styles['search']}
          value={query}
          placeholder={`Find one of ${tree.all.length} choices`}
          aria-label={`Find a choice of ${title}`}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || query === '') return;
            event.preventDefault();
            setQuery('');
          }}
        />
      )}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the role is a group of inputs. */}
      <div
        className={`${inline ? styles['inline'] : styles['vertical']} ${long ? styles['long'] : ''}`}
        role={mode === 'multiple' ? 'group' : 'radiogroup'}
        aria-label={title}
        aria-required={(mode !== 'multiple' && node.bool('required')) || undefined}
        onKeyDown={moveFocus}
      >
        {searching
          ? found.map(({ key, item }) => <Choice key={key} placed={item} words={item.titles.join(' / ')} />)
          : (tree.below.get('') ?? []).map((placed) => <Branch key={pathKey(placed.path)} placed={placed} />)}
        {searching && found.length === 0 && <span className={styles['none']}>No choice matches “{words}”.</span>}
        {strange.map((chosen) => (
          <label
            key={pathKey(pathOf(chosen))}
            className={`${styles['choice']} ${styles['checked']} ${styles['unknown']}`}
            title="This choice is not in the labeling configuration. It is kept until you take it away."
          >
            <input type="checkbox" checked disabled={readonly} onChange={() => remove(chosen)} />
            <bdi className={styles['title']}>{pathOf(chosen).join(' / ')}</bdi>
          </label>
        ))}
      </div>
    </>
  );
}

function Branch({ placed }: { readonly placed: PlacedChoice }) {
  const { tree } = useGroup();
  const below = tree.below.get(pathKey(placed.path)) ?? [];
  if (below.length === 0) return <Choice placed={placed} words={placed.choice.title} />;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in lines.
    <div className={styles['branch']} role="group" aria-label={placed.choice.title}>
      <Choice placed={placed} words={placed.choice.title} />
      <div className={styles['children']}>
        {below.map((child) => (
          <Branch key={pathKey(child.path)} placed={child} />
        ))}
      </div>
    </div>
  );
}

function Choice({ placed, words }: { readonly placed: PlacedChoice; readonly words: string }) {
  const editor = useEditor();
  const { node, tree, on, count, press, readonly, mode, id } = useGroup();
  const showKeys = useSetting('hotkeyLabels');
  const { choice } = placed;
  const style = useInlineStyle<HTMLLabelElement>(choice.style);
  const state = stateOf(tree, on, placed);
  const able = isChoosable(node, tree, placed);
  /** A second press means something: it takes "single" back, or decides between several values. */
  const again = state === 'on' && (mode === 'single' || (mode === 'single-radio' && count > 1));
  const hotkey = able ? editor.keys.get(node.name)?.get(choice.stored) : undefined;
  const content = choice.html ? <CleanMarkup html={choice.html} inline /> : words;
  if (!able && !choice.readonly && state === 'off') {
    return (
      <span className={styles['heading']} title={choice.hint || undefined}>
        <bdi>{content}</bdi>
      </span>
    );
  }
  return (
    <label
      ref={style}
      className={`${styles['choice']} ${state === 'on' ? styles['checked'] : ''}`}
      title={choice.hint || undefined}
    >
      <input
        ref={(input) => {
          if (input) input.indeterminate = state === 'some';
        }}
        type={mode === 'multiple' ? 'checkbox' : 'radio'}
        name={id}
        checked={state === 'on'}
        disabled={readonly || choice.readonly || (!able && state !== 'on')}
        aria-description={choice.hint || undefined}
        onChange={() => press(placed)}
        // A radio button that is on does not change when it is pressed; the answer may.
        onClick={() => again && press(placed)}
        onKeyDown={(event) => {
          if (event.key !== ' ' || !again) return;
          event.preventDefault();
          press(placed);
        }}
      />
      <bdi className={styles['title']}>{content}</bdi>
      {showKeys && hotkey && <Key keys={hotkey} />}
    </label>
  );
}

function Select({
  group,
  answer,
  remove,
}: {
  readonly group: Group;
  readonly answer: readonly Chosen[];
  readonly remove: (chosen: Chosen) => void;
}) {
  const editor = useEditor();
  const { node, tree, mode, readonly, press } = group;
  const chosen = answer.map((one) => {
    const placed = placeOf(tree, one);
    const titles = placed?.titles ?? pathOf(one);
    return {
      path: placed?.path ?? pathOf(one),
      title: titles.at(-1) ?? '',
      full: titles.join(' / '),
      unknown: !placed,
    };
  });
  return (
    <Picker
      label={questionTitle(editor, node)}
      tree={tree}
      chosen={chosen}
      multiple={mode === 'multiple'}
      clearable={mode !== 'single-radio'}
      readonly={readonly}
      placeholder="Choose…"
      selectable={(item) => isChoosable(node, tree, item)}
      isBranch={hasChildren}
      onToggle={(path) => {
        const placed = tree.byPath.get(pathKey(path));
        const held = answer.find((one) => pathKey(placeOf(tree, one)?.path ?? pathOf(one)) === pathKey(path));
        // Of several stored values of a single choice each can be taken away by itself.
        if (held !== undefined && (!placed || answer.length > 1)) remove(held);
        else if (placed) press(placed);
      }}
    />
  );
}

function hasChildren(item: PlacedChoice): boolean {
  return item.choice.children.length > 0;
}

function filtersInside(node: ConfigNode): readonly ConfigNode[] {
  return node.children.filter((one) => one.type === 'filter');
}

/** Arrow keys go through check boxes as they do through radio buttons. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  const input = event.target as HTMLInputElement;
  const by = event.key === 'ArrowDown' || event.key === 'ArrowRight' ? 1 : event.key.startsWith('Arrow') ? -1 : 0;
  if (by === 0 || input.type !== 'checkbox' || event.ctrlKey || event.metaKey || event.altKey) return;
  const inputs = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input:not(:disabled)')];
  event.preventDefault();
  inputs[(inputs.indexOf(input) + by + inputs.length) % inputs.length]?.focus();
}
