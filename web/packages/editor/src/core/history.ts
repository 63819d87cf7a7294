/**
 * Undo and redo as a list of deltas and a place in it. The list is plain JSON, so that it can be
 * kept over a reload (`toJSON`, `restore`); it has no limit.
 */
import { Emitter } from './emitter';
import type { Delta } from './types';

/** What is kept over a reload. */
export interface HistoryState {
  readonly deltas: readonly Delta[];
  /** Number of deltas that are applied. */
  readonly position: number;
}

export class History {
  readonly changed = new Emitter();
  private deltas: Delta[] = [];
  private applied = 0;
  private lastKey: string | null = null;

  get canUndo(): boolean {
    return this.applied > 0;
  }
  get canRedo(): boolean {
    return this.applied < this.deltas.length;
  }
  /** Name of the step that undo would take back. */
  get undoLabel(): string | null {
    return this.deltas[this.applied - 1]?.label ?? null;
  }
  get redoLabel(): string | null {
    return this.deltas[this.applied]?.label ?? null;
  }
  get position(): number {
    return this.applied;
  }

  /**
   * Adds a step and forgets the steps that were undone. Steps that follow each other with the same
   * `mergeKey` become one (arrow keys that move a shape, letters typed into one field).
   */
  push(delta: Delta, mergeKey: string | null = null): void {
    this.deltas.length = this.applied;
    const last = this.deltas.at(-1);
    if (mergeKey !== null && mergeKey === this.lastKey && last) {
      this.deltas[this.deltas.length - 1] = merge(last, delta);
    } else {
      this.deltas.push(delta);
      this.applied++;
    }
    this.lastKey = mergeKey;
    this.changed.emit();
  }

  /** Ends a run of merged steps. */
  seal(): void {
    this.lastKey = null;
  }

  /** Moves one step back; gives the delta to apply backwards. */
  stepBack(): Delta | null {
    const delta = this.deltas[this.applied - 1];
    if (!delta) return null;
    this.applied--;
    this.lastKey = null;
    this.changed.emit();
    return delta;
  }

  /** Moves one step forward; gives the delta to apply forwards. */
  stepForward(): Delta | null {
    const delta = this.deltas[this.applied];
    if (!delta) return null;
    this.applied++;
    this.lastKey = null;
    this.changed.emit();
    return delta;
  }

  /** The deltas themselves (not a copy: they are immutable). */
  toJSON(): HistoryState {
    return { deltas: this.deltas.slice(), position: this.applied };
  }

  restore(state: HistoryState): void {
    this.deltas = [...state.deltas];
    this.applied = Math.max(0, Math.min(state.position, this.deltas.length));
    this.lastKey = null;
    this.changed.emit();
  }
}

/** One delta with the effect of two: for each record the first `before` and the last `after`. */
export function merge(first: Delta, second: Delta): Delta {
  const byKey = new Map<string, Delta['changes'][number]>();
  for (const change of [...first.changes, ...second.changes]) {
    const key = `${change.on}\u0000${change.id}`;
    const before = byKey.get(key);
    byKey.set(key, before ? ({ ...change, before: before.before } as typeof change) : change);
  }
  return { label: first.label, changes: [...byKey.values()], at: second.at };
}
