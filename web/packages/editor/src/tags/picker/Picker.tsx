/**
 * A field that opens a searchable tree: drop-down Choices and Taxonomy. Chosen entries stand in
 * the field and can be taken away there; ten thousand entries are drawn as the rows on screen.
 */
import { type CSSProperties, useRef, useState } from 'react';
import { type ChoiceTree, type PlacedChoice, pathKey } from '../../core/choice-tree';
import { ICONS } from '../../core/icons';
import { IconView } from '../../panels/parts/Icon';
import { useAnchor } from './anchor';
import { PickerPopup } from './Popup';
import styles from './picker.module.css';

/** One chosen entry as the field shows it. */
export interface ChosenEntry {
  readonly path: readonly string[];
  readonly title: string;
  /** The whole way to it, for the tooltip. */
  readonly full: string;
  /** Neither in the configuration nor in the task. */
  readonly unknown?: boolean;
  readonly color?: string | null;
}

export interface PickerProps {
  readonly label: string;
  readonly tree: ChoiceTree;
  readonly chosen: readonly ChosenEntry[];
  readonly multiple: boolean;
  /** Single choices that cannot be taken back have no clear button. */
  readonly clearable?: boolean;
  readonly readonly: boolean;
  readonly placeholder: string;
  /** May this entry be chosen? Others only open. */
  readonly selectable: (item: PlacedChoice) => boolean;
  readonly isBranch: (item: PlacedChoice) => boolean;
  readonly onToggle: (path: readonly string[]) => void;
  /** Why no further entry may be chosen; null when one may. */
  readonly full?: string | null;
  /** Before the root (null) or a branch is shown: entries that are loaded on demand. */
  readonly onOpen?: (item: PlacedChoice | null) => void;
  /** Loading, or what went wrong; below the search field. */
  readonly status?: { readonly text: string; readonly retry?: () => void } | null;
  /** Annotators may add entries below one, or (null) at the root. */
  readonly onAdd?: (parent: PlacedChoice | null, title: string) => void;
  readonly widths?: { readonly min?: string; readonly max?: string; readonly popup?: string };
}

export function Picker(props: PickerProps) {
  const { label, chosen, multiple, readonly, placeholder, onToggle, clearable = true, widths = {} } = props;
  const [open, setOpen] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  useAnchor(popup, field, open);
  const close = (focus: boolean) => {
    setOpen(false);
    if (focus) trigger.current?.focus();
  };
  const show = () => {
    if (readonly) return;
    props.onOpen?.(null);
    setOpen(true);
  };
  const [only] = multiple ? [] : chosen;
  const words = only?.title ?? (chosen.length > 0 ? 'Add…' : placeholder);
  return (
    <div
      ref={field}
      className={`${styles['field']} ${open ? styles['open'] : ''}`}
      style={{ minWidth: widths.min, maxWidth: widths.max } as CSSProperties}
    >
      {(multiple || chosen.length > 1) &&
        chosen.map((entry) => (
          <Chip key={pathKey(entry.path)} entry={entry} readonly={readonly} onRemove={() => onToggle(entry.path)} />
        ))}
      <button
        ref={trigger}
        type="button"
        className={`${styles['trigger']} ${only ? '' : styles['empty']} ${only?.unknown ? styles['unknown'] : ''}`}
        aria-haspopup="tree"
        aria-expanded={open}
        aria-label={only ? `${label}: ${only.full}` : `${label}: ${words}`}
        title={only?.full}
        disabled={readonly}
        onClick={() => (open ? close(true) : show())}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            show();
          } else if ((event.key === 'Backspace' || event.key === 'Delete') && clearable) {
            const last = chosen.at(-1);
            event.preventDefault();
            if (last) onToggle(last.path);
          }
        }}
      >
        <bdi className={styles['words']}>{words}</bdi>
        <IconView icon={ICONS.down} />
      </button>
      {only && clearable && !readonly && (
        <button
          type="button"
          className={styles['clear']}
          aria-label={`Clear ${label}`}
          title="Clear"
          onClick={() => {
            onToggle(only.path);
            trigger.current?.focus();
          }}
        >
          <IconView icon={ICONS.close} />
        </button>
      )}
      {open && (
        <div ref={popup} popover="manual" className={styles['popup']} style={{ width: widths.popup }}>
          <PickerPopup {...props} field={field} onClose={close} />
        </div>
      )}
    </div>
  );
}

function Chip({
  entry,
  readonly,
  onRemove,
}: {
  readonly entry: ChosenEntry;
  readonly readonly: boolean;
  readonly onRemove: () => void;
}) {
  const about = entry.unknown ? `${entry.full} (not in the labeling configuration)` : entry.full;
  return (
    <span
      className={`${styles['chip']} ${entry.unknown ? styles['unknown'] : ''}`}
      style={entry.color ? ({ '--chip': entry.color } as CSSProperties) : undefined}
      title={about}
    >
      {entry.color && <span className={styles['dot']} />}
      <bdi className={styles['words']}>{entry.title}</bdi>
      {!readonly && (
        <button type="button" className={styles['remove']} aria-label={`Take away ${entry.full}`} onClick={onRemove}>
          <IconView icon={ICONS.close} />
        </button>
      )}
    </span>
  );
}
