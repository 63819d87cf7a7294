/** The stream of tasks: the one on screen, those fetched ahead, and those of this sitting to go back to. */
import { ApiError, api, type SelectedItems, type Task, type TaskQuery } from '@labelkeep/api';
import { whenIdle } from '../../shared/idle';

/** Tasks that are fetched ahead. At a task every 20 seconds they last for two minutes without a network. */
const AHEAD = 6;

export type Next = { kind: 'task'; task: Task } | { kind: 'done' } | { kind: 'offline' };

export class Stream {
  private ahead: Task[] = [];
  private filling: Promise<void> | undefined;
  private readonly answered = new Set<number>();
  private finished = false;

  constructor(
    private readonly project: number,
    /** A task was fetched ahead: its data can be fetched too. */
    private readonly onAhead: (task: Task) => void,
    /** Only these tasks, in this order. */
    private readonly displayed?: TaskQuery,
  ) {}

  /** A task of the stream is shown already: those behind it are fetched ahead. */
  begin(current: number): void {
    this.fill(current);
  }

  /** The task was submitted or skipped: it is not handed out again, even when the server does not know yet. */
  answer(task: number): void {
    this.answered.add(task);
    this.ahead = this.ahead.filter((candidate) => candidate.id !== task);
  }

  /** The server knows of the answer now, and hands the task out again only if it is meant to come back. */
  delivered(task: number): void {
    this.answered.delete(task);
  }

  /** The next task: one that is here already, else the server's. `isBackground`: a timer asks, not the person. */
  async next(current?: number, isBackground = false): Promise<Next> {
    const ready = this.ahead.shift();
    if (ready) {
      // The task that is here is drawn first.
      whenIdle(() => this.fill(ready.id));
      return { kind: 'task', task: ready };
    }
    const held = [...this.answered].slice(-8);
    const next = await this.ask(current === undefined ? held : [...held, current], isBackground);
    if (next.kind === 'task') this.fill(next.task.id);
    return next;
  }

  /** Fetches ahead in the background, one after the other: the order of the queue stays. */
  private fill(current: number): void {
    this.filling ??= this.fetchAhead(current).finally(() => {
      this.filling = undefined;
    });
  }

  private async fetchAhead(current: number): Promise<void> {
    this.finished = false;
    while (this.ahead.length < AHEAD && !this.finished) {
      const known = [current, ...this.ahead.map((task) => task.id), ...[...this.answered].slice(-3)];
      const next = await this.ask(known.slice(0, 10));
      if (next.kind !== 'task') {
        this.finished = next.kind === 'done';
        return;
      }
      if (this.answered.has(next.task.id) || this.ahead.some((task) => task.id === next.task.id)) return;
      this.ahead.push(next.task);
      this.onAhead(next.task);
    }
  }

  private async ask(exclude: number[], isBackground = false): Promise<Next> {
    const next = await askNext(this.project, exclude, isBackground, this.displayed);
    // With tasks excluded the server gives no task that comes back at the end of the queue; ask once more without.
    return next.kind === 'done' && exclude.length > 0 ? this.askPlainly() : next;
  }

  private async askPlainly(): Promise<Next> {
    const next = await askNext(this.project, [], false, this.displayed).catch((): Next => ({ kind: 'offline' }));
    if (next.kind !== 'task') return next;
    const { id } = next.task;
    return this.answered.has(id) || this.ahead.some((candidate) => candidate.id === id) ? { kind: 'done' } : next;
  }
}

/** What an address says about the tasks to be labeled; undefined: all, in the project's own order. */
export function displayedIn(query: unknown): TaskQuery | undefined {
  if (typeof query !== 'object' || query === null) return undefined;
  const { filters, ordering, selectedItems } = query as TaskQuery;
  return {
    ...(filters ? { filters } : {}),
    ...(ordering ? { ordering } : {}),
    ...(selectedItems ? { selectedItems } : {}),
  };
}

/** The selection without some tasks. */
function without(selected: SelectedItems | undefined, ids: readonly number[]): SelectedItems {
  return selected?.all === false
    ? { all: false, included: selected.included.filter((id) => !ids.includes(id)) }
    : { all: true, excluded: [...(selected?.excluded ?? []), ...ids] };
}

/** Asks the server for a task of the stream. A refusal is thrown. */
export async function askNext(
  project: number,
  exclude: readonly number[] = [],
  isBackground = false,
  displayed?: TaskQuery,
): Promise<Next> {
  try {
    const query = { exclude: exclude.join(',') || undefined };
    const selectedItems = displayed && without(displayed.selectedItems, exclude);
    // A selection of nothing would be one of everything.
    if (selectedItems?.all === false && selectedItems.included.length === 0) return { kind: 'done' };
    const task = displayed
      ? await api.send<Task>(
          'POST',
          `/api/dm/actions/?project=${project}&id=next_task`,
          { ...displayed, selectedItems },
          { isBackground },
        )
      : await api.get<Task>(`/api/projects/${project}/next/`, query, { isBackground });
    return { kind: 'task', task };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { kind: 'done' };
    if (error instanceof ApiError && error.status > 0 && error.status < 500) throw error;
    return { kind: 'offline' };
  }
}
