/**
 * What a labeling page opens with: the person, the project and the first task are asked for at once, beside each other, and
 * the editor's data as soon as the task is known. The page is drawn when they are there.
 */
import { api, type Project, type Task, type TaskQuery } from '@labelkeep/api';
import { prepare } from '@labelkeep/editor';
import { queryOptions } from '@tanstack/react-query';
import { projectQuery } from '../../shared/queries';
import { queryClient } from '../../shared/query-client';
import { askNext, type Next } from './stream';

export interface Me {
  id: number;
  email: string;
  first_name: string;
  last_name: string;
  initials: string;
  custom_hotkeys: Record<string, unknown>;
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api.get<Me>('/api/current-user/whoami') });

export const taskAddress = (id: number) => `/api/tasks/${id}/`;

let first: { readonly project: number; readonly task: number | undefined; readonly answer: Next } | undefined;

/** Asks for everything that the page shows first. What fails is asked for again by the page, which says why. */
export async function openLabelPage(
  project: number,
  task: number | undefined,
  displayed: TaskQuery | undefined,
): Promise<void> {
  const asked: Promise<Next> =
    task === undefined
      ? askNext(project, [], false, displayed)
      : api.get<Task>(taskAddress(task)).then((found) => ({ kind: 'task', task: found }));
  const [known, answer] = await Promise.all([
    queryClient.fetchQuery(projectQuery(project)).catch(() => undefined),
    asked.catch(() => undefined),
    queryClient.prefetchQuery(meQuery),
  ]);
  first = answer && { project, task, answer };
  if (known && answer?.kind === 'task') await prepareTask(known, answer.task);
}

/** What was asked for this page, once. */
export function takeFirst(project: number, task: number | undefined): Next | undefined {
  const taken = first;
  first = undefined;
  if (!taken || taken.project !== project || taken.task !== task) return undefined;
  // A task of another project: the page finds out and goes there.
  return taken.answer.kind === 'task' && taken.answer.task.project !== project ? undefined : taken.answer;
}

function prepareTask(project: Project, task: Task): Promise<void> {
  return prepare({ config: project.label_config, task: task as never });
}
