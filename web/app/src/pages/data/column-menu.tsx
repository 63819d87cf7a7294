/** What can be done with a column, at its head. */
import {
  ArrowDown,
  ArrowDownUp,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  EyeOff,
  ListFilter,
  type MenuEntry,
  Minus,
  Pin,
  PinOff,
  Plus,
} from '@labelkeep/kit';
import type { Column } from './model/columns';
import { operatorsOf } from './model/filters';
import { moveColumn, setShown } from './model/view';
import { setPinned } from './toolbar/ColumnsPanel';
import type { ViewState } from './use-view-state';

/** Pixels by which a key changes a width. */
const STEP = 40;

export function menuOf(
  name: string,
  columns: readonly Column[],
  shown: readonly Column[],
  { slice, display, setSlice, setDisplay }: ViewState,
  onFilter: (column: string) => void,
): MenuEntry[] {
  const column = columns.find((other) => other.name === name);
  if (!column) return [];
  const { ordering } = slice;
  const place = shown.findIndex((other) => other.name === name);
  const isPinned = display.pinned.includes(name);
  const width = display.widths[name] ?? column.width;
  const resize = (next: number) =>
    setDisplay((present) => ({ ...present, widths: { ...present.widths, [name]: Math.max(48, next) } }));
  const items: MenuEntry[] = [];
  if (column.isOrderable) {
    const isOnly = ordering.length === 1;
    items.push(
      {
        id: 'up',
        label: 'Order upwards',
        icon: <ArrowUp size={16} />,
        isChecked: isOnly && ordering[0] === name,
        onAction: () => setSlice({ ...slice, ordering: [name] }),
      },
      {
        id: 'down',
        label: 'Order downwards',
        icon: <ArrowDown size={16} />,
        isChecked: isOnly && ordering[0] === `-${name}`,
        onAction: () => setSlice({ ...slice, ordering: [`-${name}`] }),
      },
    );
    if (ordering.length > 0 && !ordering.some((entry) => entry.replace(/^-/, '') === name)) {
      items.push({
        id: 'further',
        label: 'Order by it after the others',
        icon: <ArrowDownUp size={16} />,
        onAction: () => setSlice({ ...slice, ordering: [...ordering, name] }),
      });
    }
  }
  if (operatorsOf(column).length > 0) {
    items.push({
      id: 'filter',
      label: 'Filter by it',
      icon: <ListFilter size={16} />,
      onAction: () => onFilter(name),
    });
  }
  items.push({
    id: 'pin',
    label: isPinned ? 'Let it go' : 'Pin to the left',
    icon: isPinned ? <PinOff size={16} /> : <Pin size={16} />,
    onAction: () => setDisplay((present) => setPinned(present, name, !isPinned)),
  });
  const before = shown[place - 1];
  if (before) {
    items.push({
      id: 'left',
      label: 'Move left',
      icon: <ArrowLeft size={16} />,
      onAction: () => setDisplay((present) => moveColumn(columns, present, name, before.name)),
    });
  }
  if (place < shown.length - 1) {
    items.push({
      id: 'right',
      label: 'Move right',
      icon: <ArrowRight size={16} />,
      onAction: () => setDisplay((present) => moveColumn(columns, present, name, shown[place + 2]?.name)),
    });
  }
  items.push(
    { id: 'wider', label: 'Wider', icon: <Plus size={16} />, onAction: () => resize(width + STEP) },
    { id: 'narrower', label: 'Narrower', icon: <Minus size={16} />, onAction: () => resize(width - STEP) },
    {
      id: 'hide',
      label: 'Hide',
      icon: <EyeOff size={16} />,
      onAction: () => setDisplay((present) => setShown(columns, present, name, false)),
    },
  );
  return items;
}
