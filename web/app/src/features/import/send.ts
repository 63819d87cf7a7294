/** Sends what was picked, file by file, and tells how it goes. */
import { ApiError, api } from '@labelkeep/api';
import { counted } from '../../shared/numbers';

/** Something that is to be imported. */
export type Picked = { kind: 'file'; file: File } | { kind: 'url'; url: string };

/** What came in, as the server says. */
export interface ImportSummary {
  task_count: number;
  annotation_count: number | null;
  prediction_count: number | null;
  warnings?: { text: string; count: number }[];
  /** A labeling configuration for what a data set holds. */
  proposed_config?: string;
}

/** How it goes with the file that is on its way. */
export type Progress =
  /** Bytes of this request. */
  | { phase: 'sending'; name: string; done: number; total: number }
  /** Tasks that the server has read; how many there will be it does not know before the end. */
  | { phase: 'reading'; name: string; done: number };

/** A file was refused: nothing of it came in. What came in before stays. */
export class Refused extends Error {
  constructor(
    readonly file: string,
    override readonly cause: unknown,
    readonly before: ImportSummary,
    /** What has not been sent, the refused file first. */
    readonly rest: Picked[],
  ) {
    super(file);
  }
}

/** Files of one request at most; the server takes 100. */
const FILES_AT_ONCE = 50;
/** Pause between two looks at the server's progress, in milliseconds. */
const LOOK = 400;

/** Sends everything; gives what came in, and stops with `Refused` at the first file that is not taken. */
export async function send(
  project: number,
  picked: readonly Picked[],
  tell: (progress: Progress) => void,
  signal: AbortSignal,
  format = 'tasks',
): Promise<ImportSummary> {
  const total: ImportSummary = { task_count: 0, annotation_count: 0, prediction_count: 0, warnings: [] };
  // The files of a data set are one.
  const groups = format === 'tasks' ? grouped(picked) : [[...picked]];
  for (const [index, group] of groups.entries()) {
    const name = group.length === 1 && group[0] ? nameOf(group[0]) : counted(group.length, 'file');
    try {
      const summary = await sendGroup(project, group, name, tell, signal, format);
      total.task_count += summary.task_count;
      total.annotation_count = (total.annotation_count ?? 0) + (summary.annotation_count ?? 0);
      total.prediction_count = (total.prediction_count ?? 0) + (summary.prediction_count ?? 0);
      total.warnings = [...(total.warnings ?? []), ...(summary.warnings ?? [])];
      if (summary.proposed_config) total.proposed_config = summary.proposed_config;
    } catch (error) {
      throw new Refused(name, error, total, groups.slice(index).flat());
    }
  }
  return total;
}

export function nameOf(item: Picked): string {
  return item.kind === 'file' ? item.file.name : item.url;
}

/** Files that are read, not shown. */
const READ = /\.(jsonl?|ndjson|csv|tsv|xls[xm]|txt|html?|xml|zip|tar|tgz|gz)$/i;

/** Tables alone, so that an error names one file and the others still come in; media together. */
function grouped(picked: readonly Picked[]): Picked[][] {
  const groups: Picked[][] = [];
  let media: Picked[] = [];
  for (const item of picked) {
    if (item.kind === 'file' && !READ.test(item.file.name)) {
      media.push(item);
      if (media.length === FILES_AT_ONCE) {
        groups.push(media);
        media = [];
      }
    } else groups.push([item]);
  }
  if (media.length > 0) groups.push(media);
  return groups;
}

async function sendGroup(
  project: number,
  group: readonly Picked[],
  name: string,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
  format: string,
): Promise<ImportSummary> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let settled = false;
  const look = async () => {
    const running = await api.get<{ task_count?: number }[]>(`/api/projects/${project}/imports/`).catch(() => []);
    if (settled) return;
    tell({ phase: 'reading', name, done: running.at(-1)?.task_count ?? 0 });
    timer = setTimeout(() => void look(), LOOK);
  };
  const reading = () => {
    if (timer !== undefined) return;
    tell({ phase: 'reading', name, done: 0 });
    timer = setTimeout(() => void look(), LOOK);
  };
  const onProgress = (done: number, total: number) => {
    if (done >= total) reading();
    else tell({ phase: 'sending', name, done, total });
  };
  try {
    const kind = format === 'tasks' ? '' : `?${new URLSearchParams({ format })}`;
    return await api.upload<ImportSummary>(`/api/projects/${project}/import${kind}`, formOf(group), {
      onProgress,
      signal,
    });
  } finally {
    settled = true;
    clearTimeout(timer);
  }
}

function formOf(group: readonly Picked[]): FormData | URLSearchParams {
  const [first] = group;
  if (first?.kind === 'url') {
    if (!/^https?:\/\//i.test(first.url)) {
      throw new ApiError(400, `${first.url} is not an address. It begins with http:// or https://.`, {});
    }
    return new URLSearchParams({ url: first.url });
  }
  const form = new FormData();
  for (const item of group) if (item.kind === 'file') form.append('file', item.file, item.file.name);
  return form;
}

/** Files picked before the project was made; its import dialog takes them. */
const handedOver = new Map<number, Picked[]>();

export function handOver(project: number, picked: Picked[]): void {
  handedOver.set(project, picked);
}

export function takeOver(project: number): Picked[] {
  const picked = handedOver.get(project) ?? [];
  handedOver.delete(project);
  return picked;
}
