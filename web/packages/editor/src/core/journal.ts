/**
 * The browser's own copy of unsaved work: for each tab what it started from and every step since.
 * It is kept by person and task, so that another account on the same machine never sees it, and
 * it is used only when it belongs to what the server gives: the result that it started from, the
 * draft that it last sent, or its own last state.
 */
import type { HistoryState } from './history';
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
  write(entry: JournalEntry): void;
  remove(key: string): void;
}

export class Journals {
  private readonly entries = new Map<string, JournalEntry>();
  private readonly sent = new Map<string, string>();

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

  write(entry: JournalEntry): void {
    const sent = this.sent.get(entry.key);
    const whole = sent === undefined ? entry : { ...entry, sent };
    this.entries.set(entry.key, whole);
    this.store?.write(whole);
  }

  /** Notes what was sent as a draft, so that a reload recognises it. */
  noteSent(key: string, result: readonly ResultItem[]): void {
    this.sent.set(key, fingerprint(result));
  }

  remove(key: string): void {
    this.entries.delete(key);
    this.sent.delete(key);
    this.store?.remove(key);
  }
}

/**
 * Short mark of a result that does not depend on the order of keys (databases reorder them):
 * two independent 32-bit FNV-1a sums of its canonical JSON and its length. Not for security.
 */
export function fingerprint(result: readonly ResultItem[]): string {
  const text = canonical(result);
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x01000193);
  }
  return `${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}-${text.length}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
  return `{${parts.join(',')}}`;
}
