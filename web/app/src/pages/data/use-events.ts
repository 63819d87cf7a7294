/**
 * What the server tells of a project while its page is open. A page that is not seen listens to nothing, as each listener takes
 * one of the few connections that a browser has. Whenever listening begins, also after a connection was lost, everything that
 * was asked for before is asked for again: of what changed between its answer and then nothing tells. So a page listens first,
 * beside the first things that it asks for, and asks for its list then.
 */
import { useEffect, useMemo, useSyncExternalStore } from 'react';

export interface EventHandlers {
  /** These changed. */
  onTasks(ids: readonly number[]): void;
  /** Many came, went or changed. */
  onReload(): void;
  onCounters(counters: Readonly<Record<string, number>>): void;
  onJobs(jobs: readonly unknown[]): void;
  onViews(): void;
}

/** How long the beginning of a connection is waited for, in milliseconds: a list is there without it, too. */
const PATIENCE = 300;
/** Events that are kept for whoever takes them. */
const KEPT = 50;

type Told = (handlers: EventHandlers) => void;

export class ProjectEvents {
  private source: EventSource | undefined;
  private handlers: EventHandlers | undefined;
  /** What was told before anybody took it. */
  private untaken: Told[] = [];
  private ready = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly project: number) {}

  /** Whether it listens, or has tried for long enough. */
  isReady = (): boolean => this.ready;

  onReady = (listener: () => void): (() => void) => {
    this.waiting.add(listener);
    return () => this.waiting.delete(listener);
  };

  /** Listens while the page is seen, until the function that it gives is called. */
  open(): () => void {
    let wasSeen = true;
    const look = () => {
      const isSeen = document.visibilityState === 'visible';
      if (isSeen === wasSeen) return;
      wasSeen = isSeen;
      if (isSeen) this.listen();
      else this.source?.close();
    };
    this.listen();
    const timer = setTimeout(() => this.beReady(), PATIENCE);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      this.source?.close();
      document.removeEventListener('visibilitychange', look);
    };
  }

  /** Who takes what is told from now on, and what was told before. */
  take(handlers: EventHandlers | undefined): void {
    this.handlers = handlers;
    if (!handlers) return;
    for (const told of this.untaken.splice(0)) told(handlers);
  }

  private tell(told: Told): void {
    if (this.handlers) told(this.handlers);
    else if (this.untaken.push(told) > KEPT) this.untaken = [(handlers) => handlers.onReload()];
  }

  private beReady(): void {
    if (this.ready) return;
    this.ready = true;
    for (const listener of this.waiting) listener();
  }

  private listen(): void {
    const source = new EventSource(`/api/dm/events/?project=${this.project}`);
    this.source = source;
    const on = (name: string, take: (data: Record<string, unknown>, handlers: EventHandlers) => void) =>
      source.addEventListener(name, (event) => {
        try {
          const data = JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>;
          this.tell((handlers) => take(data, handlers));
        } catch {
          // Half a message of a connection that ended.
        }
      });
    source.addEventListener('open', () => {
      // What nobody has asked for yet is not asked for again.
      this.handlers?.onReload();
      this.handlers?.onViews();
      this.beReady();
    });
    on('tasks', ({ ids }, handlers) => Array.isArray(ids) && handlers.onTasks(ids as number[]));
    on('reload', (_, handlers) => handlers.onReload());
    on('counters', (counters, handlers) => handlers.onCounters(counters as Record<string, number>));
    on('jobs', ({ jobs }, handlers) => Array.isArray(jobs) && handlers.onJobs(jobs));
    on('views', (_, handlers) => handlers.onViews());
  }
}

/** Begins to listen; what is told waits until somebody takes it. */
export function useProjectEvents(project: number): ProjectEvents {
  const events = useMemo(() => new ProjectEvents(project), [project]);
  useEffect(() => events.open(), [events]);
  return events;
}

/** Whether a list that is asked for now misses nothing. */
export function useIsListening(events: ProjectEvents): boolean {
  return useSyncExternalStore(events.onReady, events.isReady);
}

/** Takes what is told. */
export function useEventHandlers(events: ProjectEvents, handlers: EventHandlers): void {
  useEffect(() => events.take(handlers));
  useEffect(() => () => events.take(undefined), [events]);
}
