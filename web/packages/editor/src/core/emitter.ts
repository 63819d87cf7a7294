/**
 * A tiny publisher. Listeners may unsubscribe while they are called; a listener that throws does
 * not keep the others from being called.
 */
export class Emitter<T = void> {
  private readonly listeners = new Set<(event: T) => void>();

  /** Adds a listener; returns the function that removes it. */
  subscribe = (listener: (event: T) => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  emit(event: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(event);
      } catch (error) {
        reportError(error);
      }
    }
  }

  get size(): number {
    return this.listeners.size;
  }
}

/** Listeners by key: a row of a list listens to its own region alone. */
export class KeyedEmitter {
  private readonly byKey = new Map<string, Emitter>();

  subscribe(key: string, listener: () => void): () => void {
    let emitter = this.byKey.get(key);
    if (!emitter) {
      emitter = new Emitter();
      this.byKey.set(key, emitter);
    }
    const off = emitter.subscribe(listener);
    return () => {
      off();
      if (emitter.size === 0) this.byKey.delete(key);
    };
  }

  emit(key: string): void {
    this.byKey.get(key)?.emit();
  }
}

function reportError(error: unknown): void {
  // The page's error handler sees it; the other listeners still run.
  queueMicrotask(() => {
    throw error;
  });
}
