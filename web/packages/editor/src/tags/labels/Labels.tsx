/**
 * The label palette: one button a label. With regions selected a press relabels them, otherwise it
 * arms the label. Long lists get a search field; matching is by words in any order.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import type { LabelDef } from '../../core/config';
import { labelList } from '../../core/labels';
import type { TagPanelProps } from '../../core/tag';
import { Key } from '../../panels/parts/Key';
import { useConditions, useDocument, useEditor, useSelection, useSetting, useVersion } from '../../react/hooks';
import styles from './labels.module.css';

/** From this many labels on there is a search field. */
const SEARCH_FROM = 12;

export function LabelsPanel({ editor, node }: TagPanelProps) {
  useVersion(editor.labels.changed.subscribe as (listener: () => void) => () => void);
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const labels = editor.labels.of(node.name);
  const shown = labels.filter((label) => matches(label, query));
  if (labels.length === 0) return null;
  const vertical = node.has('showInline') && !node.bool('showInline', true);
  return (
    <div className={styles['panel']}>
      {labels.length > SEARCH_FROM && (
        <Search node={node} query={query} setQuery={setQuery} shown={shown} total={labels.length} />
      )}
      <div
        ref={list}
        className={`${styles['list']} ${vertical ? styles['vertical'] : ''}`}
        role="toolbar"
        aria-label={`Labels ${node.name}`}
        onKeyDown={(event) => moveFocus(event, list.current)}
      >
        {shown.map((label, index) => (
          <LabelButton key={label.stored} node={node} label={label} first={index === 0} />
        ))}
        {shown.length === 0 && <span className={styles['none']}>No label matches “{query}”.</span>}
      </div>
    </div>
  );
}

function Search({
  node,
  query,
  setQuery,
  shown,
  total,
}: {
  node: ConfigNode;
  query: string;
  setQuery: (query: string) => void;
  shown: readonly LabelDef[];
  total: number;
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
      placeholder={`Find one of ${total} labels`}
      aria-label={`Find a label of ${node.name}`}
      onChange={(event) => setQuery(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && shown[0]) {
          event.preventDefault();
          editor.labels.choose(node, shown[0].stored);
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

function LabelButton({ node, label, first }: { node: ConfigNode; label: LabelDef; first: boolean }) {
  const editor = useEditor();
  const document = useDocument();
  const selection = useSelection();
  useConditions();
  const showKeys = useSetting('hotkeyLabels');
  const button = useRef<HTMLButtonElement>(null);
  const searchable = editor.labels.of(node.name).length > SEARCH_FROM;
  useEffect(() => {
    if (!first || searchable) return;
    return editor.focusRequests.subscribe((what) => what === 'label-search' && button.current?.focus());
  }, [editor, first, searchable]);

  const targets = selection.filter((id) => editor.labels.fits(document.store.get(id), node));
  const carried =
    targets.length > 0 &&
    targets.every((id) => {
      const facet = document.store.get(id)?.facets.find((one) => one.from === node.name);
      return labelList(facet).includes(label.stored);
    });
  const active = targets.length > 0 ? carried : editor.labels.active(node.name).includes(label.stored);
  const used = label.maxUsages === null ? false : editor.labels.usages(node.name, label.stored) >= label.maxUsages;
  const key = editor.keys.get(node.name)?.get(label.stored);
  return (
    <button
      ref={button}
      type="button"
      className={`${styles['label']} ${active ? styles['active'] : ''}`}
      style={{ '--label': label.color } as CSSProperties}
      aria-pressed={active}
      tabIndex={first ? 0 : -1}
      disabled={editor.readonly}
      title={
        [label.hint, used ? 'This label is used as often as it may be.' : ''].filter(Boolean).join(' ') || undefined
      }
      // The selection of the text must outlive a press on a label.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => editor.labels.choose(node, label.stored)}
    >
      <span className={styles['swatch']} />
      <bdi className={styles['title']}>{label.title}</bdi>
      {label.showAlias && label.stored !== label.title && <bdi className={styles['alias']}>{label.stored}</bdi>}
      {showKeys && key && <Key keys={key} />}
    </button>
  );
}

function matches(label: LabelDef, query: string): boolean {
  const text = `${label.title} ${label.stored} ${label.hint}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
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
