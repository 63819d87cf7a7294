/** The relations panel: from, arrow, to and labels of each relation; labels of the chosen one are set below the list. */
import { type CSSProperties, memo, useEffect, useRef, useState } from 'react';
import { countText } from '../core/count';
import { ICONS } from '../core/icons';
import type { Relation } from '../core/types';
import { useContent, useDocument, useEditor, useRegion, useSelection, useVersion } from '../react/hooks';
import { RELATION_ICON } from '../tags/relations/actions';
import { relationsOf } from '../tags/relations/model';
import { IconView } from './parts/Icon';
import { Key } from './parts/Key';
import { VirtualList, type VirtualListHandle } from './parts/VirtualList';
import styles from './relations-panel.module.css';

const ROW = 48;
const ARROWS = { right: '→', left: '←', bi: '↔' } as const;
const WAYS = { right: 'from the first to the second', left: 'from the second to the first', bi: 'both ways' } as const;
/** From this many labels on there is a search field. */
const SEARCH_FROM = 12;

type Subscribe = (listener: () => void) => () => void;

/** Number of relations of the open document. */
export function RelationCount() {
  return <>{countText(useRelations().length)}</>;
}

function useRelations(): readonly Relation[] {
  const document = useDocument();
  useContent();
  return document.store.relations();
}

export function Relations() {
  const editor = useEditor();
  const model = relationsOf(editor);
  const all = useRelations();
  useVersion(model.changed.subscribe as Subscribe);
  const [newest, setNewest] = useState(false);
  const list = useRef<VirtualListHandle>(null);
  const shown = newest ? [...all].reverse() : all;
  const { chosen } = model;
  const index = shown.findIndex((relation) => relation.id === chosen);
  useEffect(() => list.current?.scrollTo(index), [index]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const go = (to: number) => {
      const relation = shown[Math.max(0, Math.min(shown.length - 1, to))];
      if (relation) model.choose(relation.id);
    };
    const relation = shown[index];
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(index + 1),
      ArrowUp: () => go(index < 0 ? shown.length - 1 : index - 1),
      Home: () => go(0),
      End: () => go(shown.length - 1),
      Enter: () => relation && show(relation),
      ' ': () => relation && !editor.readonly && model.turn(relation.id),
      Delete: () => relation && !editor.readonly && model.remove([relation.id]),
      Backspace: () => relation && !editor.readonly && model.remove([relation.id]),
    };
    const run = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!run || event.target !== event.currentTarget) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  const show = (relation: Relation) => {
    editor.document.view.select([relation.from, relation.to]);
    editor.reveal(relation.from);
  };

  return (
    <section className={styles['panel']} aria-label="Relations">
      <header className={styles['head']}>
        <NewRelation />
        <span className={styles['space']} />
        <button
          type="button"
          className={styles['tool']}
          title={newest ? 'Newest first' : 'Oldest first'}
          aria-label={newest ? 'Order: newest first' : 'Order: oldest first'}
          onClick={() => setNewest(!newest)}
        >
          <IconView icon={ICONS.sort} />
        </button>
        <button
          type="button"
          className={styles['tool']}
          disabled={all.length === 0}
          aria-pressed={model.allHidden}
          title={model.allHidden ? 'Show all relations' : 'Hide all relations'}
          aria-label={model.allHidden ? 'Show all relations' : 'Hide all relations'}
          onClick={() => editor.actions.run('relation.hide-all')}
        >
          <IconView icon={model.allHidden ? ICONS.eyeOff : ICONS.eye} />
        </button>
      </header>
      {shown.length === 0 ? (
        <p className={styles['empty']}>
          No relations yet. Select a region, press Alt R, then choose the region that it belongs to.
        </p>
      ) : (
        <VirtualList
          handle={list}
          className={styles['list']}
          count={shown.length}
          heights={ROW}
          role="listbox"
          label="Relations"
          activeId={chosen === null ? undefined : `relation ${chosen}`}
          onKeyDown={onKeyDown}
          render={(at) => {
            const relation = shown[at] as Relation;
            return (
              <RelationRow
                key={relation.id}
                relation={relation}
                chosen={relation.id === chosen}
                hovered={relation.id === model.hovered}
                hidden={model.isHidden(relation.id)}
                onShow={show}
              />
            );
          }}
        />
      )}
      {index >= 0 && model.labels.length > 0 && <LabelChoice relation={shown[index] as Relation} />}
    </section>
  );
}

/** Begins a relation at the selected region. */
function NewRelation() {
  const editor = useEditor();
  useSelection();
  useVersion(editor.actions.changed.subscribe as Subscribe);
  const action = editor.actions.get('region.relation');
  if (!action) return null;
  const keys = editor.actions.shortcutOf(action);
  return (
    <button
      type="button"
      className={styles['new']}
      title={action.label}
      aria-pressed={action.active?.()}
      disabled={action.enabled?.() === false}
      onClick={() => editor.actions.run(action.id)}
    >
      <IconView icon={RELATION_ICON} />
      New relation
      {keys && <Key keys={keys} />}
    </button>
  );
}

const RelationRow = memo(function RelationRow({
  relation,
  chosen,
  hovered,
  hidden,
  onShow,
}: {
  readonly relation: Relation;
  readonly chosen: boolean;
  readonly hovered: boolean;
  readonly hidden: boolean;
  readonly onShow: (relation: Relation) => void;
}) {
  const editor = useEditor();
  const model = relationsOf(editor);
  const { id, direction } = relation;
  const color = model.color(relation);
  const unknown = relation.labels.filter((value) => !model.labels.some((label) => label.value === value));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around handles the keys of its rows.
    <div
      id={`relation ${id}`}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-label={`${model.nameOf(relation.from)}, ${WAYS[direction]}, ${model.nameOf(relation.to)}${relation.labels.length > 0 ? `: ${relation.labels.join(', ')}` : ''}${hidden ? ', hidden' : ''}`}
      className={`${styles['row']} ${chosen ? styles['chosen'] : ''} ${hovered ? styles['hovered'] : ''} ${hidden ? styles['hidden'] : ''}`}
      style={color ? ({ '--relation': color } as CSSProperties) : undefined}
      onClick={() => model.choose(chosen ? null : id)}
      onDoubleClick={() => onShow(relation)}
      onPointerEnter={() => model.hover(id)}
      onPointerLeave={() => model.hover(null)}
    >
      <div className={styles['ends']}>
        <End id={relation.from} />
        <button
          type="button"
          className={styles['arrow']}
          tabIndex={-1}
          disabled={editor.readonly}
          title={`Goes ${WAYS[direction]}. Press to turn it.`}
          aria-label={`Direction: ${WAYS[direction]}`}
          onClick={(event) => {
            event.stopPropagation();
            model.turn(id);
          }}
        >
          {ARROWS[direction]}
        </button>
        <End id={relation.to} />
      </div>
      <div className={styles['foot']}>
        <bdi
          className={styles['labels']}
          title={unknown.length > 0 ? `Not in the configuration: ${unknown.join(', ')}` : undefined}
        >
          {relation.labels.length > 0 ? relation.labels.join(', ') : model.labels.length > 0 ? 'No label' : ''}
        </bdi>
        <button
          type="button"
          className={styles['switch']}
          tabIndex={-1}
          aria-label={hidden ? 'Show' : 'Hide'}
          title={hidden ? 'Show' : 'Hide'}
          onClick={(event) => {
            event.stopPropagation();
            model.setHidden([id], !hidden);
          }}
        >
          <IconView icon={hidden ? ICONS.eyeOff : ICONS.eye} />
        </button>
        <button
          type="button"
          className={styles['switch']}
          tabIndex={-1}
          aria-label="Delete"
          title="Delete (Del)"
          disabled={editor.readonly}
          onClick={(event) => {
            event.stopPropagation();
            model.remove([id]);
          }}
        >
          <IconView icon={ICONS.trash} />
        </button>
      </div>
    </div>
  );
});

/** One end: number, colour and a few words. */
function End({ id }: { readonly id: string }) {
  const editor = useEditor();
  const document = useDocument();
  const region = useRegion(id);
  if (!region) return <span className={styles['end']}>gone</span>;
  const { color, labels } = editor.labels.style(region);
  const about = editor.aboutShape(region).replace(/\s+/g, ' ').slice(0, 80);
  return (
    <span className={styles['end']} style={{ '--label': color } as CSSProperties} title={editor.describe(region)}>
      <span className={styles['number']}>{document.regionNumber(id) || ''}</span>
      <bdi>{about || labels.join(', ') || 'Region'}</bdi>
    </span>
  );
}

/** Labels of the chosen relation, as switches. */
function LabelChoice({ relation }: { readonly relation: Relation }) {
  const editor = useEditor();
  const model = relationsOf(editor);
  const [query, setQuery] = useState('');
  const words = query.toLowerCase().split(/\s+/);
  const shown = model.labels.filter((label) => words.every((word) => label.value.toLowerCase().includes(word)));
  return (
    <fieldset className={styles['choice']} aria-label="Labels of the relation">
      {model.labels.length > SEARCH_FROM && (
        <input
          type="search"
          className={styles['search']}
          value={query}
          placeholder={`Find one of ${model.labels.length} labels`}
          aria-label="Find a label of the relation"
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !shown[0]) return;
            event.preventDefault();
            model.toggleLabel(relation.id, shown[0].value);
            setQuery('');
          }}
        />
      )}
      <div className={styles['choices']}>
        {shown.map(({ value, color }) => (
          <button
            key={value}
            type="button"
            className={styles['label']}
            style={color ? ({ '--relation': color } as CSSProperties) : undefined}
            aria-pressed={relation.labels.includes(value)}
            disabled={editor.readonly}
            onClick={() => model.toggleLabel(relation.id, value)}
          >
            <bdi>{value}</bdi>
          </button>
        ))}
      </div>
    </fieldset>
  );
}
