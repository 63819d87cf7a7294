/** A project's page: its tasks, or the editor when the address names a task on its own or asks for the stream. */
import { lazyRouteComponent, useParams, useSearch } from '@tanstack/react-router';
import type { DataSearch } from './use-view-state';

// Each without the other: the editor is heavy, and so are the dialogs of the list.
const label = () => import('../label');
const LabelPage = lazyRouteComponent(label, 'LabelPage');
const DataManager = lazyRouteComponent(() => import('./DataManager'), 'DataManager');

/** The task that the address names; undefined for the stream. */
const taskOf = (search: DataSearch) => (search.task ? Number(search.task) : undefined);

/** Whether the editor has the whole window: a task of a view stands beside it. */
const isLabeling = (search: DataSearch) => Boolean(search.labeling || (search.task && search.tab === undefined));

/** Loads the part that the address asks for, and for labeling what it shows first. */
export async function loadDataPage(id: string, search: DataSearch): Promise<void> {
  if (!isLabeling(search)) {
    await DataManager.preload?.();
    return;
  }
  const [{ openLabelPage, displayedIn }] = await Promise.all([label(), LabelPage.preload?.()]);
  await openLabelPage(Number(id), taskOf(search), displayedIn(search.query));
}

export function DataPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const search = useSearch({ strict: false }) as DataSearch;
  const project = Number(id);
  if (isLabeling(search)) return <LabelPage project={project} task={taskOf(search)} query={search.query} />;
  return <DataManager key={project} project={project} search={search} />;
}
