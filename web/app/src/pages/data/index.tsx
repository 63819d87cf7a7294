/** A project's page: its tasks, or the editor when the address names a task or asks for the stream. */
import { Spinner } from '@labelkeep/kit';
import { useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

// Each without the other: the editor is heavy, and so are the dialogs of the list.
const LabelPage = lazy(async () => ({ default: (await import('../label')).LabelPage }));
const TaskList = lazy(async () => ({ default: (await import('./TaskList')).TaskList }));

interface DataSearch {
  task?: number | string;
  labeling?: number | string;
  import?: number | string;
  tab?: number | string;
}

export function DataPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const search = useSearch({ strict: false }) as DataSearch;
  const project = Number(id);
  if (search.task || search.labeling) {
    return (
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <LabelPage project={project} task={search.task ? Number(search.task) : undefined} />
      </Suspense>
    );
  }
  return (
    <Suspense fallback={<Spinner label="Loading the project" />}>
      <TaskList key={project} project={project} importing={Boolean(search.import)} />
    </Suspense>
  );
}
