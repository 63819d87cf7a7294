/** How many tasks the list holds, and what is on the way. */
import { count, counted } from '../../shared/numbers';
import type { ColumnIndex } from './model/filters';
import type { WindowState } from './model/task-window';

export function Counts({
  state,
  columns,
  isWhole,
}: {
  state: WindowState;
  columns: ColumnIndex;
  /** All tasks are shown: what they have stands at the head of the page already. */
  isWhole: boolean;
}) {
  if (state.isFirst) return null;
  const { total, isExact, isSearching, annotations, predictions, indexing } = state;
  const known = isExact ? counted(total, 'task') : total > 0 ? `at least ${counted(total, 'task')}` : undefined;
  // Where nothing is found yet, the page itself says that it is searching.
  const tasks = [known, isSearching && total > 0 && 'searching…'].filter(Boolean).join(' · ');
  const more = (
    isWhole
      ? []
      : [
          annotations === null ? undefined : counted(annotations, 'annotation'),
          predictions === null ? undefined : counted(predictions, 'prediction'),
        ]
  ).filter(Boolean);
  const [index] = indexing;
  return (
    <span role="status">
      {[tasks, ...more].join(' · ')}
      {index &&
        ` · ${columns.get(`tasks:${index.column}`)?.title ?? index.column} is being indexed, ${count(
          Math.floor((100 * index.done) / Math.max(1, index.total)),
        )} %`}
    </span>
  );
}
