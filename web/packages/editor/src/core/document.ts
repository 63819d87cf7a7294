/**
 * One annotation (or prediction) while it is open: its store, its history and its view state.
 * Everything that changes it goes through `edit` or a `Gesture`, and is one step of history.
 */
import { Edit, type NewRegion } from './edit';
import { Emitter } from './emitter';
import { History } from './history';
import { newUuid } from './ids';
import { RegionStore } from './store';
import type { Delta, Region } from './types';
import { ViewState } from './view-state';

export interface EditOptions {
  /** Steps with the same key that follow each other become one. */
  readonly mergeKey?: string;
}

export class AnnotationDocument {
  readonly store = new RegionStore();
  readonly history = new History();
  readonly view = new ViewState();
  /** After each finished edit, undo or redo; not while a gesture runs. */
  readonly edited = new Emitter<Delta>();
  private gestureRunning: Gesture | null = null;

  constructor(
    /** Unique in the editor: `annotation-12`, `prediction-7`, `new-…`. */
    readonly key: string,
    /** A prediction or an annotation that is only looked at. */
    readonly readonly: boolean,
  ) {
    this.store.changed.subscribe((batch) => {
      if (batch.removed.length > 0) this.view.forget(batch.removed);
    });
  }

  /**
   * Runs an edit as one step. Returns false when nothing changed or the document is read-only.
   * A gesture that is still running is cancelled first.
   */
  edit(label: string, run: (edit: Edit) => void, options: EditOptions = {}): boolean {
    if (this.readonly) return false;
    this.gestureRunning?.cancel();
    const edit = new Edit(this.store);
    run(edit);
    const changes = edit.changes();
    if (changes.length === 0) return false;
    const delta: Delta = { label, changes, at: Date.now() };
    this.store.apply(changes, 'forward');
    this.history.push(delta, options.mergeKey ?? null);
    this.edited.emit(delta);
    return true;
  }

  /** Adds a region as one step and gives its id, or null when the document is read-only. */
  add(label: string, region: NewRegion): string | null {
    let id: string | null = null;
    this.edit(label, (edit) => {
      id = edit.add(region);
    });
    return id;
  }

  /** Starts a drag: updates show at once, `commit` makes them one step, `cancel` takes them back. */
  gesture(label: string): Gesture {
    this.gestureRunning?.cancel();
    const gesture = new Gesture(this, label, () => {
      if (this.gestureRunning === gesture) this.gestureRunning = null;
    });
    this.gestureRunning = gesture;
    return gesture;
  }

  undo(): Delta | null {
    if (this.readonly) return null;
    this.gestureRunning?.cancel();
    const delta = this.history.stepBack();
    if (delta) this.replay(delta, 'backward');
    return delta;
  }

  redo(): Delta | null {
    if (this.readonly) return null;
    this.gestureRunning?.cancel();
    const delta = this.history.stepForward();
    if (delta) this.replay(delta, 'forward');
    return delta;
  }

  /** Undoes everything; redo brings it back. */
  reset(): void {
    while (this.history.canUndo && !this.readonly) this.undo();
  }

  /** May a person change this region: not read-only, not locked? */
  canChange(id: string): boolean {
    const region = this.store.get(id);
    return region !== undefined && !this.readonly && !region.readonly && !this.view.isLocked(id);
  }

  /** Ids of the annotation's regions with a geometry, in order of creation. */
  regionIds(): readonly string[] {
    return this.store.ownIds();
  }

  /** Ids of what the regions panel lists: the annotation's regions, and suggestions that wait for a decision. */
  listedIds(): readonly string[] {
    return this.store.listedIds();
  }

  /** Running number of a region as people see it, from 1; 0 when it has none: a suggestion, or not a region. */
  regionNumber(id: string): number {
    return this.store.ownIndexOf(id) + 1;
  }

  private replay(delta: Delta, direction: 'forward' | 'backward'): void {
    this.store.apply(delta.changes, direction);
    this.edited.emit(delta);
  }
}

/**
 * A drag in progress. The store shows each update (its batches say `transient`), history sees one
 * step at the end.
 */
export class Gesture {
  private readonly before = new Map<string, Region | null>();
  private done = false;

  constructor(
    private readonly document: AnnotationDocument,
    private readonly label: string,
    private readonly onEnd: () => void,
  ) {}

  get active(): boolean {
    return !this.done;
  }

  /** Applies a part of the drag; may be called for each pointer event. */
  update(run: (edit: Edit) => void): void {
    if (this.done || this.document.readonly) return;
    const edit = new Edit(this.document.store);
    run(edit);
    const changes = edit.changes();
    for (const change of changes) {
      if (change.on === 'region' && !this.before.has(change.id)) this.before.set(change.id, change.before);
    }
    if (changes.length > 0) this.document.store.apply(changes, 'forward', true);
  }

  /** Makes the drag one step. Returns false when it changed nothing. */
  commit(): boolean {
    if (this.done) return false;
    this.finish();
    const { store, history, edited } = this.document;
    const changes = [...this.before]
      .map(([id, before]) => ({ on: 'region' as const, id, before, after: store.get(id) ?? null }))
      .filter((change) => change.before !== change.after);
    if (changes.length === 0) return false;
    const delta: Delta = { label: this.label, changes, at: Date.now() };
    store.apply(changes, 'forward');
    history.push(delta);
    edited.emit(delta);
    return true;
  }

  /** Puts everything back as it was. */
  cancel(): void {
    if (this.done) return;
    this.finish();
    const { store } = this.document;
    const changes = [...this.before].map(([id, before]) => ({
      on: 'region' as const,
      id,
      before: store.get(id) ?? null,
      after: before,
    }));
    if (changes.length > 0) store.apply(changes, 'forward');
  }

  private finish(): void {
    this.done = true;
    this.onEnd();
  }
}

/** Key of a document that has no id on the server yet. */
export function newDocumentKey(): string {
  return `new-${newUuid()}`;
}
