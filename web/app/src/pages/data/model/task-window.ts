/**
 * The tasks that are on screen, fetched in pages as the list moves. A question that differs, or news from the server, never
 * empties the screen: what stands there stays until its answer has come.
 */
import type { ListedTask, ListedTasks, TaskQuery, Totals } from '@labelkeep/api';

/** Rows of a request. */
export const PAGE = 100;
/** Pages that are kept; 20,000 rows of a few hundred bytes. */
const KEPT = 200;

/** The server, as the window asks it. Tests give their own. */
export interface TaskSource {
  /** `page` from 0; with what was found in time, or with all of it, however long that takes. */
  page(query: TaskQuery, page: number, isAll: boolean): Promise<ListedTasks>;
  totals(query: TaskQuery): Promise<Totals>;
  /** These tasks, with the same columns. */
  some(query: TaskQuery, ids: readonly number[]): Promise<ListedTask[]>;
}

export interface WindowState {
  /** Rows of the list. */
  readonly total: number;
  /** False: there are at least so many, and the exact number is on its way. */
  readonly isExact: boolean;
  /** More tasks of what is on screen are being looked for. */
  readonly isSearching: boolean;
  readonly annotations: number | null;
  readonly predictions: number | null;
  /** Nothing has been answered yet. */
  readonly isFirst: boolean;
  /** What is on screen belongs to what was asked before. */
  readonly isStale: boolean;
  /** Why the last question was not answered. */
  readonly error: unknown;
  readonly indexing: readonly { column: string; done: number; total: number }[];
  /** Counts answers; rows are to be read anew. */
  readonly version: number;
}

export class TaskWindow {
  private pages = new Map<number, readonly ListedTask[]>();
  private stale = new Set<number>();
  private readonly loading = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private generation = 0;
  private shown = { first: 0, last: PAGE - 1 };
  private query: TaskQuery | undefined;
  private asked = '';
  private current: WindowState = {
    total: 0,
    isExact: true,
    isSearching: false,
    annotations: null,
    predictions: null,
    isFirst: true,
    isStale: false,
    error: undefined,
    indexing: [],
    version: 0,
  };

  constructor(private readonly source: TaskSource) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  state = (): WindowState => this.current;

  private set(change: Partial<WindowState>): void {
    this.current = { ...this.current, ...change, version: this.current.version + 1 };
    for (const listener of this.listeners) listener();
  }

  /** Asks this from now on. */
  ask(query: TaskQuery): void {
    const asked = JSON.stringify(query);
    if (asked === this.asked) return;
    this.asked = asked;
    this.query = query;
    this.begin(this.current.isFirst ? {} : { isStale: true });
  }

  /** Asks again: tasks came, went or changed. */
  refresh(): void {
    if (this.query) this.begin({});
  }

  private begin(change: Partial<WindowState>): void {
    this.generation += 1;
    this.loading.clear();
    this.stale = new Set(this.pages.keys());
    this.set({ ...change, error: undefined, isSearching: false });
    this.show(this.shown.first, this.shown.last);
  }

  row = (index: number): ListedTask | undefined => this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];

  /** The place of a task among those that are here. */
  placeOf(id: number): number | undefined {
    for (const [page, tasks] of this.pages) {
      const at = tasks.findIndex((task) => task.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return undefined;
  }

  /** The task in a place, which is fetched when it is not here. */
  async fetchRow(index: number): Promise<ListedTask | undefined> {
    const page = Math.floor(index / PAGE);
    if (!this.pages.has(page)) await this.load(page);
    return this.row(index);
  }

  /** Fetches what is missing between these places. */
  show = (first: number, last: number): void => {
    this.shown = { first, last };
    if (!this.query) return;
    const { total, isFirst, isStale } = this.current;
    // Of another question nothing is known: its first page says how much there is.
    const end = isFirst || isStale ? Math.min(last, PAGE - 1) : Math.min(last, total - 1);
    const begin = isFirst || isStale ? 0 : Math.max(0, first);
    if (!isFirst && !isStale && total === 0 && this.pages.has(0) && !this.stale.has(0)) return;
    for (let page = Math.floor(begin / PAGE); page <= Math.floor(Math.max(0, end) / PAGE); page += 1) {
      if ((this.pages.has(page) && !this.stale.has(page)) || this.loading.has(page)) continue;
      void this.load(page);
    }
  };

  /** The ids of the tasks between these places, both included. */
  async ids(first: number, last: number): Promise<number[]> {
    const found: number[] = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      if (!this.pages.has(page)) await this.load(page);
      const from = Math.max(0, first - page * PAGE);
      found.push(...(this.pages.get(page) ?? []).slice(from, last - page * PAGE + 1).map((task) => task.id));
    }
    return found;
  }

  private async load(page: number): Promise<void> {
    const { query, generation } = this;
    if (!query) return;
    this.loading.add(page);
    try {
      let answer = await this.source.page(query, page, false);
      if (generation !== this.generation) return;
      if (answer.is_searching) {
        // What was found in time is shown where nothing of this question is: it never takes rows away.
        if (this.current.isFirst || this.current.isStale) this.take(page, answer);
        this.set({ isSearching: true });
        answer = await this.source.page(query, page, true);
        if (generation !== this.generation) return;
      }
      this.loading.delete(page);
      this.take(page, answer);
    } catch (error) {
      if (generation !== this.generation) return;
      this.loading.delete(page);
      // Without an answer the row stays a shimmer; the next move asks again.
      this.set({ error, isFirst: false, isSearching: false });
    }
  }

  private take(page: number, answer: ListedTasks): void {
    const wasStale = this.current.isStale;
    const isSearching = answer.is_searching ?? false;
    if (wasStale) this.pages.clear();
    this.stale.delete(page);
    this.pages.set(page, answer.tasks);
    for (const key of this.pages.keys()) {
      if (this.pages.size <= KEPT) break;
      if (key !== page) this.pages.delete(key);
    }
    const isExact = answer.total_is_exact ?? true;
    // What was counted to the end is not replaced by what is known at least.
    const keepsTotal = !isExact && this.current.isExact && !wasStale && !this.current.isFirst;
    this.set({
      ...(keepsTotal
        ? {}
        : {
            total: answer.total,
            isExact,
            annotations: isExact ? answer.total_annotations : null,
            predictions: isExact ? answer.total_predictions : null,
          }),
      isFirst: false,
      isStale: false,
      isSearching,
      error: undefined,
      indexing: answer.indexing ?? [],
    });
    // The whole page comes with the exact numbers.
    if (!isExact && !isSearching) void this.count();
    // The rest of what is on screen.
    if (wasStale) this.show(this.shown.first, this.shown.last);
  }

  private counting = -1;

  /** Asks for the exact numbers, once for each question. */
  private async count(): Promise<void> {
    const { query, generation } = this;
    if (!query || this.counting === generation) return;
    this.counting = generation;
    try {
      const { total, total_annotations: annotations, total_predictions: predictions } = await this.source.totals(query);
      if (generation !== this.generation) return;
      this.set({ total, annotations, predictions, isExact: true });
      this.show(this.shown.first, this.shown.last);
    } catch {
      // It stays at least so many; the next question counts anew.
      if (this.counting === generation) this.counting = -1;
    }
  }

  /** Fetches these tasks anew, as far as they are here, and leaves them where they stand. */
  async update(ids: readonly number[]): Promise<void> {
    const { query, generation } = this;
    const here = new Set([...this.pages.values()].flat().map((task) => task.id));
    const wanted = ids.filter((id) => here.has(id));
    if (!query || wanted.length === 0) return;
    try {
      const tasks = new Map((await this.source.some(query, wanted)).map((task) => [task.id, task]));
      if (generation !== this.generation || tasks.size === 0) return;
      for (const [page, rows] of this.pages) {
        if (rows.some((row) => tasks.has(row.id))) {
          this.pages.set(
            page,
            rows.map((row) => tasks.get(row.id) ?? row),
          );
        }
      }
      this.set({});
    } catch {
      // The next answer has them.
    }
  }
}
