/**
 * What the server tells of a project while its page is open. A page that is not seen listens to nothing, as each listener takes
 * one of the few connections that a browser has. Whenever listening begins, also after a connection was lost, everything is
 * asked for: of what changed between the last answer and then nothing tells.
 */
import { useEffect, useRef } from 'react';

export interface EventHandlers {
  /** These changed. */
  onTasks(ids: readonly number[]): void;
  /** Many came, went or changed. */
  onReload(): void;
  onCounters(counters: Readonly<Record<string, number>>): void;
  onJobs(jobs: readonly unknown[]): void;
  onViews(): void;
}

export function useEvents(project: number, handlers: EventHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    let source: EventSource | undefined;
    let wasSeen = true;
    const on = (name: string, take: (data: Record<string, unknown>) => void) =>
      source?.addEventListener(name, (event) => {
        try {
          take(JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>);
        } catch {
          // Half a message of a connection that ended.
        }
      });
    const listen = () => {
      source = new EventSource(`/api/dm/events/?project=${project}`);
      source.addEventListener('open', () => {
        latest.current.onReload();
        latest.current.onViews();
      });
      on('tasks', ({ ids }) => Array.isArray(ids) && latest.current.onTasks(ids as number[]));
      on('reload', () => latest.current.onReload());
      on('counters', (counters) => latest.current.onCounters(counters as Record<string, number>));
      on('jobs', ({ jobs }) => Array.isArray(jobs) && latest.current.onJobs(jobs));
      on('views', () => latest.current.onViews());
    };
    const look = () => {
      const isSeen = document.visibilityState === 'visible';
      if (isSeen === wasSeen) return;
      wasSeen = isSeen;
      if (isSeen) listen();
      else source?.close();
    };
    listen();
    document.addEventListener('visibilitychange', look);
    return () => {
      source?.close();
      document.removeEventListener('visibilitychange', look);
    };
  }, [project]);
}
