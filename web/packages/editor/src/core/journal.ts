/**
 * The browser's own copy of unsaved work: for each tab what it started from and every step since.
 * It is kept by person and task, so that another account on the same machine never sees it, and
 * it is used only when it belongs to what the server gives: the result that it started from, the
 * draft that it last sent, or its own last state.
 */
import type { HistoryState } from './history';
import { inSlices } from './slices';
import type { ResultItem } from './types';

export interface JournalEntry {
  readonly key: string;
  readonly kind: 'annotation' | 'prediction' | 'new';
  readonly annotationId: number | string | null;
  readonly draftId: number | string | null;
  readonly parentPrediction: number | string | null;
  readonly parentAnnotation: number | string | null;
  readonly base: readonly ResultItem[];
  readonly history: HistoryState;
  /** Fingerprint of the result after all applied steps. */
  readonly current: string;
  /** Fingerprint of the result that was sent last as a draft. */
  readonly sent?: string;
  readonly leadTime: number;
  readonly savedAt: number;
}

/** Where journals are kept. `IndexedDbJournal` in pages; nothing in previews and tests. */
export interface JournalStore {
  /** Keeps what a tab started from, in slices: `write` then keeps the steps alone. */
  prepare(key: string, base: readonly ResultItem[]): Promise<void>;
  write(entry: JournalEntry): void;
  remove(key: string): void;
}

export class Journals {
  private readonly entries = new Map<string, JournalEntry>();
  private readonly sent = new Map<string, string>();
  private readonly fingerprints = new Map<string, Fingerprints>();

  constructor(
    entries: readonly JournalEntry[],
    private readonly store: JournalStore | null,
  ) {
    for (const entry of entries) this.entries.set(entry.key, entry);
  }

  /** The journal of a tab, when it continues the result that the page gave. */
  restore(key: string, given: readonly ResultItem[]): JournalEntry | null {
    const entry = this.entries.get(key);
    if (!entry) return null;
    const mark = fingerprint(given);
    if (mark === fingerprint(entry.base) || mark === entry.current || mark === entry.sent) return entry;
    this.remove(key);
    return null;
  }

  /** New annotations that never reached the server. */
  unsaved(): readonly JournalEntry[] {
    return [...this.entries.values()].filter((entry) => entry.kind === 'new' && entry.history.position > 0);
  }

  /** The draft that a journal belongs to became known. */
  rename(from: string, to: string): void {
    const entry = this.entries.get(from);
    if (!entry) return;
    this.entries.delete(from);
    this.entries.set(to, { ...entry, key: to });
    this.store?.remove(from);
  }

  /**
   * Does beforehand, in slices, what takes long when a result is large: the marks of its items, and keeping what the tab
   * started from. `write` without it does the same at once.
   */
  async prepare(key: string, base: readonly ResultItem[], current: readonly ResultItem[]): Promise<void> {
    await inSlices(current.length, (index) => void markOf(current[index]));
    await this.store?.prepare(key, base);
  }

  write(entry: JournalEntry): void {
    const sent = this.sent.get(entry.key);
    const whole = sent === undefined ? entry : { ...entry, sent };
    this.entries.set(entry.key, whole);
    this.store?.write(whole);
  }

  /** As `fingerprint`, of what a tab holds now: what was there the last time costs nothing again. */
  fingerprint(key: string, result: readonly ResultItem[]): string {
    let known = this.fingerprints.get(key);
    if (!known) {
      known = new Fingerprints();
      this.fingerprints.set(key, known);
    }
    return known.of(result);
  }

  /** Notes what was sent as a draft, so that a reload recognises it. */
  noteSent(key: string, result: readonly ResultItem[]): void {
    this.sent.set(key, this.fingerprint(key, result));
  }

  remove(key: string): void {
    this.entries.delete(key);
    this.sent.delete(key);
    this.fingerprints.delete(key);
    this.store?.remove(key);
  }
}

/**
 * Short mark of a result that does not depend on the order of keys (databases reorder them). Items
 * are immutable and may be large (masks): the mark of each is kept. Not for security.
 */
export function fingerprint(result: readonly ResultItem[]): string {
  return new Fingerprints().of(result);
}

/** Items between two places at which the mark so far is kept. */
const STRIDE = 256;

/** Fingerprints of one result after the other, each going on from where it differs from the one before. */
class Fingerprints {
  private items: readonly ResultItem[] = [];
  /** The mark of all items before each `STRIDE`th one. */
  private marks: Mark[] = [];

  of(result: readonly ResultItem[]): string {
    const { items } = this;
    let same = 0;
    while (same < items.length && same < result.length && items[same] === result[same]) same++;
    const stride = Math.min(Math.floor(same / STRIDE), Math.max(0, this.marks.length - 1));
    this.marks.length = Math.min(this.marks.length, stride + 1);
    const mark = this.marks[stride]?.copy() ?? new Mark();
    for (let index = stride * STRIDE; index < result.length; index++) {
      if (index % STRIDE === 0) this.marks[index / STRIDE] = mark.copy();
      mark.mark(markOf(result[index]));
    }
    this.items = result;
    return mark.toString();
  }
}

const marks = new WeakMap<object, Mark>();

function markOf(item: unknown): Mark {
  const kept = typeof item === 'object' && item !== null ? item : null;
  let mark = kept && marks.get(kept);
  if (!mark) {
    mark = new Mark();
    mark.value(item);
    if (kept) marks.set(kept, mark);
  }
  return mark;
}

/** Two independent 32-bit FNV-1a sums over a value, without its text ever being made, and their length. */
class Mark {
  private a = 0x811c9dc5;
  private b = 0x1b873593;
  private length = 0;

  value(value: unknown): void {
    if (Array.isArray(value)) {
      this.add(1);
      for (const part of value) this.value(part);
      this.add(2);
    } else if (typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)) {
      this.add(3);
      this.add(value);
    } else if (typeof value !== 'object' || value === null) {
      this.text(JSON.stringify(value) ?? 'null');
    } else {
      this.add(4);
      const entries = Object.entries(value).filter(([, part]) => part !== undefined);
      for (const [key, part] of entries.sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))) {
        this.text(key);
        this.value(part);
      }
      this.add(5);
    }
  }

  copy(): Mark {
    const mark = new Mark();
    mark.a = this.a;
    mark.b = this.b;
    mark.length = this.length;
    return mark;
  }

  mark(other: Mark): void {
    this.add(8);
    this.add(other.a);
    this.add(other.b);
    this.add(other.length);
  }

  text(text: string): void {
    this.add(6);
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
    this.add(7);
  }

  toString(): string {
    return `${(this.a >>> 0).toString(16)}-${(this.b >>> 0).toString(16)}-${this.length}`;
  }

  private add(code: number): void {
    this.a = Math.imul(this.a ^ code, 0x01000193);
    this.b = Math.imul(this.b ^ (code + this.length), 0x01000193);
    this.length++;
  }
}
