/** The window of tasks of a project's page, kept up to date by what the server tells. */
import { api, type ListedTasks, type TaskQuery, type Totals } from '@labelkeep/api';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { PAGE, type TaskSource, TaskWindow, type WindowState } from './model/task-window';

function sourceOf(project: number): TaskSource {
  const ask = (query: TaskQuery) => ({ project, query: JSON.stringify(query) });
  return {
    page: (query, page, isAll) =>
      api.get<ListedTasks>('/api/tasks/', {
        ...ask(query),
        page: page + 1,
        page_size: PAGE,
        ...(isAll ? {} : { totals: 'later' }),
      }),
    totals: (query) => api.get<Totals>('/api/dm/totals/', ask(query)),
    some: async ({ hiddenColumns }, ids) => {
      const query: TaskQuery = {
        selectedItems: { all: false, included: [...ids] },
        ...(hiddenColumns ? { hiddenColumns } : {}),
      };
      const answer = await api.get<ListedTasks>(
        '/api/tasks/',
        { ...ask(query), page: 1, page_size: ids.length },
        { isBackground: true },
      );
      return answer.tasks;
    },
  };
}

export function useTaskList(project: number, query: TaskQuery | undefined): { tasks: TaskWindow; state: WindowState } {
  const tasks = useMemo(() => new TaskWindow(sourceOf(project)), [project]);
  const state = useSyncExternalStore(tasks.subscribe, tasks.state);
  useEffect(() => {
    if (query) tasks.ask(query);
  }, [tasks, query]);
  return { tasks, state };
}
