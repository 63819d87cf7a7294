/** Which columns there are: shown, hidden, pinned, and in which order. */
import { ArrowDown, ArrowUp, Button, Checkbox, IconButton, Pin, PinOff, SearchField } from '@labelkeep/kit';
import { useState } from 'react';
import { LOOK_ICONS } from '../cells/icons';
import type { Column } from '../model/columns';
import { type Display, inOrder, moveColumn, PLAIN, setShown, shownColumns } from '../model/view';
import styles from './toolbar.module.css';

export interface ColumnsPanelProps {
  columns: readonly Column[];
  display: Display;
  onChange: (change: (display: Display) => Display) => void;
}

export function ColumnsPanel({ columns, display, onChange }: ColumnsPanelProps) {
  const [search, setSearch] = useState('');
  const shown = new Set(shownColumns(columns, display).map(({ name }) => name));
  const ordered = inOrder(columns, display);
  const wanted = search.trim().toLowerCase();
  const found = ordered.filter(({ title }) => title.toLowerCase().includes(wanted));
  const step = (column: Column, by: -1 | 1) => {
    const place = ordered.indexOf(column);
    const before = by < 0 ? ordered[place - 1]?.name : ordered[place + 2]?.name;
    onChange((present) => moveColumn(columns, present, column.name, before));
  };
  return (
    <div className={styles.columns}>
      <SearchField label="Find a column" placeholder="Find a column" value={search} onChange={setSearch} />
      <ul className={styles.list}>
        {found.map((column) => {
          const isPinned = display.pinned.includes(column.name);
          const place = ordered.indexOf(column);
          return (
            <li key={column.name}>
              <Checkbox
                isSelected={shown.has(column.name)}
                onChange={(on) => onChange((present) => setShown(columns, present, column.name, on))}
              >
                <span className={styles.columnName}>
                  {LOOK_ICONS[column.look]}
                  <bdi title={column.help ?? column.title}>{column.title}</bdi>
                </span>
              </Checkbox>
              <span className={styles.tools}>
                <IconButton
                  label={isPinned ? `Let go of ${column.title}` : `Pin ${column.title} to the left`}
                  icon={isPinned ? <PinOff size={14} /> : <Pin size={14} />}
                  onPress={() => onChange((present) => setPinned(present, column.name, !isPinned))}
                />
                {wanted === '' && (
                  <>
                    <IconButton
                      label={`${column.title}: further left`}
                      icon={<ArrowUp size={14} />}
                      isDisabled={place === 0}
                      onPress={() => step(column, -1)}
                    />
                    <IconButton
                      label={`${column.title}: further right`}
                      icon={<ArrowDown size={14} />}
                      isDisabled={place === ordered.length - 1}
                      onPress={() => step(column, 1)}
                    />
                  </>
                )}
              </span>
            </li>
          );
        })}
        {found.length === 0 && <li className={styles.hint}>No column is called “{search}”.</li>}
      </ul>
      <div className={styles.foot}>
        <Button
          size="small"
          variant="quiet"
          onPress={() => onChange((present) => ({ ...present, hidden: [] }))}
          isDisabled={shown.size === columns.length}
        >
          Show all
        </Button>
        <Button
          size="small"
          variant="quiet"
          onPress={() =>
            onChange((present) => ({
              ...present,
              hidden: PLAIN.hidden,
              order: PLAIN.order,
              pinned: PLAIN.pinned,
              widths: PLAIN.widths,
            }))
          }
        >
          As at first
        </Button>
      </div>
    </div>
  );
}

export function setPinned(display: Display, name: string, isPinned: boolean): Display {
  const others = display.pinned.filter((other) => other !== name);
  return { ...display, pinned: isPinned ? [...others, name] : others };
}
