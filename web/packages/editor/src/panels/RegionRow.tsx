import { type CSSProperties, memo } from 'react';
import { countText } from '../core/count';
import { ICONS } from '../core/icons';
import { noteOf, type Row, toolOf } from '../core/region-rows';
import { transcriptOf } from '../core/transcript';
import { useDocument, useEditor, useRegion, useRegionFlags, useVersion } from '../react/hooks';
import { hasRowFields, RowFields, rowFieldsHeight } from '../tags/row-fields/RowFields';
import { IconView } from './parts/Icon';
import type { MenuPlace } from './parts/Menu';
import styles from './regions.module.css';

interface Shared {
  readonly domId: string;
  readonly active: boolean;
  /** Pixels. */
  readonly height: number;
  readonly onSelect: (row: Row, event: React.MouseEvent) => void;
  readonly onFold: (key: string, close: boolean) => void;
  readonly onMenu: (row: Row, place: MenuPlace) => void;
}

/** A finger can't hover and needs room: rows show their menu alone. */
export const TOUCH: boolean = globalThis.matchMedia?.('(pointer: coarse)').matches ?? false;
/** Characters of a region's text in its row. */
const SHOWN = 200;

type RegionRowData = Extract<Row, { kind: 'region' }>;

/** One region: number, tool, colour, labels, text, score, and its switches. */
export const RegionRow = memo(
  function RegionRow({
    row,
    domId,
    active,
    height,
    position,
    gutter,
    onSelect,
    onFold,
    onMenu,
  }: Shared & {
    readonly row: RegionRowData;
    /** From 1; the list says of how many. */
    readonly position: number;
    /** Room for the sign that folds, because other rows have it. */
    readonly gutter: boolean;
  }) {
    const { id, level } = row;
    const editor = useEditor();
    const document = useDocument();
    const region = useRegion(id);
    const { selected, hovered, hidden, locked } = useRegionFlags(id);
    if (!region) return null;
    const { labels, color } = editor.labels.style(region);
    const about = transcriptOf(editor, region) || editor.aboutShape(region);
    const incomplete = editor.missingIn(region);
    const number = region.suggested ? '' : document.regionNumber(id);
    const locks = locked || region.readonly;
    const tool = toolOf(editor, region);
    const note = noteOf(region.meta);
    const page = region.itemIndex !== undefined && editor.config.byName.get(region.object)?.has('valueList');
    // Switches of all rows would be three quarters of what is drawn while the list is scrolled.
    const near = !TOUCH && (selected || hovered || active);
    const title = labels.length > 0 ? labels.join(', ') : 'No label';
    const pageWords = page ? `p. ${(region.itemIndex ?? 0) + 1}` : '';
    // What is seen comes first, in the same order and with the same spaces: people who speak to their computer say what they see.
    const words = [
      `${number} ${title} ${about.slice(0, SHOWN)} ${pageWords} ${region.score?.toFixed(2) ?? ''}`.trimEnd(),
      region.suggested && 'suggested by the model',
      hidden && 'hidden',
      locks && !region.suggested && 'locked',
      incomplete && 'not finished',
      note !== '' && 'with a note',
    ].filter(Boolean);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around handles the keys of its rows.
      <div
        id={domId}
        role="treeitem"
        tabIndex={-1}
        data-region=""
        aria-level={level}
        aria-posinset={position}
        aria-expanded={row.parent ? !row.folded : undefined}
        aria-selected={selected}
        aria-label={words.join(', ').replace(/\s+/g, ' ')}
        className={`${styles['row']} ${selected ? styles['selected'] : ''} ${hovered ? styles['hovered'] : ''} ${active ? styles['active'] : ''} ${hidden ? styles['hidden'] : ''}`}
        style={
          {
            '--label': color,
            position: 'relative',
            height,
            paddingLeft: 6 + (Math.min(level, 12) - 1) * 14,
            paddingBottom: rowFieldsHeight(editor, id) || undefined,
          } as CSSProperties
        }
        onClick={(event) => onSelect(row, event)}
        onContextMenu={(event) => {
          event.preventDefault();
          onMenu(row, { x: event.clientX, y: event.clientY });
        }}
        onPointerEnter={() => document.view.hover(id)}
        onPointerLeave={() => document.view.hover(null)}
      >
        {row.parent ? (
          <Fold folded={row.folded} onFold={(close) => onFold(id, close)} />
        ) : (
          gutter && <span className={styles['gutter']} />
        )}
        <span className={styles['number']}>{number}</span>{' '}
        <span className={`${styles['swatch']} ${tool.icon ? styles['iconic'] : ''}`} title={tool.title}>
          {tool.icon && <IconView icon={tool.icon} />}
        </span>
        <bdi className={labels.length > 0 ? styles['labels'] : styles['unlabelled']}>{title}</bdi>{' '}
        <bdi className={styles['about']}>{about.slice(0, SHOWN)}</bdi>{' '}
        {page && <span className={styles['score']}>{pageWords}</span>}{' '}
        {incomplete && <Sign icon={ICONS.warning} kind="warning" words={incomplete} />}
        {note !== '' && <Sign icon={ICONS.note} kind="origin" words={note.slice(0, 300)} />}
        {region.origin === 'prediction' && !region.suggested && (
          <Sign icon={ICONS.spark} kind="origin" words="From a prediction, not changed" />
        )}
        {region.score !== undefined && <span className={styles['score']}>{region.score.toFixed(2)}</span>}
        {region.suggested && (
          <>
            <RowSwitch
              on
              label="Accept suggestion"
              icon={ICONS.check}
              onPress={() => editor.suggestions.accept([id])}
            />
            <RowSwitch
              on
              label="Reject suggestion"
              icon={ICONS.close}
              onPress={() => editor.suggestions.reject([id])}
            />
          </>
        )}
        {!region.suggested && (near || locks) && (
          <RowSwitch
            on={locks}
            label={locked ? 'Unlock' : 'Lock'}
            icon={locks ? ICONS.lock : ICONS.unlock}
            disabled={region.readonly}
            onPress={() => document.view.setLocked([id], !locked)}
          />
        )}
        {(near || hidden) && (
          <RowSwitch
            on={hidden}
            label={hidden ? 'Show' : 'Hide'}
            icon={hidden ? ICONS.eyeOff : ICONS.eye}
            onPress={() => document.view.setHidden([id], !hidden)}
          />
        )}
        {(near || TOUCH) && (
          <RowSwitch
            on={false}
            label="More"
            icon={ICONS.more}
            onPress={(button) => {
              const { left, bottom, top } = button.getBoundingClientRect();
              onMenu(row, { x: left, y: bottom, above: top });
            }}
          />
        )}
        {hasRowFields(editor) && <RowFields region={id} />}
      </div>
    );
  },
  (a, b) =>
    a.row.id === b.row.id &&
    a.row.level === b.row.level &&
    a.row.parent === b.row.parent &&
    a.row.folded === b.row.folded &&
    a.active === b.active &&
    a.height === b.height &&
    a.position === b.position &&
    a.gutter === b.gutter &&
    a.domId === b.domId,
);

/** The heading of a group of regions. */
export function GroupRow({
  row,
  domId,
  active,
  height,
  onSelect,
  onFold,
  onMenu,
}: Shared & { readonly row: Extract<Row, { kind: 'group' }> }) {
  const document = useDocument();
  useVersion(document.view.changed.subscribe as (listener: () => void) => () => void);
  const hidden = row.ids.every((id) => document.view.isHidden(id));
  // Undecided suggestions are listed, and count for nothing.
  const count = row.ids.filter((id) => !document.store.get(id)?.suggested).length;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around handles the keys of its rows.
    <div
      id={domId}
      role="treeitem"
      tabIndex={-1}
      aria-level={1}
      aria-expanded={!row.folded}
      aria-selected={false}
      aria-label={`${row.title} ${countText(count)} regions`}
      className={`${styles['row']} ${styles['group']} ${active ? styles['active'] : ''}`}
      style={{ '--label': row.color || 'transparent', height } as CSSProperties}
      onClick={(event) => onSelect(row, event)}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(row, { x: event.clientX, y: event.clientY });
      }}
    >
      <Fold folded={row.folded} onFold={(close) => onFold(row.key, close)} />
      {row.icon ? (
        <span className={styles['icon']}>
          <IconView icon={row.icon} />
        </span>
      ) : (
        <span className={styles['swatch']} />
      )}
      <bdi className={styles['labels']}>{row.title}</bdi> <span className={styles['about']}>{countText(count)}</span>
      <RowSwitch
        on={hidden}
        label={hidden ? 'Show all of this group' : 'Hide all of this group'}
        icon={hidden ? ICONS.eyeOff : ICONS.eye}
        onPress={() => document.view.setHidden(row.ids, !hidden)}
      />
    </div>
  );
}

function Sign({ icon, kind, words }: { icon: readonly string[]; kind: 'warning' | 'origin'; words: string }) {
  return (
    <span className={styles[kind]} title={words}>
      <IconView icon={icon} />
    </span>
  );
}

function Fold({ folded, onFold }: { folded: boolean; onFold: (close: boolean) => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${styles['fold']} ${folded ? styles['closed'] : ''}`}
      aria-label={folded ? 'Unfold' : 'Fold'}
      onClick={(event) => {
        event.stopPropagation();
        onFold(!folded);
      }}
    >
      <IconView icon={ICONS.down} />
    </button>
  );
}

function RowSwitch({
  on,
  label,
  icon,
  onPress,
  disabled = false,
}: {
  on: boolean;
  label: string;
  icon: readonly string[];
  onPress: (button: HTMLElement) => void;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${styles['switch']} ${on ? styles['on'] : ''}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={(event) => {
        event.stopPropagation();
        onPress(event.currentTarget);
      }}
    >
      <IconView icon={icon} />
    </button>
  );
}
