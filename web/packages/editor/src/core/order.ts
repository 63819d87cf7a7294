/**
 * Ids of records in the order of their creation, as a list that is never changed: after a change there is another one.
 * It is made from the one before by what came and went, so that an edit among a hundred thousand regions costs a copy.
 */

interface Placed {
  readonly id: string;
  readonly seq: number;
}

/** More changes at once than this have the list made anew. */
const FEW = 32;

export class Order<T extends Placed> {
  private list: readonly string[] | null = null;

  constructor(
    private readonly records: ReadonlyMap<string, T>,
    /** Which of the records are in the list. */
    private readonly includes: (record: T) => boolean,
    /** A list that has all of them, and others perhaps. */
    private readonly wider: Order<T> | null = null,
  ) {}

  /** Forgets the list: everything may be different. */
  reset(): void {
    this.list = null;
  }

  /** The same list until something comes, goes or moves. */
  ids(): readonly string[] {
    this.list ??= this.made();
    return this.list;
  }

  /** Place in the list, from 0; −1 when it is not there. */
  indexOf(record: T): number {
    const list = this.ids();
    // Records with the same number stand together.
    for (let at = this.placeAfter(list, record.seq) - 1; at >= 0; at--) {
      if (list[at] === record.id) return at;
      if (this.seqOf(list[at]) < record.seq) break;
    }
    return -1;
  }

  /** What became of records: called after the records hold `after`. */
  follow(changes: readonly { readonly before: T | undefined; readonly after: T | undefined }[]): void {
    const { list } = this;
    if (!list) return;
    if (changes.length > FEW) return this.reset();
    const gone: string[] = [];
    const come: T[] = [];
    const seen = new Set<string>();
    for (const { before, after } of changes) {
      const id = (before ?? after)?.id ?? '';
      // What changed twice may have come and gone.
      if (seen.has(id)) return this.reset();
      seen.add(id);
      const was = before !== undefined && this.includes(before);
      const is = after !== undefined && this.includes(after);
      if (was && is && before.seq === after.seq) continue;
      if (was) gone.push(before.id);
      if (is) come.push(after);
    }
    if (gone.length + come.length === 0) return;
    const next = [...list];
    for (const id of gone) {
      // What is taken away was mostly made a moment ago.
      const at = next.lastIndexOf(id);
      if (at >= 0) next.splice(at, 1);
    }
    for (const record of come) next.splice(this.placeAfter(next, record.seq), 0, record.id);
    this.list = next;
  }

  private made(): readonly string[] {
    if (this.wider) {
      const all = this.wider.ids();
      const mine = all.filter((id) => this.includes(this.records.get(id) as T));
      // One list in memory where they are the same.
      return mine.length === all.length ? all : mine;
    }
    const found: T[] = [];
    let sorted = true;
    for (const record of this.records.values()) {
      if (!this.includes(record)) continue;
      if (sorted && record.seq < (found.at(-1)?.seq ?? record.seq)) sorted = false;
      found.push(record);
    }
    if (!sorted) found.sort((a, b) => a.seq - b.seq);
    return found.map((record) => record.id);
  }

  /** The first place whose record has a larger number. */
  private placeAfter(list: readonly string[], seq: number): number {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seqOf(list[middle]) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private seqOf(id: string | undefined): number {
    return this.records.get(id ?? '')?.seq ?? 0;
  }
}
