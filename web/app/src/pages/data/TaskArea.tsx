/** The tasks themselves, or why there are none. */
import type { ListedTask, Project } from '@labelkeep/api';
import {
  Button,
  CardGrid,
  DataTable,
  type DataTableHandle,
  EmptyState,
  ListFilter,
  type ListSelection,
  Spinner,
  type TablePosition,
  Tag,
  Upload,
} from '@labelkeep/kit';
import { type Ref, useCallback, useMemo } from 'react';
import { messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import type { CellContext } from './cells/render';
import { cardHeight, cardRenderer } from './cells/TaskCard';
import styles from './data.module.css';
import { isPicture } from './model/columns';
import type { TaskWindow, WindowState } from './model/task-window';
import type { TableColumns } from './use-table-columns';
import type { ViewState } from './use-view-state';

export interface TaskAreaProps {
  handle: Ref<DataTableHandle>;
  project: Project;
  position: TablePosition;
  /** Another list begins where it was left. */
  positionKey: string;
  tasks: TaskWindow;
  loaded: WindowState;
  total: number;
  /** The project has no tasks, or none for this person. */
  isEmpty: boolean;
  /** The task that is open beside the list. */
  open: number | undefined;
  state: ViewState;
  table: TableColumns;
  context: CellContext;
  selection: ListSelection<ListedTask>;
  onOpen: (task: ListedTask) => void;
  onImport: () => void;
  onRetry: () => void;
  onShowAll: () => void;
}

const idOf = (task: ListedTask) => task.id;
const nameOfRow = (task: ListedTask) => `task ${task.id}`;

export function TaskArea(props: TaskAreaProps) {
  const { project, loaded, total, isEmpty, state, onImport, onRetry, onShowAll } = props;
  if (isEmpty) {
    return mayIn(project, 'Import') ? (
      <EmptyState
        icon={<Upload size={32} />}
        title="No data yet"
        actions={
          <Button variant="primary" onPress={onImport}>
            Import data
          </Button>
        }
      >
        Bring in a JSON or CSV file with a task a row, text files with a task a line, or pictures. They can also come by
        API.
      </EmptyState>
    ) : (
      <EmptyState icon={<Tag size={32} />} title="Nothing for you to label at present">
        Tasks appear here when they are added to the project or assigned to you.
      </EmptyState>
    );
  }
  if (loaded.error && (loaded.isStale || total === 0)) {
    return (
      <EmptyState
        title="The tasks could not be loaded"
        actions={
          <>
            <Button onPress={onRetry}>Try again</Button>
            {state.slice.filters.items.length > 0 && <Button onPress={onShowAll}>Show all tasks</Button>}
          </>
        }
      >
        {messageOf(loaded.error)}
      </EmptyState>
    );
  }
  if (!loaded.isFirst && !loaded.isStale && total === 0) {
    if (loaded.isSearching) return <Spinner label="Looking through all tasks" />;
    return (
      <EmptyState
        icon={<ListFilter size={32} />}
        title="No task fits"
        actions={<Button onPress={onShowAll}>Show all tasks</Button>}
      >
        Change the filters, or take some away.
      </EmptyState>
    );
  }
  return <List {...props} />;
}

function List({
  handle,
  position,
  positionKey,
  tasks,
  loaded,
  total,
  open,
  state,
  table,
  context,
  selection,
  onOpen,
}: TaskAreaProps) {
  const { layout, cardWidth } = state.display;
  const { version } = loaded;
  // Each answer is another function: rows are drawn anew only when there is something new.
  const row = useCallback((index: number) => tasks.row(index), [tasks, version]);
  const shared = {
    label: 'Tasks',
    count: total,
    getRow: row,
    onVisibleRange: tasks.show,
    onOpen,
    rowId: idOf,
    rowName: nameOfRow,
    openId: open,
    selection,
    position,
    handle,
  };
  const hasPicture = table.shown.some(isPicture);
  const height = cardHeight(cardWidth, hasPicture);
  const renderCard = useMemo(
    () => cardRenderer(table.shown, context, cardWidth, height),
    [table.shown, context.people, context.colors, cardWidth, height],
  );
  return (
    <div className={styles.table} data-stale={loaded.isStale || undefined}>
      {layout === 'grid' ? (
        <CardGrid<ListedTask>
          key={positionKey}
          {...shared}
          cardWidth={cardWidth}
          cardHeight={height}
          renderCard={renderCard}
        />
      ) : (
        <DataTable<ListedTask>
          key={positionKey}
          {...shared}
          columns={table.columns}
          rowHeight={table.rowHeight}
          onSort={table.onSort}
          onMove={table.onMove}
          onResize={table.onResize}
          columnMenu={table.columnMenu}
        />
      )}
    </div>
  );
}
