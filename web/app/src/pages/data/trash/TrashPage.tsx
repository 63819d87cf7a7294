/** What was deleted of a project in the last 30 days: brought back as it was, or gone for good. */

import type { User } from '@labelkeep/api';
import { api, type Job, type TrashEntry } from '@labelkeep/api';
import {
  Button,
  ConfirmDialog,
  EmptyState,
  PageHeader,
  RelativeTime,
  RotateCcw,
  Spinner,
  Table,
  type TableColumn,
  Trash,
  toast,
} from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { isMissing, messageOf } from '../../../shared/errors';
import { useGo } from '../../../shared/navigation';
import { counted } from '../../../shared/numbers';
import { nameOf, type Paged } from '../../../shared/people';
import { projectQuery } from '../../../shared/queries';
import { useTitle } from '../../../shared/title';
import { JobTray } from '../actions/JobTray';
import { useJobs } from '../actions/use-jobs';
import styles from '../data.module.css';
import { useEventHandlers, useProjectEvents } from '../use-events';

const ONE: Record<TrashEntry['kind'], string> = {
  tasks: 'task',
  annotations: 'annotation',
  predictions: 'prediction',
};

const itemsOf = (entry: TrashEntry) => counted(entry.items, ONE[entry.kind]);

export function TrashPage() {
  const { id: text } = useParams({ strict: false }) as { id: string };
  const id = Number(text);
  const go = useGo();
  const queries = useQueryClient();
  const project = useQuery(projectQuery(id));
  const trash = useQuery({
    queryKey: ['trash', id],
    queryFn: () => api.get<TrashEntry[]>('/api/dm/trash/', { project: id }),
  });
  const [destroying, setDestroying] = useState<TrashEntry>();
  const [isBusy, setBusy] = useState(false);
  const title = project.data?.title || 'Untitled project';
  useTitle('Trash', project.data?.title);
  const reload = () => queries.invalidateQueries({ queryKey: ['trash', id] });
  const jobs = useJobs(id, () => void reload());
  useEventHandlers(useProjectEvents(id), {
    onTasks: () => undefined,
    onReload: () => void reload(),
    onCounters: () => undefined,
    onJobs: (told) => jobs.take(told as Job[]),
    onViews: () => undefined,
  });
  const people = usePeople(id, trash.data ?? []);
  const destroy = async (entry: TrashEntry) => {
    setBusy(true);
    try {
      await api.delete(`/api/dm/trash/${entry.id}/`);
      toast.success(`${itemsOf(entry)} gone for good`);
    } catch (error) {
      toast.error(messageOf(error));
    }
    setBusy(false);
    setDestroying(undefined);
    await reload();
  };
  const columns: TableColumn<TrashEntry>[] = [
    { id: 'what', header: 'Deleted', render: itemsOf },
    { id: 'when', header: 'When', render: (entry) => <RelativeTime value={entry.created_at} /> },
    {
      id: 'who',
      header: 'By',
      render: (entry) => <bdi>{people.get(entry.created_by ?? 0) ?? 'Somebody who has left'}</bdi>,
    },
    {
      id: 'until',
      header: 'Kept until',
      render: (entry) => new Date(entry.expires_at).toLocaleDateString(undefined, { dateStyle: 'medium' }),
    },
    {
      id: 'do',
      header: 'What to do with it',
      isHeaderHidden: true,
      align: 'end',
      render: (entry) => (
        <>
          <Button
            size="small"
            icon={<RotateCcw size={14} />}
            label={`Restore ${itemsOf(entry)}`}
            onPress={() => void jobs.restore(entry.id)}
          >
            Restore
          </Button>{' '}
          <Button
            size="small"
            variant="quiet"
            label={`Delete for good: ${itemsOf(entry)}`}
            onPress={() => setDestroying(entry)}
          >
            Delete for good
          </Button>
        </>
      ),
    },
  ];
  const error = project.error ?? trash.error;
  if (error) {
    return (
      <EmptyState
        isPage
        title="The trash cannot be shown"
        actions={<Button onPress={() => go(`/projects/${id}/data`)}>The tasks</Button>}
      >
        {isMissing(error) ? 'The project may have been deleted, or its trash is not for you.' : messageOf(error)}
      </EmptyState>
    );
  }
  const entries = (trash.data ?? []).filter((entry) => !entry.restored);
  return (
    <div className={styles.plain}>
      <PageHeader
        title="Trash"
        breadcrumbs={[
          { label: 'Projects', href: '/projects/' },
          { label: title, href: `/projects/${id}/data` },
          { label: 'Trash' },
        ]}
      />
      <p className={styles.text}>
        What was deleted is kept for 30 days. What is restored has its old number, and everything that belonged to it.
      </p>
      <JobTray jobs={jobs} isPlain />
      {trash.isPending && <Spinner label="Loading the trash" />}
      {trash.isSuccess && entries.length === 0 && (
        <EmptyState icon={<Trash size={32} />} title="The trash is empty">
          Tasks, annotations and predictions that are deleted wait here before they are gone for good.
        </EmptyState>
      )}
      {entries.length > 0 && (
        <Table
          label="Deleted"
          columns={columns}
          rows={entries}
          rowKey={(entry) => entry.id}
          isStale={trash.isFetching}
        />
      )}
      <ConfirmDialog
        title="Delete for good?"
        isOpen={destroying !== undefined}
        onClose={() => setDestroying(undefined)}
        onConfirm={() => destroying && void destroy(destroying)}
        isPending={isBusy}
        confirmLabel={destroying ? `Delete ${itemsOf(destroying)}` : 'Delete'}
        danger
      >
        They can never be brought back.
      </ConfirmDialog>
    </div>
  );
}

/** Names of those who deleted. */
function usePeople(project: number, entries: readonly TrashEntry[]): ReadonlyMap<number, string> {
  const ids = [...new Set(entries.flatMap(({ created_by: id }) => (id === null ? [] : [id])))].sort((a, b) => a - b);
  const people = useQuery({
    queryKey: ['people', project, ids.join()],
    queryFn: () =>
      api.get<Paged<User>>(`/api/projects/${project}/members/paginated/`, { ids: ids.join(), page_size: 100 }),
    enabled: ids.length > 0,
  });
  return new Map((people.data?.results ?? []).map((user) => [user.id, nameOf(user)]));
}
