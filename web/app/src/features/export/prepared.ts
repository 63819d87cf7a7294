/** Exports that the server has prepared and keeps for some days: which there are, and what is to be said of each. */
import { api } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

interface Converted {
  id: number;
  export_type: string;
  status: string;
  traceback: string | null;
  /** Tasks that have been read; there while it is made. */
  done?: number;
}

export interface Prepared {
  id: number;
  title: string;
  created_at: string;
  created_by: { email: string } | null;
  status: string;
  /** They move while it is made. */
  counters: { task_number?: number; annotation_number?: number };
  /** Tasks that it will have at most; there while it is made. */
  total?: number;
  converted_formats: Converted[];
}

export type Stage =
  /** `format` is what is written; none: the tasks are still gathered. */
  | { kind: 'running'; format?: string; done: number; total: number }
  | { kind: 'ready'; formats: string[] }
  | { kind: 'failed'; text: string };

export function stageOf(prepared: Prepared): Stage {
  const tasks = prepared.counters.task_number ?? 0;
  if (prepared.status === 'in_progress' || prepared.status === 'created') {
    return { kind: 'running', done: tasks, total: prepared.total ?? 0 };
  }
  if (prepared.status !== 'completed') return { kind: 'failed', text: 'It broke off.' };
  const formats = prepared.converted_formats;
  const running = formats.find((format) => format.status === 'in_progress');
  if (running) return { kind: 'running', format: running.export_type, done: running.done ?? 0, total: tasks };
  const ready = formats.filter((format) => format.status === 'completed').map((format) => format.export_type);
  const failed = formats.find((format) => format.status === 'failed');
  if (ready.length === 0 && failed) {
    return { kind: 'failed', text: failed.traceback ?? `${failed.export_type} could not be made.` };
  }
  return { kind: 'ready', formats: ready.length > 0 ? ready : ['JSON'] };
}

/** How often is looked while something is prepared, in milliseconds. */
const LOOK = 1_000;

export const preparedQuery = (project: number) =>
  queryOptions({
    queryKey: ['prepared-exports', project],
    queryFn: () => api.get<Prepared[]>(`/api/projects/${project}/exports/`),
    refetchInterval: ({ state }) => (state.data?.some((one) => stageOf(one).kind === 'running') ? LOOK : false),
  });

/** What the dialog asks for. */
export interface Wanted {
  format: string;
  all: boolean;
  exact: boolean;
  manifest: boolean;
}

export const prepare = (project: number, { format, all, exact, manifest }: Wanted) =>
  api.post<Prepared>(`/api/projects/${project}/exports/`, {
    ...(all ? {} : { task_filter_options: { only_with_annotations: true } }),
    convert: { export_type: format, formula_escape: true, exact, manifest },
  });

export const removePrepared = (project: number, id: number) => api.delete(`/api/projects/${project}/exports/${id}`);

export const addressOfPrepared = (project: number, id: number, format: string) =>
  `/api/projects/${project}/exports/${id}/download?exportType=${encodeURIComponent(format)}`;
