/** The panel of Taxonomy: a field with the chosen paths and a searchable tree; or, with `labeling`, the labels of spans. */
import type { ConfigNode } from '@labelkeep/labeling';
import { useCallback, useEffect, useMemo } from 'react';
import { keyPath, type PlacedChoice, pathKey } from '../../core/choice-tree';
import type { Editor } from '../../core/editor';
import { labelList } from '../../core/labels';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { Question } from '../../panels/parts/Question';
import { useDocument, useSelection, useVersion } from '../../react/hooks';
import { useAnswer } from '../../react/use-answer';
import { type ChosenEntry, Picker } from '../picker/Picker';
import { type Path, toggled } from './answer';
import { addedPaths, offeredTree, remoteTree } from './entries';

type Subscribe = (listener: () => void) => () => void;
const never: Subscribe = () => () => {};

export function TaxonomyPanel(props: TagPanelProps) {
  return props.node.bool('labeling') ? <SpanLabels {...props} /> : <Paths {...props} />;
}

function Paths({ editor, node, region }: TagPanelProps) {
  const handle = useAnswer<readonly Path[]>(node, region);
  if (!handle) return null;
  const answer = handle.answer ?? [];
  const limit = maxUsages(node);
  return (
    <Question node={node}>
      <Field
        editor={editor}
        node={node}
        answer={answer}
        readonly={handle.readonly}
        full={limit > 0 && answer.length >= limit ? `No more than ${count(limit)} may be chosen.` : null}
        onToggle={(path) => {
          const next = toggled(answer, path);
          handle.set(next.length > 0 ? next : undefined);
        }}
      />
    </Question>
  );
}

/** Acts as a labels control: relabels selected spans, otherwise arms labels for the next one. */
function SpanLabels({ editor, node }: TagPanelProps) {
  const document = useDocument();
  const selection = useSelection();
  useVersion(editor.labels.changed.subscribe as Subscribe);
  useVersion(document.store.changed.subscribe as Subscribe);
  const targets = selection.filter((id) => editor.labels.fits(document.store.get(id), node));
  const carried = (id: string) => labelList(document.store.get(id)?.facets.find((facet) => facet.from === node.name));
  const [first, ...others] = targets;
  const stored =
    first === undefined
      ? editor.labels.active(node.name)
      : carried(first).filter((key) => others.every((id) => carried(id).includes(key)));
  return (
    <Question node={node}>
      <Field
        editor={editor}
        node={node}
        answer={stored.map(keyPath)}
        readonly={editor.readonly}
        full={null}
        onToggle={(path) => editor.labels.choose(node, pathKey(path))}
      />
    </Question>
  );
}

function Field({
  editor,
  node,
  answer,
  readonly,
  full,
  onToggle,
}: {
  readonly editor: Editor;
  readonly node: ConfigNode;
  readonly answer: readonly Path[];
  readonly readonly: boolean;
  readonly full: string | null;
  readonly onToggle: (path: Path) => void;
}) {
  const remote = remoteTree(editor, node);
  useVersion((remote?.changed.subscribe as Subscribe | undefined) ?? never);
  const tree = offeredTree(editor, node, answer);
  const legacy = node.bool('legacy');
  const leafsOnly = node.bool('leafsOnly');
  const isBranch = useCallback(
    (item: PlacedChoice) => (remote ? remote.isBranch(item) : item.choice.children.length > 0),
    [remote],
  );
  // Chosen entries are shown by their titles: the way to each is loaded.
  const wanted = answer.map(pathKey).join('\u0001');
  useEffect(() => {
    if (!remote || wanted === '') return;
    for (const key of wanted.split('\u0001').slice(0, 20)) void remote.reach(keyPath(key));
  }, [remote, wanted]);

  const separator = node.get('pathSeparator') ?? ' / ';
  const chosen = useMemo<readonly ChosenEntry[]>(
    () =>
      answer.map((path) => {
        const known = tree.byPath.get(pathKey(path));
        const titles = known?.titles ?? path;
        const label = node.bool('labeling') ? editor.labels.find(node.name, pathKey(path)) : undefined;
        const all = titles.join(separator);
        return {
          path,
          title: node.bool('showFullPath') ? all : (titles.at(-1) ?? ''),
          full: all,
          unknown: !known && !remote,
          color: label?.color ?? known?.choice.color ?? null,
        };
      }),
    [answer, tree, node, editor, separator, remote],
  );
  const problem = remote?.problem ?? null;
  const status = remote?.busy
    ? { text: 'Loading entries…' }
    : problem
      ? { text: problem.message, retry: () => void remote?.open(problem.path) }
      : null;
  const widths = {
    ...width('min', node.get('minWidth')),
    ...width('max', node.get('maxWidth')),
    ...width('popup', node.get('dropdownWidth')),
  };
  return (
    <Picker
      label={questionTitle(editor, node)}
      tree={tree}
      chosen={chosen}
      multiple
      readonly={readonly}
      placeholder={node.get('placeholder') || (node.bool('labeling') ? 'Choose labels for spans' : 'Choose…')}
      selectable={(item) => !item.choice.readonly && !(leafsOnly && isBranch(item))}
      isBranch={isBranch}
      onToggle={onToggle}
      full={full}
      onOpen={(item) => void remote?.open(item?.path ?? [])}
      status={status}
      widths={widths}
      {...(legacy
        ? {
            onAdd: (parent: PlacedChoice | null, title: string) => {
              const path = [...(parent?.path ?? []), title];
              addedPaths(editor, node).push(path);
              onToggle(path);
            },
          }
        : {})}
    />
  );
}

/** Chosen entries of a task, item or region at most; 0 without limit. */
export function maxUsages(node: ConfigNode): number {
  return Math.max(0, Math.floor(node.number('maxUsages', 0)));
}

export function count(entries: number): string {
  return entries === 1 ? 'one entry' : `${entries} entries`;
}

/** A CSS width of the configuration; a bare number means pixels. */
function width<K extends string>(key: K, text: string | undefined): Partial<Record<K, string>> {
  const given = /^(\d+(?:\.\d+)?)(px|r?em|ch|%|vw)?$/.exec(text?.trim() ?? '');
  return (given ? { [key]: `${given[1]}${given[2] ?? 'px'}` } : {}) as Partial<Record<K, string>>;
}
