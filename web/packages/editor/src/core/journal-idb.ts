/**
 * Journals in IndexedDB, by person and task. Without IndexedDB nothing is kept and nothing fails. A
 * journal is one row for its state, some for what it started from, and one for each step, so that a
 * change writes what is new and no more.
 */
import type { JournalEntry, JournalStore } from './journal';
import { inSlices } from './slices';
import type { Delta, ResultItem } from './types';

const STORE = 'journals';
/** Journals that nobody came back to for this long are removed, milliseconds. */
const KEPT = 14 * 24 * 3600 * 1000;
/** Milliseconds after the opening until they are. */
const CLEANED_AFTER = 5_000;

interface StateRow {
  readonly id: string;
  readonly scope: string;
  readonly savedAt: number;
  readonly entry: Omit<JournalEntry, 'base' | 'history'>;
  readonly position: number;
  /** Number of steps. */
  readonly steps: number;
  /** Number of rows of what it started from; journals of earlier versions have one. */
  readonly pieces?: number;
}
interface BaseRow {
  readonly id: string;
  readonly scope: string;
  /** A piece of it. */
  readonly base: readonly ResultItem[];
}
interface StepRow {
  readonly id: string;
  readonly scope: string;
  readonly step: Delta;
}
type Row = StateRow | BaseRow | StepRow;

/** Opens the journals, so that the first that is read waits for nothing. */
export function warmJournals(prefix: string): void {
  try {
    void shared(`${prefix}-journal`).catch(() => undefined);
  } catch {
    // A browser without IndexedDB: nothing is kept.
  }
}

interface OpenedJournal {
  readonly entries: readonly JournalEntry[];
  readonly store: JournalStore | null;
}

/** Tasks whose journals are read ahead at once; older ones are read when they are opened. */
const MOST_AHEAD = 8;
/** Journals of tasks that come next, each for one opening: what is written while a task is open makes it old. */
const ahead = new Map<string, Promise<OpenedJournal>>();

/** Reads the journals of a task that is opened later. */
export function readJournalAhead(prefix: string, user: number | string, task: number | string): void {
  const key = [prefix, user, task].join('\u0000');
  ahead.delete(key);
  ahead.set(key, read(prefix, user, task));
  const [oldest] = ahead.keys();
  if (ahead.size > MOST_AHEAD && oldest !== undefined) ahead.delete(oldest);
}

/** Journals of one person on one task, and where to write further ones. */
export function openJournal(prefix: string, user: number | string, task: number | string): Promise<OpenedJournal> {
  const key = [prefix, user, task].join('\u0000');
  const found = ahead.get(key);
  ahead.delete(key);
  return found ?? read(prefix, user, task);
}

async function read(prefix: string, user: number | string, task: number | string): Promise<OpenedJournal> {
  const scope = `${user}\u0000${task}`;
  try {
    const database = await shared(`${prefix}-journal`);
    const rows = await rowsIn(database, scope);
    const entries = assemble(rows);
    return { entries, store: new IndexedDbJournal(database, scope, entries) };
  } catch {
    return { entries: [], store: null };
  }
}

/** Rows in order of their ids. A journal that misses a row is none. */
function assemble(rows: readonly Row[]): JournalEntry[] {
  const pieces = new Map<string, (readonly ResultItem[])[]>();
  const steps = new Map<string, Delta[]>();
  const collect = <T>(found: Map<string, T[]>, journal: string, part: T) => {
    const parts = found.get(journal);
    if (parts) parts.push(part);
    else found.set(journal, [part]);
  };
  for (const row of rows) {
    if ('base' in row) collect(pieces, row.id.slice(0, row.id.lastIndexOf(BASE)), row.base);
    if ('step' in row) collect(steps, row.id.slice(0, row.id.lastIndexOf(STEP)), row.step);
  }
  const entries: JournalEntry[] = [];
  for (const row of rows) {
    if (!('entry' in row)) continue;
    const base = pieces.get(row.id) ?? [];
    const deltas = steps.get(row.id) ?? [];
    if (base.length === (row.pieces ?? 1) && deltas.length === row.steps)
      entries.push({ ...row.entry, base: base.flat(), history: { deltas, position: row.position } });
  }
  return entries;
}

/** Ends of the ids of a journal's rows. */
const BASE = '\u0000base';
const STEP = '\u0000step\u0000';
/** Items of a row of what a journal started from: keeping one takes a part of a frame. */
const PIECE = 250;

function baseId(journal: string, piece: number): string {
  return `${journal}${BASE}\u0000${String(piece).padStart(9, '0')}`;
}

function stepId(journal: string, index: number): string {
  return `${journal}${STEP}${String(index).padStart(9, '0')}`;
}

/** The ids of all pieces of what a journal started from. */
function baseOf(journal: string): IDBKeyRange {
  return IDBKeyRange.bound(`${journal}${BASE}`, `${journal}${BASE}\u0000\uffff`);
}

/** The ids of all rows of a journal. */
function rowsOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound(id, `${id}\u0000\uffff`);
}

class IndexedDbJournal implements JournalStore {
  /** What the rows hold, by identity: records are immutable. */
  private readonly kept = new Map<string, Pick<JournalEntry, 'base' | 'history'>>();
  /** What rows hold for the state that is written next. */
  private readonly prepared = new Map<string, readonly ResultItem[]>();

  constructor(
    private readonly database: IDBDatabase,
    private readonly scope: string,
    entries: readonly JournalEntry[],
  ) {
    for (const { key, base, history } of entries) this.kept.set(key, { base, history });
  }

  async prepare(key: string, base: readonly ResultItem[]): Promise<void> {
    if (base.length <= PIECE || this.kept.get(key)?.base === base || this.prepared.get(key) === base) return;
    // While other pieces stand there the state that was written before is no journal: its work is in this tab.
    this.prepared.delete(key);
    const id = this.id(key);
    let done = this.run((store) => store.delete(rowsOf(id)));
    this.kept.delete(key);
    await inSlices(Math.ceil(base.length / PIECE), (piece) => {
      done &&= this.run((store) => store.put(this.piece(id, base, piece)));
    });
    if (done) this.prepared.set(key, base);
  }

  write(whole: JournalEntry): void {
    const { base, history, ...entry } = whole;
    const { scope } = this;
    const id = this.id(entry.key);
    const before = this.kept.get(entry.key);
    const { deltas, position } = history;
    const old = before?.history.deltas ?? [];
    let same = 0;
    while (same < deltas.length && same < old.length && deltas[same] === old[same]) same++;
    const done = this.run((store) => {
      const put = (row: Row) => store.put(row);
      const pieces = Math.ceil(base.length / PIECE);
      put({ id, scope, savedAt: entry.savedAt, entry, position, steps: deltas.length, pieces });
      if (before?.base !== base && this.prepared.get(entry.key) !== base) {
        store.delete(baseOf(id));
        for (let piece = 0; piece < pieces; piece++) put(this.piece(id, base, piece));
      }
      for (let i = same; i < deltas.length; i++) put({ id: stepId(id, i), scope, step: deltas[i] as Delta });
      // Steps that were undone and then replaced.
      if (old.length > deltas.length)
        store.delete(IDBKeyRange.bound(stepId(id, deltas.length), stepId(id, old.length)));
    });
    this.prepared.delete(entry.key);
    if (done) this.kept.set(entry.key, { base, history });
  }

  remove(key: string): void {
    this.kept.delete(key);
    this.prepared.delete(key);
    this.run((store) => store.delete(rowsOf(this.id(key))));
  }

  private piece(id: string, base: readonly ResultItem[], piece: number): BaseRow {
    return { id: baseId(id, piece), scope: this.scope, base: base.slice(piece * PIECE, (piece + 1) * PIECE) };
  }

  private id(key: string): string {
    return `${this.scope}\u0000${key}`;
  }

  private run(act: (store: IDBObjectStore) => void): boolean {
    try {
      const transaction = this.database.transaction(STORE, 'readwrite');
      act(transaction.objectStore(STORE));
      // Called from page-hide too: the transaction must not wait for another turn.
      transaction.commit();
      return true;
    } catch {
      // A full disk or a closed database: the server's draft is what remains.
      return false;
    }
  }
}

/** One connection for the whole page: a browser keeps each one that is opened, task after task. */
const connections = new Map<string, Promise<IDBDatabase>>();

function shared(name: string): Promise<IDBDatabase> {
  const known = connections.get(name);
  if (known) return known;
  const forget = () => connections.delete(name);
  const opened = open(name).then((database) => {
    // Once in the life of a page, when the first task is open.
    setTimeout(() => connections.get(name) === opened && clean(database), CLEANED_AFTER);
    database.onclose = forget;
    database.onversionchange = () => {
      forget();
      database.close();
    };
    return database;
  });
  opened.catch(forget);
  connections.set(name, opened);
  return opened;
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: 'id' });
      store.createIndex('scope', 'scope');
      store.createIndex('savedAt', 'savedAt');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('The journal is locked by another tab.'));
  });
}

function rowsIn(database: IDBDatabase, scope: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(STORE).objectStore(STORE).index('scope').getAll(scope);
    request.onsuccess = () => resolve(request.result as Row[]);
    request.onerror = () => reject(request.error);
  });
}

/** Removes journals that nobody came back to. */
function clean(database: IDBDatabase): void {
  const store = database.transaction(STORE, 'readwrite').objectStore(STORE);
  const old = store.index('savedAt').openKeyCursor(IDBKeyRange.upperBound(Date.now() - KEPT));
  old.onsuccess = () => {
    const cursor = old.result;
    if (!cursor) return;
    store.delete(rowsOf(String(cursor.primaryKey)));
    cursor.continue();
  };
}
