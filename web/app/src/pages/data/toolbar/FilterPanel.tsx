/** Builds filters line by line: a column, what it should be, and the value, each with the field that fits. */
import { Button, ComboBox, CornerDownRight, IconButton, Plus, Select, X } from '@labelkeep/kit';
import { useEffect, useRef, useState } from 'react';
import { LOOK_ICONS } from '../cells/icons';
import type { Column } from '../model/columns';
import {
  type ColumnIndex,
  editorOf,
  emptyValue,
  type Filter,
  type Filters,
  isComplete,
  type Names,
  type Operator,
  operatorsOf,
  toWire,
  wordOf,
} from '../model/filters';
import styles from './toolbar.module.css';
import { ValueEditor } from './ValueEditor';

/** Milliseconds after the last key until the list is asked. */
const PAUSE = 350;

export interface FilterPanelProps {
  columns: readonly Column[];
  index: ColumnIndex;
  names: Names;
  filters: Filters;
  /** A column that a filter is begun for. */
  seed: string | undefined;
  onChange: (filters: Filters) => void;
}

/** A line has a number of its own, so that a field keeps the focus when the line before it goes. */
interface Line {
  key: number;
  filter: Filter;
}

let lastKey = 0;
const line = (filter: Filter): Line => ({ key: ++lastKey, filter });

export function FilterPanel({ columns, index, names, filters, seed, onChange }: FilterPanelProps) {
  const able = columns.filter((column) => operatorsOf(column).length > 0);
  const [conjunction, setConjunction] = useState(filters.conjunction);
  const [lines, setLines] = useState<readonly Line[]>(() => {
    const column = seed === undefined ? undefined : index.get(seed);
    const known = filters.items.map(line);
    if (column) return [...known, line(begin(column))];
    return known.length > 0 ? known : first(able);
  });
  const sent = useRef(JSON.stringify(toWire(filters, index) ?? null));
  /** What has not been told yet. */
  const waiting = useRef<(() => void) | undefined>(undefined);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });

  // What is complete holds a moment after the last key, and at once when the panel is closed.
  useEffect(() => {
    const next: Filters = { conjunction, items: lines.map(({ filter }) => filter) };
    const complete: Filters = {
      conjunction,
      items: next.items.filter((filter) => isComplete(filter, index.get(filter.column)?.kind ?? 'text')),
    };
    const text = JSON.stringify(toWire(complete, index) ?? null);
    waiting.current = undefined;
    if (text === sent.current) return;
    const tell = () => {
      waiting.current = undefined;
      sent.current = text;
      latest.current(complete);
    };
    waiting.current = tell;
    const timer = setTimeout(tell, PAUSE);
    return () => clearTimeout(timer);
  }, [conjunction, lines, index]);
  useEffect(() => () => waiting.current?.(), []);

  const set = (key: number, filter: Filter) =>
    setLines((known) => known.map((other) => (other.key === key ? { key, filter } : other)));
  const remove = (key: number) => setLines((known) => known.filter((other) => other.key !== key));

  return (
    <div className={styles.filters}>
      {lines.length === 0 && <p className={styles.hint}>All tasks are shown.</p>}
      {lines.map(({ key, filter }, place) => (
        <div key={key} className={styles.group}>
          <FilterLine
            lead={
              place === 0 ? (
                <span className={styles.lead}>Where</span>
              ) : place === 1 ? (
                <Select
                  label="How filters go together"
                  isLabelHidden
                  value={conjunction}
                  onChange={(value) => setConjunction(value === 'or' ? 'or' : 'and')}
                  options={[
                    { id: 'and', label: 'and' },
                    { id: 'or', label: 'or' },
                  ]}
                />
              ) : (
                <span className={styles.lead}>{conjunction}</span>
              )
            }
            columns={able}
            index={index}
            names={names}
            filter={filter}
            onChange={(next) => set(key, next)}
            onRemove={() => remove(key)}
            onNarrow={
              filter.child
                ? undefined
                : () => {
                    const [child] = first(able);
                    if (child) set(key, { ...filter, child: child.filter });
                  }
            }
          />
          {filter.child && (
            <FilterLine
              lead={
                <span className={styles.lead}>
                  <CornerDownRight size={14} aria-hidden="true" /> with
                </span>
              }
              columns={able}
              index={index}
              names={names}
              filter={filter.child}
              onChange={(child) => set(key, { ...filter, child })}
              onRemove={() => set(key, { ...filter, child: undefined })}
            />
          )}
        </div>
      ))}
      <div className={styles.foot}>
        <Button
          size="small"
          icon={<Plus size={14} />}
          onPress={() => setLines((known) => [...known, ...first(able)])}
          isDisabled={able.length === 0}
        >
          Add a filter
        </Button>
        {lines.length > 0 && (
          <Button size="small" variant="quiet" onPress={() => setLines([])}>
            Show all tasks
          </Button>
        )}
      </div>
    </div>
  );
}

/** The line that one begins with: the first column of the data, whatever it contains. */
function first(columns: readonly Column[]): Line[] {
  const column = columns.find(({ isData }) => isData) ?? columns[0];
  return column ? [line(begin(column))] : [];
}

function begin(column: Column): Filter {
  const [operator = 'equal'] = operatorsOf(column);
  return { column: column.name, operator, value: emptyValue(editorOf(operator, column.kind)) };
}

function FilterLine({
  lead,
  columns,
  index,
  names,
  filter,
  onChange,
  onRemove,
  onNarrow,
}: {
  lead: React.ReactNode;
  columns: readonly Column[];
  index: ColumnIndex;
  names: Names;
  filter: Filter;
  onChange: (filter: Filter) => void;
  onRemove: () => void;
  onNarrow?: (() => void) | undefined;
}) {
  const column = index.get(filter.column);
  const kind = column?.kind ?? 'text';
  const operators = column ? operatorsOf(column) : [filter.operator];
  const pick = (operator: Operator) => {
    const before = editorOf(filter.operator, kind);
    const after = editorOf(operator, kind);
    // What has been typed stays where it still fits.
    onChange({ ...filter, operator, value: before === after ? filter.value : emptyValue(after) });
  };
  return (
    <div className={styles.line}>
      <div className={styles.leadBox}>{lead}</div>
      <div className={styles.column}>
        <ComboBox
          label="Column"
          isLabelHidden
          value={filter.column}
          onChange={(name) => {
            const next = index.get(name);
            if (next && name !== filter.column) onChange({ ...begin(next), child: filter.child });
          }}
          options={[
            ...columns.map((option) => ({ id: option.name, label: option.title, icon: LOOK_ICONS[option.look] })),
            ...(column
              ? []
              : [{ id: filter.column, label: `${filter.column.replace(/^tasks:(data\.)?/, '')} (gone)` }]),
          ]}
        />
      </div>
      <div className={styles.operator}>
        <Select
          label="Condition"
          isLabelHidden
          value={filter.operator}
          onChange={(operator) => pick(operator as Operator)}
          options={operators.map((operator) => ({ id: operator, label: wordOf(operator, kind) }))}
        />
      </div>
      <div className={styles.value}>
        <ValueEditor
          editor={editorOf(filter.operator, kind)}
          value={filter.value}
          column={column}
          names={names}
          onChange={(value) => onChange({ ...filter, value })}
        />
      </div>
      {onNarrow && (
        <IconButton label="Add a condition to this one" icon={<CornerDownRight size={14} />} onPress={onNarrow} />
      )}
      <IconButton label="Remove the filter" icon={<X size={14} />} onPress={onRemove} />
    </div>
  );
}
