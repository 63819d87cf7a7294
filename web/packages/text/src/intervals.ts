/**
 * Spans that contain a place or overlap a stretch, in O(log n + hits). The index is a sorted array
 * read as an implicit binary tree with the largest end of each subtree. A change moves one entry; the
 * largest ends are computed again on the first question after it (10,000 spans: under 1 ms).
 */

export interface Interval {
  readonly id: string;
  /** Included. */
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

export class IntervalIndex {
  private readonly byId = new Map<string, Interval>();
  private sorted: Interval[] | null = null;
  /** Belongs to `sorted`; null after a change. */
  private maxEnd: Float64Array | null = null;

  get size(): number {
    return this.byId.size;
  }

  set(interval: Interval): void {
    this.delete(interval.id);
    this.byId.set(interval.id, interval);
    this.maxEnd = null;
    this.sorted?.splice(place(this.sorted, interval), 0, interval);
  }

  delete(id: string): void {
    const known = this.byId.get(id);
    if (!known) return;
    this.byId.delete(id);
    this.maxEnd = null;
    if (!this.sorted) return;
    // Spans with the same ends stand together: the one meant is at the place or shortly behind it.
    for (let at = place(this.sorted, known); at < this.sorted.length; at++) {
      if (this.sorted[at] !== known) continue;
      this.sorted.splice(at, 1);
      return;
    }
    this.sorted = null;
  }

  clear(): void {
    this.byId.clear();
    this.sorted = null;
    this.maxEnd = null;
  }

  get(id: string): Interval | undefined {
    return this.byId.get(id);
  }

  /** Spans that share at least one place with `from`…`to` (end not included), by start, then longer first. */
  overlapping(from: number, to: number): Interval[] {
    const { sorted, maxEnd } = this.build();
    const found: Interval[] = [];
    const visit = (low: number, high: number): void => {
      if (low >= high) return;
      const middle = (low + high) >> 1;
      if ((maxEnd[middle] ?? 0) <= from) return;
      visit(low, middle);
      const interval = sorted[middle] as Interval;
      if (interval.start >= to) return;
      if (interval.end > from) found.push(interval);
      visit(middle + 1, high);
    };
    visit(0, sorted.length);
    return found;
  }

  /** Spans that contain a place, the smallest first: the innermost one is what a click means. */
  at(place: number): Interval[] {
    return this.overlapping(place, place + 1).sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  }

  /** All spans, by start. */
  all(): readonly Interval[] {
    return this.build().sorted;
  }

  private build(): { readonly sorted: readonly Interval[]; readonly maxEnd: Float64Array } {
    if (this.sorted && this.maxEnd) return { sorted: this.sorted, maxEnd: this.maxEnd };
    const sorted = this.sorted ?? [...this.byId.values()].sort(order);
    const maxEnd = new Float64Array(sorted.length);
    const fill = (low: number, high: number): number => {
      if (low >= high) return Number.NEGATIVE_INFINITY;
      const middle = (low + high) >> 1;
      const own = (sorted[middle] as Interval).end;
      const max = Math.max(own, fill(low, middle), fill(middle + 1, high));
      maxEnd[middle] = max;
      return max;
    };
    fill(0, sorted.length);
    this.maxEnd = maxEnd;
    this.sorted = sorted;
    return { sorted, maxEnd };
  }
}

/** By start, then longer first. */
function order(a: Interval, b: Interval): number {
  return a.start - b.start || b.end - a.end;
}

/** The first index whose interval does not stand before this one. */
function place(sorted: readonly Interval[], interval: Interval): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(sorted[middle] as Interval, interval) < 0) low = middle + 1;
    else high = middle;
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
