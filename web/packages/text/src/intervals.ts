/**
 * Spans that contain a place or overlap a stretch. The spans stand by their start in short runs, each with the
 * largest end in it: a change touches one run, and a question looks at the runs and inside those that reach far
 * enough (10,000 spans: 80 runs).
 */

export interface Interval {
  readonly id: string;
  /** Included. */
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

/** Spans of a run when the runs are made; one that grows to twice as many is split. */
const RUN = 128;

interface Run {
  readonly spans: Interval[];
  /** The largest end in it. */
  reach: number;
}

export class IntervalIndex {
  private readonly byId = new Map<string, Interval>();
  /** Null until the first question; what is added before is sorted once. No run is empty. */
  private runs: Run[] | null = null;

  get size(): number {
    return this.byId.size;
  }

  set(interval: Interval): void {
    this.delete(interval.id);
    this.byId.set(interval.id, interval);
    const { runs } = this;
    if (!runs) return;
    const at = Math.max(0, runAfter(runs, interval) - 1);
    const run = runs[at];
    if (!run) {
      runs.push({ spans: [interval], reach: interval.end });
      return;
    }
    run.spans.splice(place(run.spans, interval), 0, interval);
    run.reach = Math.max(run.reach, interval.end);
    if (run.spans.length > 2 * RUN) runs.splice(at, 1, ...runsOf(run.spans));
  }

  delete(id: string): void {
    const known = this.byId.get(id);
    if (!known) return;
    this.byId.delete(id);
    const { runs } = this;
    if (!runs) return;
    // Spans with the same ends stand together, over a few runs perhaps: the one meant is in one of them.
    for (let at = runAfter(runs, known) - 1; at >= 0; at--) {
      const run = runs[at] as Run;
      const index = run.spans.indexOf(known);
      if (index < 0) continue;
      run.spans.splice(index, 1);
      if (run.spans.length === 0) runs.splice(at, 1);
      else if (known.end === run.reach) run.reach = reachOf(run.spans);
      return;
    }
  }

  clear(): void {
    this.byId.clear();
    this.runs = null;
  }

  get(id: string): Interval | undefined {
    return this.byId.get(id);
  }

  /** Spans that share at least one place with `from`…`to` (end not included), by start, then longer first. */
  overlapping(from: number, to: number): Interval[] {
    const found: Interval[] = [];
    for (const { spans, reach } of this.sorted()) {
      if ((spans[0] as Interval).start >= to) break;
      if (reach <= from) continue;
      for (const interval of spans) {
        if (interval.start >= to) break;
        if (interval.end > from) found.push(interval);
      }
    }
    return found;
  }

  /** Spans that contain a place, the smallest first: the innermost one is what a click means. */
  at(place: number): Interval[] {
    return this.overlapping(place, place + 1).sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  }

  /** All spans, by start. */
  all(): readonly Interval[] {
    return this.sorted().flatMap(({ spans }) => spans);
  }

  private sorted(): readonly Run[] {
    this.runs ??= runsOf([...this.byId.values()].sort(order));
    return this.runs;
  }
}

/** Sorted spans in runs. */
function runsOf(sorted: readonly Interval[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < sorted.length; at += RUN) {
    const spans = sorted.slice(at, at + RUN);
    runs.push({ spans, reach: reachOf(spans) });
  }
  return runs;
}

function reachOf(spans: readonly Interval[]): number {
  let reach = Number.NEGATIVE_INFINITY;
  for (const { end } of spans) reach = Math.max(reach, end);
  return reach;
}

/** By start, then longer first. */
function order(a: Interval, b: Interval): number {
  return a.start - b.start || b.end - a.end;
}

/** The first run whose first span stands behind this one. */
function runAfter(runs: readonly Run[], interval: Interval): number {
  return firstWhere(runs.length, (at) => order((runs[at] as Run).spans[0] as Interval, interval) > 0);
}

/** The first place of a run whose span does not stand before this one. */
function place(spans: readonly Interval[], interval: Interval): number {
  return firstWhere(spans.length, (at) => order(spans[at] as Interval, interval) >= 0);
}

/** The first of 0 … `count` − 1 for which a condition holds that holds for all behind it; `count` when it holds for none. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Stretches where at least two of the intervals lie over each other; ends included as in the input. */
export function overlaps(intervals: readonly Interval[]): readonly { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  let reach = Number.NEGATIVE_INFINITY;
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < reach) {
      const stop = Math.min(end, reach);
      const last = found.at(-1);
      if (last && last.end >= start) last.end = Math.max(last.end, stop);
      else found.push({ start, end: stop });
    }
    reach = Math.max(reach, end);
  }
  return found;
}
