import { type CSSProperties, memo } from 'react';
import { ICONS } from '../core/icons';
import type { Row } from '../core/region-rows';
import { useDocument, useEditor, useRegion, useRegionFlags } from '../react/hooks';
import { RowFields, rowFieldsHeight } from '../tags/row-fields/RowFields';
import { IconView } from './parts/Icon';
import styles from './regions.module.css';

interface Shared {
  readonly domId: string;
  readonly active: boolean;
  readonly onSelect: (row: Row, event: React.MouseEvent) => void;
}

/** One region: number, colour, labels, text, score, and its switches. */
export const RegionRow = memo(
  function RegionRow({ row, domId, active, onSelect }: Shared & { readonly row: Extract<Row, { kind: 'region' }> }) {
    const { id, level } = row;
    const editor = useEditor();
    const document = useDocument();
    const region = useRegion(id);
    const { selected, hovered, hidden, locked } = useRegionFlags(id);
    if (!region) return null;
    const { labels, color } = editor.labels.style(region);
    const about = editor.aboutShape(region);
    const incomplete = editor.modules.shape(region.kind)?.incomplete?.(region.geometry) ?? null;
    const number = document.regionNumber(id);
    const locks = locked || region.readonly;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around handles the keys of its rows.
      <div
        id={domId}
        role="treeitem"
        tabIndex={-1}
        aria-level={level}
        aria-selected={selected}
        aria-label={`${number}. ${editor.describe(region)}${hidden ? ', hidden' : ''}${locks ? ', locked' : ''}`}
        className={`${styles['row']} ${selected ? styles['selected'] : ''} ${hovered ? styles['hovered'] : ''} ${active ? styles['active'] : ''} ${hidden ? styles['hidden'] : ''}`}
        style={
          {
            '--label': color,
            position: 'relative',
            height: 32 + rowFieldsHeight(editor),
            paddingLeft: 8 + (level - 1) * 14,
            paddingBottom: rowFieldsHeight(editor) || undefined,
          } as CSSProperties
        }
        onClick={(event) => onSelect(row, event)}
        onPointerEnter={() => document.view.hover(id)}
        onPointerLeave={() => document.view.hover(null)}
      >
        <span className={styles['number']}>{number}</span>
        <span className={styles['swatch']} />
        <bdi className={styles['labels']}>{labels.length > 0 ? labels.join(', ') : 'No label'}</bdi>
        <bdi className={styles['about']}>{about.slice(0, 200)}</bdi>
        {incomplete && (
          <span className={styles['warning']} title={incomplete}>
            <IconView icon={ICONS.warning} />
          </span>
        )}
        {region.origin === 'prediction' && (
          <span className={styles['origin']} title="From a prediction, not changed">
            <IconView icon={ICONS.spark} />
          </span>
        )}
        {region.score !== undefined && <span className={styles['score']}>{region.score.toFixed(2)}</span>}
        <RowSwitch
          on={locks}
          label={locked ? 'Unlock' : 'Lock'}
          icon={locks ? ICONS.lock : ICONS.unlock}
          disabled={region.readonly}
          onPress={() => document.view.setLocked([id], !locked)}
        />
        <RowSwitch
          on={hidden}
          label={hidden ? 'Show' : 'Hide'}
          icon={hidden ? ICONS.eyeOff : ICONS.eye}
          onPress={() => document.view.setHidden([id], !hidden)}
        />
        <RowFields region={id} />
      </div>
    );
  },
  (a, b) => a.row.id === b.row.id && a.row.level === b.row.level && a.active === b.active && a.domId === b.domId,
);

export function GroupRow({
  row,
  folded,
  onFold,
  domId,
  active,
  onSelect,
}: Shared & {
  readonly row: Extract<Row, { kind: 'group' }>;
  readonly folded: boolean;
  readonly onFold: (close: boolean) => void;
}) {
  const document = useDocument();
  const hidden = row.ids.every((id) => document.view.isHidden(id));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around handles the keys of its rows.
    <div
      id={domId}
      role="treeitem"
      tabIndex={-1}
      aria-level={1}
      aria-expanded={!folded}
      aria-selected={false}
      aria-label={`${row.title}, ${row.ids.length} regions`}
      className={`${styles['row']} ${styles['group']} ${active ? styles['active'] : ''}`}
      style={{ '--label': row.color } as CSSProperties}
      onClick={(event) => onSelect(row, event)}
    >
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
      <span className={styles['swatch']} />
      <bdi className={styles['labels']}>{row.title}</bdi>
      <span className={styles['about']}>{row.ids.length.toLocaleString()}</span>
      <RowSwitch
        on={hidden}
        label={hidden ? 'Show all of this group' : 'Hide all of this group'}
        icon={hidden ? ICONS.eyeOff : ICONS.eye}
        onPress={() => document.view.setHidden(row.ids, !hidden)}
      />
    </div>
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
  onPress: () => void;
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
        onPress();
      }}
    >
      <IconView icon={icon} />
    </button>
  );
}
