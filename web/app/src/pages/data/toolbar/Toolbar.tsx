/** What stands between the views and the tasks: filters, orders, columns, and how the tasks are laid out. */
import {
  ArrowDownUp,
  Button,
  Columns3,
  IconButton,
  LayoutGrid,
  List,
  ListFilter,
  Menu,
  Popover,
  Rows3,
  Segments,
} from '@labelkeep/kit';
import type { ReactNode } from 'react';
import type { Column } from '../model/columns';
import { type ColumnIndex, type Names, toWire } from '../model/filters';
import type { RowHeight } from '../model/view';
import type { ViewState } from '../use-view-state';
import { ColumnsPanel } from './ColumnsPanel';
import { FilterPanel } from './FilterPanel';
import { OrderPanel } from './OrderPanel';
import styles from './toolbar.module.css';

export type Panel = 'filter' | 'order' | 'columns' | undefined;

export interface ToolbarProps {
  columns: readonly Column[];
  index: ColumnIndex;
  names: Names;
  state: ViewState;
  /** Pixels of a row now. */
  rowHeight: number;
  /** There is room for signs only. */
  isNarrow: boolean;
  panel: Panel;
  /** A column that a filter is begun for. */
  seed: string | undefined;
  onPanel: (panel: Panel) => void;
  /** How many tasks there are. */
  children?: ReactNode;
}

const HEIGHTS: readonly { height: RowHeight; label: string; description: string }[] = [
  { height: 32, label: 'Compact', description: 'One line, the most rows' },
  { height: 44, label: 'Comfortable', description: 'Room for small pictures' },
  { height: 72, label: 'Tall', description: 'Three lines, larger pictures' },
  { height: 120, label: 'Very tall', description: 'Six lines, pictures to look at' },
];

const SIZES = [160, 240, 360, 520] as const;
const SIZE_NAMES = ['Small', 'Medium', 'Large', 'Very large'];

export function Toolbar({
  columns,
  index,
  names,
  state,
  rowHeight,
  isNarrow,
  panel,
  seed,
  onPanel,
  children,
}: ToolbarProps) {
  const { slice, display, setSlice, setDisplay } = state;
  const filters = toWire(slice.filters, index)?.items.length ?? 0;
  const numbers = new Set(Object.keys(display.types).filter((name) => display.types[name] === 'Number'));
  const opens = (name: Exclude<Panel, undefined>) => ({
    isOpen: panel === name,
    onOpenChange: (isOpen: boolean) => onPanel(isOpen ? name : undefined),
  });
  return (
    <div className={styles.bar} role="toolbar" aria-label="View">
      <Popover
        label="Filters"
        {...opens('filter')}
        trigger={
          <Button
            size="small"
            icon={<ListFilter size={14} />}
            shortcut="F"
            label={filters > 0 ? `Filter ${filters} in use` : 'Filter'}
          >
            Filter {filters > 0 && <b className={styles.badge}>{filters}</b>}
          </Button>
        }
      >
        <FilterPanel
          columns={columns}
          index={index}
          names={names}
          filters={slice.filters}
          seed={seed}
          onChange={(next) => setSlice({ ...slice, filters: next })}
        />
      </Popover>
      <Popover
        label="Order"
        {...opens('order')}
        trigger={
          <Button
            size="small"
            icon={<ArrowDownUp size={14} />}
            label={slice.ordering.length > 0 ? `Order ${slice.ordering.length} in use` : 'Order'}
          >
            Order {slice.ordering.length > 0 && <b className={styles.badge}>{slice.ordering.length}</b>}
          </Button>
        }
      >
        <OrderPanel
          columns={columns}
          index={index}
          ordering={slice.ordering}
          onChange={(ordering) => setSlice({ ...slice, ordering })}
          numbers={numbers}
          onNumber={(name, isNumber) =>
            setDisplay((present) => {
              const { [name]: _, ...others } = present.types;
              return { ...present, types: isNumber ? { ...others, [name]: 'Number' } : others };
            })
          }
        />
      </Popover>
      <span className={styles.counts}>{children}</span>
      <Popover
        label="Columns"
        placement="bottom end"
        {...opens('columns')}
        trigger={<Control label="Columns" icon={<Columns3 size={14} />} isNarrow={isNarrow} />}
      >
        <ColumnsPanel columns={columns} display={display} onChange={setDisplay} />
      </Popover>
      {display.layout === 'list' ? (
        <Menu
          label="Height of rows"
          trigger={<Control label="Rows" icon={<Rows3 size={14} />} isNarrow={isNarrow} />}
          items={HEIGHTS.map(({ height, label, description }) => ({
            id: String(height),
            label,
            description,
            isChecked: height === rowHeight,
            onAction: () => setDisplay((present) => ({ ...present, rowHeight: height })),
          }))}
        />
      ) : (
        <Menu
          label="Size of cards"
          trigger={<Control label="Size" icon={<Rows3 size={14} />} isNarrow={isNarrow} />}
          items={SIZES.map((size, place) => ({
            id: String(size),
            label: SIZE_NAMES[place] ?? '',
            isChecked: size === display.cardWidth,
            onAction: () => setDisplay((present) => ({ ...present, cardWidth: size })),
          }))}
        />
      )}
      <Segments
        label="Layout"
        value={display.layout}
        onChange={(layout) => setDisplay((present) => ({ ...present, layout: layout === 'grid' ? 'grid' : 'list' }))}
        options={[
          { id: 'list', label: 'As a table', icon: <List size={14} /> },
          { id: 'grid', label: 'As cards', icon: <LayoutGrid size={14} /> },
        ]}
      />
    </div>
  );
}

/** A button with its name, or without it where the room is needed for the tasks. */
function Control({ label, icon, isNarrow }: { label: string; icon: ReactNode; isNarrow: boolean }) {
  return isNarrow ? (
    <IconButton label={label} icon={icon} />
  ) : (
    <Button size="small" icon={icon}>
      {label}
    </Button>
  );
}
