/**
 * The label palette: one button a label, with the layout that the configuration puts around them. With
 * regions selected a press relabels them, otherwise it arms the label. Long lists get a search field;
 * matching is by words in any order.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { type ReactNode, useEffect, useRef } from 'react';
import type { LabelDef } from '../../core/config';
import { countText } from '../../core/count';
import { labelList } from '../../core/labels';
import type { TagPanelProps } from '../../core/tag';
import { IconView } from '../../panels/parts/Icon';
import { useConditions, useDocument, useEditor, useSelection, useTaskState, useVersion } from '../../react/hooks';
import { FilterField } from '../filter';
import { filtersOf, hasFilter, matchesQuery, useFilter } from '../filter/state';
import { HeaderView } from '../header';
import { useInlineStyle } from '../style/inline';
import { EmptyButton } from './EmptyButton';
import { LabelButton } from './LabelButton';
import styles from './labels.module.css';

/** From this many labels on there is a search field. */
const SEARCH_FROM = 12;
/** More buttons than this are not looked through but searched. */
const MAX_SHOWN = 300;

export function LabelsPanel({ editor, node }: TagPanelProps) {
  useVersion(editor.labels.changed.subscribe as (listener: () => void) => () => void);
  const [query, setQuery] = useTaskState('');
  const filter = useFilter(node);
  const list = useRef<HTMLDivElement>(null);
  const labels = editor.labels.of(node.name);
  const searched = query.trim() === '' ? null : { text: query.trim(), caseSensitive: false };
  const all = labels.filter(
    ({ title, stored, hint }) =>
      matchesQuery(searched, title, stored, hint) && matchesQuery(filter, title, stored, hint),
  );
  const shown = all.slice(0, MAX_SHOWN);
  const first = useRef(shown[0]);
  first.current = shown[0];
  useEffect(
    () =>
      filtersOf(editor).offer(node.name, () => {
        if (first.current) editor.labels.choose(node, first.current.stored);
      }),
    [editor, node],
  );
  const states = useStates(node, shown);
  if (labels.length === 0 && !node.bool('allowEmpty')) return null;
  const searchable = labels.length > SEARCH_FROM && !hasFilter(editor, node);
  const vertical = node.has('showInline') && !node.bool('showInline', true);
  const button = (label: LabelDef) => (
    <LabelButton
      key={label.stored}
      node={node}
      label={label}
      first={label === shown[0]}
      focusable={label === shown[0] && !searchable}
      {...(states.get(label.stored) ?? NOTHING)}
    />
  );
  const nested = shown.length > 0 && node.children.some((child) => child.type !== 'label');
  const tool = editor.labels.toolOf(node);
  return (
    <div className={`${styles['panel']} ${tool ? styles['tooled'] : ''}`}>
      {tool && (
        <span className={styles['tool']} title={tool.label} role="img" aria-label={tool.label}>
          <IconView icon={tool.icon} />
        </span>
      )}
      {searchable && <Search node={node} query={query} setQuery={setQuery} first={shown[0]} total={labels.length} />}
      <div
        ref={list}
        className={`${styles['list']} ${vertical ? styles['vertical'] : ''} ${nested ? styles['nested'] : ''}`}
        role="toolbar"
        aria-label={`Labels ${node.name}`}
        onKeyDown={(event) => moveFocus(event, list.current)}
      >
        {nested ? <Nested node={node} labels={shown} button={button} /> : shown.map(button)}
        {node.bool('allowEmpty') && <EmptyButton node={node} />}
        {all.length > shown.length && (
          <span className={styles['none']}>
            {countText(all.length - shown.length)} more: type a part of their name to find them.
          </span>
        )}
        {shown.length === 0 && labels.length > 0 && (
          <span className={styles['none']}>No label matches “{query || filter?.text}”.</span>
        )}
      </div>
    </div>
  );
}

interface State {
  readonly active: boolean;
  readonly used: number | null;
}
const NOTHING: State = { active: false, used: null };

/** Which labels are active (or carried by all selected regions), and how often limited ones are used. */
function useStates(node: ConfigNode, shown: readonly LabelDef[]): ReadonlyMap<string, State> {
  const editor = useEditor();
  const document = useDocument();
  const selection = useSelection();
  useConditions();
  const targets = selection.filter((id) => editor.labels.fits(document.store.get(id), node));
  const carried = targets.map((id) => {
    const facet = document.store.get(id)?.facets.find((one) => one.from === node.name);
    return new Set(labelList(facet));
  });
  const armed = new Set(editor.labels.active(node.name));
  const limited = shown.some((label) => label.maxUsages !== null);
  const used = new Map<string, number>();
  if (limited) {
    for (const region of document.store.all()) {
      if (region.suggested) continue;
      const facet = region.facets.find((one) => one.from === node.name);
      for (const stored of labelList(facet)) used.set(stored, (used.get(stored) ?? 0) + 1);
    }
  }
  return new Map(
    shown.map(({ stored, maxUsages }) => [
      stored,
      {
        active: targets.length > 0 ? carried.every((labels) => labels.has(stored)) : armed.has(stored),
        used: maxUsages === null ? null : (used.get(stored) ?? 0),
      },
    ]),
  );
}

/** Labels inside Views, Headers and Filters of the configuration; those of the task's data come last. */
function Nested({
  node,
  labels,
  button,
}: {
  readonly node: ConfigNode;
  readonly labels: readonly LabelDef[];
  readonly button: (label: LabelDef) => ReactNode;
}) {
  const editor = useEditor();
  const byNode = new Map(labels.map((label) => [label.node, label]));
  const draw = (parent: ConfigNode): ReactNode =>
    parent.children.map((child) => {
      const key = child.position.offset;
      const label = byNode.get(child);
      if (child.type === 'label') return label ? button(label) : null;
      if (!editor.visibility.isShown(child)) return null;
      if (child.type === 'header') return <HeaderView key={key} editor={editor} node={child} />;
      if (child.type === 'filter') return <FilterField key={key} editor={editor} node={child} />;
      return (
        <Box key={key} node={child}>
          {draw(child)}
        </Box>
      );
    });
  return (
    <>
      {draw(node)}
      {labels.filter((label) => label.node === null).map(button)}
    </>
  );
}

function Box({ node, children }: { readonly node: ConfigNode; readonly children: ReactNode }) {
  const ref = useInlineStyle<HTMLDivElement>(node.get('style'));
  return (
    <div ref={ref} id={node.get('idAttr') || undefined} className={`${styles['box']} ${node.get('className') ?? ''}`}>
      {children}
    </div>
  );
}

function Search({
  node,
  query,
  setQuery,
  first,
  total,
}: {
  readonly node: ConfigNode;
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly first: LabelDef | undefined;
  readonly total: number;
}) {
  const editor = useEditor();
  const input = useRef<HTMLInputElement>(null);
  useEffect(
    () => editor.focusRequests.subscribe((what) => what === 'label-search' && input.current?.focus()),
    [editor],
  );
  return (
    <input
      ref={input}
      type="search"
      className={styles['search']}
      value={query}
      placeholder={`Find one of ${countText(total)} labels`}
      aria-label={`Find a label of ${node.name}`}
      onChange={(event) => setQuery(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && first) {
          event.preventDefault();
          editor.labels.choose(node, first.stored);
          setQuery('');
          event.currentTarget.blur();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          setQuery('');
          event.currentTarget.blur();
        }
      }}
    />
  );
}

/** Arrow keys go through the buttons (one tab stop for the whole palette). */
function moveFocus(event: React.KeyboardEvent, list: HTMLElement | null): void {
  const by =
    event.key === 'ArrowRight' || event.key === 'ArrowDown'
      ? 1
      : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
        ? -1
        : 0;
  if (by === 0 || !list) return;
  const buttons = [...list.querySelectorAll('button')];
  const at = buttons.indexOf(event.target as HTMLButtonElement);
  if (at < 0) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}
