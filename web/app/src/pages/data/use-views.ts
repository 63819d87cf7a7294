/** The views of a project: what the server keeps of them, and how they are changed. Changes show at once. */
import { ApiError, api, type WireView } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { messageOf } from '../../shared/errors';
import { readView, type View } from './model/view';

export interface Views {
  /** Undefined before they are here, and for good where the server keeps none. */
  list: readonly View[] | undefined;
  isReady: boolean;
  create(data: Record<string, unknown>, isPrivate: boolean): Promise<number | undefined>;
  /** Keeps what has changed; quick changes after each other travel as one. */
  change(id: number, change: { data?: Record<string, unknown>; private?: boolean }): void;
  duplicate(id: number, isPrivate: boolean): Promise<number | undefined>;
  remove(id: number): Promise<boolean>;
  reorder(ids: readonly number[]): Promise<void>;
}

/** Milliseconds that a change waits for others. */
const GATHER = 500;

export function useViews(project: number): Views {
  const queries = useQueryClient();
  const key = useMemo(() => ['views', project], [project]);
  const views = useQuery({
    queryKey: key,
    queryFn: async () => {
      try {
        return await api.get<WireView[]>('/api/dm/views/', { project });
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  });
  const waiting = useRef(new Map<number, { data?: Record<string, unknown>; private?: boolean }>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const set = useCallback(
    (change: (list: WireView[]) => WireView[]) =>
      queries.setQueryData<WireView[] | null>(key, (list) => (list ? change(list) : list)),
    [queries, key],
  );
  const fail = useCallback(
    async (error: unknown) => {
      toast.error(messageOf(error));
      await queries.invalidateQueries({ queryKey: key });
    },
    [queries, key],
  );
  const flush = useCallback(
    async (outlivesPage = false) => {
      const changes = [...waiting.current];
      waiting.current.clear();
      const send = async ([id, change]: (typeof changes)[number]) => {
        try {
          await api.patch(`/api/dm/views/${id}/`, { project, ...change }, { outlivesPage });
        } catch (error) {
          await fail(error);
        }
      };
      await Promise.all(changes.map(send));
    },
    [project, fail],
  );
  // Who leaves the page within the time that changes are gathered loses none.
  useEffect(() => {
    const leave = () => void flush(true);
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, [flush]);

  const list = useMemo(() => views.data?.map(readView), [views.data]);
  return useMemo(
    () => ({
      list,
      isReady: !views.isPending,
      async create(data, isPrivate) {
        try {
          const made = await api.post<WireView>('/api/dm/views/', { project, data, private: isPrivate });
          set((known) => [...known.filter(({ id }) => id !== made.id), made]);
          return made.id;
        } catch (error) {
          await fail(error);
          return undefined;
        }
      },
      change(id, change) {
        set((known) => known.map((view) => (view.id === id ? { ...view, ...change } : view)));
        waiting.current.set(id, { ...waiting.current.get(id), ...change });
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void flush(), GATHER);
      },
      async duplicate(id, isPrivate) {
        try {
          await flush();
          const made = await api.post<WireView>(`/api/dm/views/${id}/duplicate/`, { private: isPrivate });
          set((known) => [...known.filter((view) => view.id !== made.id), made]);
          return made.id;
        } catch (error) {
          await fail(error);
          return undefined;
        }
      },
      async remove(id) {
        waiting.current.delete(id);
        try {
          await api.delete(`/api/dm/views/${id}/`);
          set((known) => known.filter((view) => view.id !== id));
          return true;
        } catch (error) {
          await fail(error);
          return false;
        }
      },
      async reorder(ids) {
        set((known) => [...known].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)));
        try {
          await api.post('/api/dm/views/order/', { project, ids });
        } catch (error) {
          await fail(error);
        }
      },
    }),
    [list, views.isPending, project, set, fail, flush],
  );
}
