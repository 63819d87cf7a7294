/** By what the tasks are ordered, the first entry first. */
import { ArrowDown, ArrowUp, Button, ComboBox, IconButton, Segments, X } from '@labelkeep/kit';
import { LOOK_ICONS } from '../cells/icons';
import type { Column } from '../model/columns';
import { type ColumnIndex, directionOf } from '../model/filters';
import styles from './toolbar.module.css';

export interface OrderPanelProps {
  columns: readonly Column[];
  index: ColumnIndex;
  ordering: readonly string[];
  onChange: (ordering: string[]) => void;
  /** Names of data columns that are ordered as numbers. */
  numbers: ReadonlySet<string>;
  onNumber: (name: string, isNumber: boolean) => void;
}

export function OrderPanel({ columns, index, ordering, onChange, numbers, onNumber }: OrderPanelProps) {
  const entries = ordering.map((entry) => ({ name: entry.replace(/^-/, ''), isDown: entry.startsWith('-') }));
  const used = new Set(entries.map(({ name }) => name));
  const free = columns.filter((column) => column.isOrderable && !used.has(column.name));
  const write = (next: typeof entries) => onChange(next.map(({ name, isDown }) => `${isDown ? '-' : ''}${name}`));
  return (
    <div className={styles.filters}>
      {entries.length === 0 && <p className={styles.hint}>Tasks stand in the order in which they came.</p>}
      {entries.map((entry, place) => {
        const column = index.get(entry.name);
        const title = column?.title ?? entry.name;
        return (
          <div key={entry.name} className={styles.line}>
            <div className={styles.leadBox}>
              <span className={styles.lead}>{place === 0 ? 'By' : 'then by'}</span>
            </div>
            <bdi className={styles.name} title={title}>
              {column && LOOK_ICONS[column.look]} {title}
            </bdi>
            {column?.isData && column.kind === 'text' && (
              <Segments
                label={`${title} is ordered as`}
                value={numbers.has(entry.name) ? 'number' : 'text'}
                onChange={(chosen) => onNumber(entry.name, chosen === 'number')}
                options={[
                  { id: 'text', label: 'Text' },
                  { id: 'number', label: 'Number' },
                ]}
              />
            )}
            <Segments
              label={`Direction of ${title}`}
              value={entry.isDown ? 'down' : 'up'}
              onChange={(chosen) =>
                write(entries.map((other) => (other === entry ? { ...other, isDown: chosen === 'down' } : other)))
              }
              options={[
                { id: 'up', label: directionOf(column, numbers.has(entry.name), false) },
                { id: 'down', label: directionOf(column, numbers.has(entry.name), true) },
              ]}
            />
            {entries.length > 1 && (
              <>
                <IconButton
                  label={`${title}: earlier`}
                  icon={<ArrowUp size={14} />}
                  isDisabled={place === 0}
                  onPress={() => write(swapped(entries, place, place - 1))}
                />
                <IconButton
                  label={`${title}: later`}
                  icon={<ArrowDown size={14} />}
                  isDisabled={place === entries.length - 1}
                  onPress={() => write(swapped(entries, place, place + 1))}
                />
              </>
            )}
            <IconButton
              label={`Do not order by ${title}`}
              icon={<X size={14} />}
              onPress={() => write(entries.filter((other) => other !== entry))}
            />
          </div>
        );
      })}
      {free.length > 0 && (
        <div className={styles.line}>
          <div className={styles.leadBox}>
            <span className={styles.lead}>{entries.length === 0 ? 'By' : 'then by'}</span>
          </div>
          <div className={styles.column}>
            <ComboBox
              key={ordering.length}
              label="Order by"
              isLabelHidden
              value=""
              placeholder="Choose a column"
              onChange={(name) => onChange([...ordering, name])}
              options={free.map((column) => ({
                id: column.name,
                label: column.title,
                icon: LOOK_ICONS[column.look],
              }))}
            />
          </div>
        </div>
      )}
      {entries.length > 0 && (
        <div className={styles.foot}>
          <Button size="small" variant="quiet" onPress={() => onChange([])}>
            As they came
          </Button>
        </div>
      )}
    </div>
  );
}

function swapped<Entry>(entries: readonly Entry[], a: number, b: number): Entry[] {
  const next = [...entries];
  [next[a], next[b]] = [next[b] as Entry, next[a] as Entry];
  return next;
}
