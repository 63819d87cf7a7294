/** The tasks that are on screen, fetched in pages as the table moves. */
import { api, type Task, type TaskPage } from '@labelkeep/api';
import { useCallback, useRef, useState } from 'react';

/** Rows of a request. */
const PAGE = 100;
/** Pages that are kept; 20,000 rows of a few hundred bytes. */
const KEPT = 200;

export interface TaskWindow {
  /** The task in a place, if it is here. */
  row(index: number): Task | undefined;
  /** Fetches what is missing between these places. */
  show(first: number, last: number): void;
  /** Forgets everything. */
  clear(): void;
}

export function useTaskWindow(project: number, total: number): TaskWindow {
  const pages = useRef(new Map<number, Task[] | 'loading'>());
  const generation = useRef(0);
  const [, redraw] = useState(0);

  const load = useCallback(
    async (page: number) => {
      const begun = generation.current;
      pages.current.set(page, 'loading');
      try {
        const answer = await api.get<TaskPage>('/api/tasks/', { project, page: page + 1, page_size: PAGE });
        if (begun !== generation.current) return;
        pages.current.set(page, answer.tasks);
        for (const key of pages.current.keys()) {
          if (pages.current.size <= KEPT) break;
          pages.current.delete(key);
        }
      } catch {
        // The row stays a shimmer; the next move asks again.
        if (begun === generation.current) pages.current.delete(page);
      }
      redraw((number) => number + 1);
    },
    [project],
  );

  const show = useCallback(
    (first: number, last: number) => {
      const end = Math.min(last, total - 1);
      for (let page = Math.floor(Math.max(0, first) / PAGE); page <= Math.floor(end / PAGE); page += 1) {
        if (end >= 0 && !pages.current.has(page)) void load(page);
      }
    },
    [load, total],
  );
  const row = useCallback((index: number) => {
    const page = pages.current.get(Math.floor(index / PAGE));
    return Array.isArray(page) ? page[index % PAGE] : undefined;
  }, []);
  const clear = useCallback(() => {
    generation.current += 1;
    pages.current.clear();
    redraw((number) => number + 1);
  }, []);
  return { row, show, clear };
}
