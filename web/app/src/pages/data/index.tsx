/** A project's page: its tasks, or the editor when the address names a task or asks for the stream. */
import { lazyRouteComponent, useParams, useSearch } from '@tanstack/react-router';

// Each without the other: the editor is heavy, and so are the dialogs of the list.
const label = () => import('../label');
const LabelPage = lazyRouteComponent(label, 'LabelPage');
const TaskList = lazyRouteComponent(() => import('./TaskList'), 'TaskList');

interface DataSearch {
  task?: number | string;
  labeling?: number | string;
  import?: number | string;
  tab?: number | string;
}

/** The task that the address names; undefined for the stream. */
const taskOf = (search: DataSearch) => (search.task ? Number(search.task) : undefined);

/** Loads the part that the address asks for, and for labeling what it shows first. */
export async function loadDataPage(id: string, search: { task?: unknown; labeling?: unknown }): Promise<void> {
  if (!search.task && !search.labeling) {
    await TaskList.preload?.();
    return;
  }
  const [{ openLabelPage }] = await Promise.all([label(), LabelPage.preload?.()]);
  await openLabelPage(Number(id), taskOf(search as DataSearch));
}

export function DataPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const search = useSearch({ strict: false }) as DataSearch;
  const project = Number(id);
  if (search.task || search.labeling) return <LabelPage project={project} task={taskOf(search)} />;
  return <TaskList key={project} project={project} importing={Boolean(search.import)} />;
}
