/** Long work on a project's tasks: begun, followed, called off, taken back. */
import { ApiError, api, type Job } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { messageOf } from '../../../shared/errors';

const isOver = (job: Job) => job.state !== 'queued' && job.state !== 'running';

export interface Jobs {
  /** Running ones, and those of this visit that have just ended badly. */
  running: readonly Job[];
  /** Begins an action; true when it has begun. */
  run(action: string, body: Record<string, unknown>): Promise<boolean>;
  restore(trash: number): Promise<boolean>;
  cancel(id: number): Promise<void>;
  /** Takes what the server tells by itself. */
  take(jobs: readonly Job[]): void;
}

/** Milliseconds between questions while something runs: for a server whose events do not come through. */
const AGAIN = 1_500;

export function useJobs(project: number, onDone: (job: Job) => void): Jobs {
  const queries = useQueryClient();
  const key = useMemo(() => ['jobs', project], [project]);
  const jobs = useQuery({
    queryKey: key,
    queryFn: async () => {
      try {
        return await api.get<Job[]>('/api/jobs/', { project }, { isBackground: true });
      } catch (error) {
        if (error instanceof ApiError && error.status !== 0) return [];
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data?.some((job) => !isOver(job)) ? AGAIN : false),
  });
  /** Jobs that this page has begun, or seen running: how they end is told. */
  const followed = useRef(new Map<number, boolean>());
  const latest = useRef(onDone);
  useEffect(() => {
    latest.current = onDone;
  });

  const merge = useCallback(
    (more: readonly Job[]) =>
      queries.setQueryData<Job[]>(key, (known = []) => {
        const ids = new Set(more.map(({ id }) => id));
        return [...more, ...known.filter(({ id }) => !ids.has(id))];
      }),
    [queries, key],
  );
  const begin = useCallback(
    async (path: string, body: Record<string, unknown>) => {
      try {
        const { job } = await api.send<{ job: Job }>('POST', path, body, { headers: { Prefer: 'respond-async' } });
        followed.current.set(job.id, true);
        merge([job]);
        return true;
      } catch (error) {
        toast.error(messageOf(error));
        return false;
      }
    },
    [merge],
  );
  const run = useCallback(
    (action: string, body: Record<string, unknown>) =>
      begin(`/api/dm/actions/?project=${project}&id=${encodeURIComponent(action)}`, body),
    [begin, project],
  );
  const restore = useCallback((trash: number) => begin(`/api/dm/trash/${trash}/restore/`, {}), [begin]);

  useEffect(() => {
    for (const job of jobs.data ?? []) {
      if (!isOver(job)) {
        if (!followed.current.has(job.id)) followed.current.set(job.id, false);
        continue;
      }
      const isOwn = followed.current.get(job.id);
      if (isOwn === undefined) continue;
      followed.current.delete(job.id);
      latest.current(job);
      if (isOwn) tellEnd(job, restore);
    }
  }, [jobs.data, restore]);

  const running = useMemo(() => (jobs.data ?? []).filter((job) => !isOver(job)), [jobs.data]);
  return useMemo(
    () => ({
      running,
      run,
      restore,
      async cancel(id) {
        try {
          merge([await api.post<Job>(`/api/jobs/${id}/cancel/`)]);
        } catch (error) {
          toast.error(messageOf(error));
        }
      },
      take: merge,
    }),
    [running, run, restore, merge],
  );
}

/** How a job has ended, and what can be done about it. */
function tellEnd(job: Job, restore: (trash: number) => Promise<boolean>): void {
  const { trash, result } = job;
  const undo = trash === null ? undefined : { label: 'Undo', onAction: () => void restore(trash) };
  const download = result?.download;
  if (job.state === 'failed') toast.error(`${job.title}: ${job.error ?? 'it failed.'}`);
  else if (job.state === 'cancelled') {
    // What was done before stays done: how much that was is told.
    const done = result?.detail ? ` ${result.detail}.` : '';
    toast.success(`${job.title} was cancelled.${done}`, undo);
  } else if (typeof download === 'string' && /^\/(?!\/)/.test(download)) {
    toast.success(result?.detail ?? `${job.title} is ready.`, {
      label: 'Download',
      onAction: () => {
        const link = document.createElement('a');
        link.href = download;
        link.download = '';
        link.click();
      },
    });
  } else toast.success(result?.detail ?? `${job.title}: done.`, undo);
}
