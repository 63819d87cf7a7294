/** Sends what was picked, file by file, and tells how it goes. */
import { ApiError, api, type Job } from '@labelkeep/api';
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
  /** Tasks that the server has read, and how many there may be in all; 0: nobody knows yet. The server goes on by itself. */
  | { phase: 'reading'; name: string; done: number; total: number; isAlone: boolean };

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
/** Pauses between looks at the server's progress, in milliseconds: short at first, since most imports are. */
const LOOKS = [50, 100, 200, 400] as const;

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
const READ = /\.(jsonl?|ndjson|csv|tsv|xls[xm]|parquet|txt|html?|xml|zip|tar|tgz|gz)$/i;

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
  const query = new URLSearchParams({ background: 'true', ...(format === 'tasks' ? {} : { format }) });
  const reading = (job?: Job) =>
    tell({ phase: 'reading', name, done: job?.done ?? 0, total: job?.total ?? 0, isAlone: job !== undefined });
  const sending = new AbortController();
  const isFetched = group[0]?.kind === 'url';
  let isSent = false;
  // Once the files are there the server makes a job of them: what has come to be one is called off by its number.
  signal.addEventListener('abort', () => {
    if (!isSent || isFetched) sending.abort();
  });
  const onProgress = (done: number, total: number) => {
    isSent = done >= total;
    if (isSent) reading();
    else tell({ phase: 'sending', name, done, total });
  };
  const path = `/api/projects/${project}/import?${query}`;
  const answer = await api.upload<Job | ImportSummary>(path, formOf(group), { onProgress, signal: sending.signal });
  // What an address field holds may be the data itself: that has come in already.
  if (!('state' in answer)) return answer;
  return ended(await followed(answer, reading, signal));
}

/** The job as it is when it has ended. Who calls it off waits until what it has done is taken back. */
async function followed(begun: Job, tell: (job: Job) => void, signal: AbortSignal): Promise<Job> {
  let job = begun;
  let isCalledOff = false;
  for (let look = 0; job.finished_at === null; look++) {
    tell(job);
    if (signal.aborted && !isCalledOff) {
      isCalledOff = true;
      job = await api.post<Job>(`/api/jobs/${job.id}/cancel/`);
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOKS[look] ?? LOOKS[3]));
    try {
      job = await api.get<Job>(`/api/jobs/${job.id}/`, undefined, { isBackground: true });
    } catch (error) {
      // The server is away, perhaps for a restart: the import goes on when it is back.
      if (!(error instanceof ApiError) || (error.status !== 0 && error.status < 500)) throw error;
    }
  }
  return job;
}

function ended(job: Job): ImportSummary {
  const { result } = job;
  if (job.state === 'done' && result) return result as unknown as ImportSummary;
  if (job.state === 'cancelled') throw new DOMException('aborted', 'AbortError');
  const errors = Array.isArray(result?.errors) ? result.errors.map(String) : [];
  const text = job.error ?? 'The import failed.';
  throw new ApiError(400, text, { non_field_errors: errors.length > 0 ? errors : [text] });
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
