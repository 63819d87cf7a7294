/**
 * Saves on their way to the server. Each is written to the browser's database at once, and removed when the
 * server has answered. What is left after a crash, a closed tab or two minutes without a network is sent
 * again under the same operation id, so the server carries it out once. Where the browser's database fails, saves are
 * sent from memory.
 */
import { ApiError, api } from '@labelkeep/api';
import { whenIdle } from '../../shared/idle';
import { jsonBlob } from './json-blob';

/** A save. `id` is the operation id, a UUID. */
export interface Save {
  readonly id: string;
  /** Whose work it is: another account on this computer neither sees nor sends it (SEC-185). */
  readonly user: number;
  readonly project: number;
  readonly task: number;
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  /** JSON in a Blob: keeping and sending it costs the page nothing, however large a result is. Earlier versions kept an object. */
  readonly body: unknown;
  readonly madeAt: number;
  /** Why the server refused it; the work is kept until the person has seen it. */
  readonly refused?: string;
}

export interface OutboxState {
  /** Saves that wait. */
  readonly waiting: number;
  /** Saves that the server refused. */
  readonly refused: readonly Save[];
  /** Whether the last attempt reached the server. */
  readonly online: boolean;
}

/** What a page hands in. */
type NewSave = Omit<Save, 'user' | 'madeAt' | 'body'> & { readonly body: { readonly result: readonly unknown[] } };

const STORE = 'saves';
/** Pauses between attempts, in milliseconds. */
const PAUSES = [500, 1_000, 2_000, 5_000, 10_000, 15_000];

type Listener = (state: OutboxState) => void;

export class Outbox {
  private readonly database: Promise<IDBDatabase>;
  private readonly listeners = new Set<Listener>();
  private readonly waiters = new Map<
    string,
    { resolve: (answer: unknown) => void; reject: (error: unknown) => void }
  >();
  /** Saves of this page that are not on disk (yet). */
  private readonly unwritten = new Map<string, Save>();
  /** Saves as they are on disk: each is read once. */
  private readonly written = new Map<string, Save>();
  private state: OutboxState = { waiting: 0, refused: [], online: true };
  private sending = false;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private callOff: (() => void) | undefined;

  constructor(private readonly user: number) {
    this.database = open();
    window.addEventListener('online', this.wake);
    void this.drain();
  }

  close(): void {
    window.removeEventListener('online', this.wake);
    this.listeners.clear();
    // What waits is not left for the next time that somebody labels here.
    if (this.callOff) this.wake();
    else clearTimeout(this.timer);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    listener(this.state);
    return () => this.listeners.delete(listener);
  }

  /**
   * Keeps the save, and sends it when the page has drawn what comes next. `kept` resolves when it is on disk here (where the
   * disk refuses, when the server has it); `delivered` settles when the server has answered.
   */
  put(save: NewSave): { kept: Promise<unknown>; delivered: Promise<unknown> } {
    const madeAt = Date.now();
    const delivered = new Promise<unknown>((resolve, reject) => this.waiters.set(save.id, { resolve, reject }));
    // Not everybody waits for the answer.
    delivered.catch(() => undefined);
    const keep = async () => {
      const body = await jsonBlob(save.body);
      const written = this.keep({ ...save, body, user: this.user, madeAt });
      this.callOff ??= whenIdle(this.wake);
      if (!(await written)) await delivered;
    };
    return { kept: keep(), delivered };
  }

  /** Forgets a save that was refused; the person has seen why. */
  async discard(id: string): Promise<void> {
    await this.forget(id);
    await this.refresh();
  }

  /** Writes a save to disk; false when the disk refuses, and memory alone has it. */
  private async keep(save: Save): Promise<boolean> {
    this.unwritten.set(save.id, save);
    try {
      await this.write((store) => store.put(save));
    } catch {
      return false;
    }
    this.written.set(save.id, save);
    this.unwritten.delete(save.id);
    return true;
  }

  private async forget(id: string): Promise<void> {
    this.unwritten.delete(id);
    this.written.delete(id);
    // A disk that refuses has nothing to be forgotten; one that fails just now has it sent again, which changes nothing.
    await this.write((store) => store.delete(id)).catch(() => undefined);
  }

  private readonly wake = () => {
    clearTimeout(this.timer);
    this.callOff?.();
    this.callOff = undefined;
    void this.drain();
  };

  /** Sends what waits, in the order in which it was made. */
  private async drain(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const saves = await this.refresh();
        const next = saves.find((save) => save.refused === undefined);
        if (!next) break;
        if (!(await this.send(next))) {
          const pause = PAUSES[Math.min(this.attempts, PAUSES.length - 1)] ?? 15_000;
          this.attempts += 1;
          this.timer = setTimeout(this.wake, pause);
          break;
        }
        this.attempts = 0;
      }
    } finally {
      this.sending = false;
    }
  }

  /** True when the save is settled: delivered or refused. */
  private async send(save: Save): Promise<boolean> {
    try {
      const headers = { 'Idempotency-Key': save.id };
      const answer = await api.send(save.method, save.path, save.body, { headers });
      await this.forget(save.id);
      this.set({ online: true });
      this.waiters.get(save.id)?.resolve(answer);
      this.waiters.delete(save.id);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500 || [0, 401, 408, 425, 429].includes(error.status)) {
        this.set({ online: false });
        return false;
      }
      await this.keep({ ...save, refused: error.detail });
      this.set({ online: true });
      this.waiters.get(save.id)?.reject(error);
      this.waiters.delete(save.id);
      return true;
    }
  }

  private async refresh(): Promise<Save[]> {
    await this.read().catch(() => undefined);
    const all = new Map([...this.written.values(), ...this.unwritten.values()].map((save) => [save.id, save]));
    const saves = [...all.values()].filter((save) => save.user === this.user).sort((a, b) => a.madeAt - b.madeAt);
    const refused = saves.filter((save) => save.refused !== undefined);
    this.set({ waiting: saves.length - refused.length, refused });
    return saves;
  }

  private set(change: Partial<OutboxState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener(this.state);
  }

  private async write(work: (store: IDBObjectStore) => void): Promise<void> {
    const database = await this.database;
    await new Promise<void>((resolve, reject) => {
      // strict: the browser answers when the save is on disk, not when it is on its way there.
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      work(transaction.objectStore(STORE));
    });
  }

  /** Reads the saves that are new on disk (another tab's, or left over from before), and lets those go that are gone. */
  private async read(): Promise<void> {
    const database = await this.database;
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(STORE);
      const store = transaction.objectStore(STORE);
      const keys = store.getAllKeys();
      keys.onsuccess = () => {
        const there = new Set(keys.result.map(String));
        for (const id of this.written.keys()) if (!there.has(id)) this.written.delete(id);
        for (const id of there) {
          if (this.written.has(id)) continue;
          const save = store.get(id);
          save.onsuccess = () => this.written.set(id, save.result as Save);
        }
      };
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
    });
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('labelkeep-outbox', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
