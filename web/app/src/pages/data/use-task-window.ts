/** The tasks that are on screen, fetched in pages as the table moves. */
import { api, type Task, type TaskPage } from '@labelkeep/api';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

/** Rows of a request. */
const PAGE = 100;
/** Pages that are kept; 20,000 rows of a few hundred bytes. */
const KEPT = 200;

export interface TaskWindow {
  /** The task in a place, if it is here. */
  row(index: number): Task | undefined;
  /** Fetches what is missing between these places. */
  show(first: number, last: number): void;
  /** The ids of the tasks between these places, both included. */
  ids(first: number, last: number): Promise<number[]>;
  /** Fetches everything anew; what is on screen stays there until it has come. */
  refresh(): void;
}

export function useTaskWindow(project: number, total: number): TaskWindow {
  const pages = useRef(new Map<number, Task[]>());
  const loading = useRef(new Set<number>());
  const generation = useRef(0);
  const [, redraw] = useState(0);

  const load = useCallback(
    async (page: number) => {
      const begun = generation.current;
      loading.current.add(page);
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
      }
      if (begun === generation.current) loading.current.delete(page);
      redraw((number) => number + 1);
    },
    [project],
  );

  const shown = useRef({ first: 0, last: -1 });
  const stale = useRef(new Set<number>());
  const show = useCallback(
    (first: number, last: number) => {
      shown.current = { first, last };
      const end = Math.min(last, total - 1);
      if (end < 0) return;
      for (let page = Math.floor(Math.max(0, first) / PAGE); page <= Math.floor(end / PAGE); page += 1) {
        const isHere = pages.current.has(page) && !stale.current.has(page);
        if (isHere || loading.current.has(page)) continue;
        stale.current.delete(page);
        void load(page);
      }
    },
    [load, total],
  );
  const row = useCallback((index: number) => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE], []);
  const ids = useCallback(
    async (first: number, last: number) => {
      const found: number[] = [];
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
        if (!pages.current.has(page)) await load(page);
        const from = Math.max(0, first - page * PAGE);
        found.push(...(pages.current.get(page) ?? []).slice(from, last - page * PAGE + 1).map((task) => task.id));
      }
      return found;
    },
    [load],
  );
  const refresh = useCallback(() => {
    generation.current += 1;
    loading.current.clear();
    stale.current = new Set(pages.current.keys());
    show(shown.current.first, shown.current.last);
  }, [show]);
  // Tasks that came or went move the others.
  const before = useRef(total);
  useEffect(() => {
    if (before.current !== total) refresh();
    before.current = total;
  }, [total, refresh]);
  return useMemo(() => ({ row, show, ids, refresh }), [row, show, ids, refresh]);
}
