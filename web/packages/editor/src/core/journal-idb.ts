/** Journals in IndexedDB, by person and task. Without IndexedDB nothing is kept and nothing fails. */
import type { JournalEntry, JournalStore } from './journal';

const STORE = 'journals';
/** Journals that nobody came back to for this long are removed, milliseconds. */
const KEPT = 14 * 24 * 3600 * 1000;

interface Row {
  readonly id: string;
  readonly scope: string;
  readonly savedAt: number;
  readonly entry: JournalEntry;
}

/** Journals of one person on one task, and where to write further ones. */
export async function openJournal(
  prefix: string,
  user: number | string,
  task: number | string,
): Promise<{ entries: readonly JournalEntry[]; store: JournalStore | null }> {
  const scope = `${user}\u0000${task}`;
  try {
    const database = await open(`${prefix}-journal`);
    const rows = await read(database, scope);
    return { entries: rows.map((row) => row.entry), store: new IndexedDbJournal(database, scope) };
  } catch {
    return { entries: [], store: null };
  }
}

class IndexedDbJournal implements JournalStore {
  constructor(
    private readonly database: IDBDatabase,
    private readonly scope: string,
  ) {}

  write(entry: JournalEntry): void {
    this.run((store) =>
      store.put({ id: this.id(entry.key), scope: this.scope, savedAt: entry.savedAt, entry } satisfies Row),
    );
  }

  remove(key: string): void {
    this.run((store) => store.delete(this.id(key)));
  }

  private id(key: string): string {
    return `${this.scope}\u0000${key}`;
  }

  private run(act: (store: IDBObjectStore) => IDBRequest): void {
    try {
      const transaction = this.database.transaction(STORE, 'readwrite');
      act(transaction.objectStore(STORE));
      // Called from page-hide too: the transaction must not wait for another turn.
      transaction.commit();
    } catch {
      // A full disk or a closed database: the server's draft is what remains.
    }
  }
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

function read(database: IDBDatabase, scope: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, 'readwrite');
    const store = transaction.objectStore(STORE);
    const old = store.index('savedAt').openKeyCursor(IDBKeyRange.upperBound(Date.now() - KEPT));
    old.onsuccess = () => {
      const cursor = old.result;
      if (!cursor) return;
      store.delete(cursor.primaryKey);
      cursor.continue();
    };
    const request = store.index('scope').getAll(scope);
    transaction.oncomplete = () => resolve(request.result as Row[]);
    transaction.onerror = () => reject(transaction.error);
  });
}
