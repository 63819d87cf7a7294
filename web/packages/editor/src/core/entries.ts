/**
 * The tabs of a task: annotations, predictions, and annotations that are not saved yet. Documents
 * are read when their tab is first opened; a prediction with ten thousand regions costs nothing
 * until someone looks at it.
 */
import { AnnotationDocument, newDocumentKey } from './document';
import type { Editor } from './editor';
import { Emitter } from './emitter';
import type { JournalEntry } from './journal';
import type { EditorAnnotation, EditorDraft, EditorPrediction } from './options';
import { presetItems } from './preselect';
import { readResult, writeResult } from './result';
import type { ResultItem } from './types';

/** `state` is an earlier state of an annotation that is looked at; it has no tab. */
export type EntryKind = 'annotation' | 'prediction' | 'new' | 'state';

/** Where the items of a document came from. */
export interface EntrySource {
  readonly kind: EntryKind;
  readonly annotation?: EditorAnnotation;
  readonly prediction?: EditorPrediction;
  readonly draft?: EditorDraft;
  /** Items to start from: a copy of a prediction or of another annotation. */
  readonly items?: readonly ResultItem[];
  readonly parentPrediction?: number | string | null;
  readonly parentAnnotation?: number | string | null;
  /** Key of an entry that was not saved before a reload. */
  readonly key?: string;
  /** What a state is called: "Submitted by Ann, 3 March 2026, 10:12". */
  readonly title?: string;
}

export class Entry {
  readonly key: string;
  readonly kind: EntryKind;
  annotation: EditorAnnotation | null;
  readonly prediction: EditorPrediction | null;
  draftId: number | string | null;
  /** When the draft was saved last, milliseconds since the epoch. */
  draftSavedAt: number | null;
  readonly parentPrediction: number | string | null;
  readonly parentAnnotation: number | string | null;
  /** Name of a state. */
  readonly title: string;
  /** Seconds of work that are stored already. */
  leadTimeBefore: number;
  /** When it was opened in this sitting; null until then. */
  openedAt: number | null = null;
  /** Is the draft shown, or the submitted version? */
  readonly startsFrom: readonly ResultItem[];
  /** Set by a save: changes that this person made are stored as an annotation. */
  changedSinceSave: boolean;
  private opened: AnnotationDocument | null = null;
  private base: readonly ResultItem[] = [];

  constructor(
    private readonly editor: Editor,
    source: EntrySource,
  ) {
    this.kind = source.kind;
    this.annotation = source.annotation ?? null;
    this.prediction = source.prediction ?? null;
    this.key = source.key ?? keyOf(source);
    this.title = source.title ?? '';
    const { draft } = source;
    this.draftId = draft?.id ?? null;
    this.draftSavedAt = draft ? time(draft.updated_at ?? draft.created_at) : null;
    this.changedSinceSave = draft !== undefined || source.items !== undefined;
    this.parentPrediction =
      source.parentPrediction ?? draft?.parent_prediction ?? source.annotation?.parent_prediction ?? null;
    this.parentAnnotation = source.parentAnnotation ?? source.annotation?.parent_annotation ?? null;
    this.leadTimeBefore = Math.max(0, draft?.lead_time ?? source.annotation?.lead_time ?? 0);
    this.startsFrom = draft?.result ?? source.items ?? source.annotation?.result ?? source.prediction?.result ?? [];
  }

  get document(): AnnotationDocument {
    this.opened ??= this.open();
    return this.opened;
  }

  get isOpen(): boolean {
    return this.opened !== null;
  }

  /** The result as it would be submitted: answers of hidden branches are left out. */
  submitResult(): readonly ResultItem[] {
    const { visibility, modules } = this.editor;
    return writeResult(this.document.store, modules, visibility.keeper());
  }

  /** Everything, for drafts: nothing that was typed is lost. */
  draftResult(): readonly ResultItem[] {
    const { store } = this.document;
    if (this.drafted?.version !== store.version) {
      this.drafted = { version: store.version, result: writeResult(store, this.editor.modules) };
    }
    return this.drafted.result;
  }
  private drafted: { readonly version: number; readonly result: readonly ResultItem[] } | null = null;

  /**
   * Has everything that takes long to write (masks) made ready off the page's thread. Null when it is
   * ready: the result can be had at once. Results are right without it; reading them only takes longer.
   */
  prepare(): Promise<unknown> | null {
    if (!this.editor.modules.prepares) return null;
    const waits: Promise<void>[] = [];
    const { store } = this.document;
    for (const id of store.ids()) {
      const region = store.get(id);
      const wait = region && this.editor.modules.shape(region.kind)?.prepare?.(region.geometry);
      if (wait) waits.push(wait);
    }
    return waits.length > 0 ? Promise.all(waits) : null;
  }

  /** Seconds of work: those stored before and those since the tab was opened. */
  leadTime(now: number = Date.now()): number {
    const here = this.openedAt === null ? 0 : (now - this.openedAt) / 1000;
    return Math.round((this.leadTimeBefore + Math.max(0, here)) * 1000) / 1000;
  }

  /** Makes `toJournal` and its writing a matter of what changed, in slices: a result may be tens of megabytes. */
  prepareJournal(): Promise<void> {
    const { journals } = this.editor;
    const current = this.draftResult();
    return journals.prepare(this.key, this.base, current);
  }

  /** What is kept in the browser so that history and unsent work survive a reload. */
  toJournal(): JournalEntry {
    const current = this.draftResult();
    return {
      key: this.key,
      // States are never written.
      kind: this.kind === 'state' ? 'annotation' : this.kind,
      annotationId: this.annotation?.id ?? null,
      draftId: this.draftId,
      parentPrediction: this.parentPrediction,
      parentAnnotation: this.parentAnnotation,
      base: this.base,
      history: this.document.history.toJSON(),
      current: this.editor.journals.fingerprint(this.key, current),
      leadTime: this.leadTime(),
      savedAt: Date.now(),
    };
  }

  private open(): AnnotationDocument {
    const { config, modules } = this.editor;
    const looked = this.kind === 'prediction' || this.kind === 'state';
    const readonly = looked || this.annotation?.editable === false;
    const document = new AnnotationDocument(this.key, readonly);
    const journal = readonly ? null : this.editor.journals.restore(this.key, this.startsFrom);
    const fresh = this.kind === 'new' && this.startsFrom.length === 0;
    this.base = journal?.base ?? (fresh ? presetItems(this.editor) : this.startsFrom);
    const { regions, relations, foreign } = readResult(this.base, config, modules);
    document.store.load(regions, relations, foreign);
    if (journal) {
      const { deltas, position } = journal.history;
      for (const delta of deltas.slice(0, position)) document.store.apply(delta.changes, 'forward');
      document.history.restore(journal.history);
      this.changedSinceSave = this.changedSinceSave || position > 0;
    }
    document.edited.subscribe(() => this.editor.entryEdited(this));
    return document;
  }
}

export class Entries {
  /** Tabs were added or removed, or their state changed. */
  readonly changed = new Emitter();
  private list: readonly Entry[] = [];
  private currentKey: string;
  private looked: Entry | null = null;

  constructor(private readonly editor: Editor) {
    const { annotations = [], predictions = [], drafts = [] } = editor.options;
    const byId = (id: unknown) =>
      drafts.find((draft) => draft.annotation != null && String(draft.annotation) === String(id));
    const entries: Entry[] = [];
    for (const prediction of predictions) entries.push(new Entry(editor, { kind: 'prediction', prediction }));
    for (const annotation of annotations) {
      const draft = byId(annotation.id);
      entries.push(new Entry(editor, { kind: 'annotation', annotation, ...(draft ? { draft } : {}) }));
    }
    const free = drafts.find((draft) => draft.annotation === undefined || draft.annotation === null);
    if (free) entries.push(new Entry(editor, { kind: 'new', draft: free }));
    for (const journal of editor.journals.unsaved()) {
      const covered = free && (journal.draftId === null || String(journal.draftId) === String(free.id));
      if (covered) editor.journals.rename(journal.key, `draft-${free.id}`);
      else
        entries.push(
          new Entry(editor, {
            kind: 'new',
            key: journal.key,
            items: journal.base,
            parentPrediction: journal.parentPrediction,
            parentAnnotation: journal.parentAnnotation,
          }),
        );
    }
    this.list = entries;
    this.currentKey = this.first().key;
    this.current.openedAt = Date.now();
  }

  /** All tabs; a new array after each change. */
  all(): readonly Entry[] {
    return this.list;
  }

  get current(): Entry {
    return this.looked ?? this.tab;
  }

  /** The tab that is chosen, also while an earlier state of it is looked at. */
  get tab(): Entry {
    return this.list.find((entry) => entry.key === this.currentKey) ?? this.list[0] ?? this.addNew({ kind: 'new' });
  }

  /** Opens a tab. A pending draft of the tab that is left is handed out first. */
  select(key: string): void {
    const next = this.list.find((entry) => entry.key === key);
    if (!next) return;
    if (key === this.currentKey) return this.lookAway();
    this.looked = null;
    this.editor.flushInputs.emit();
    void this.editor.saving.flush();
    this.leave(this.tab);
    this.currentKey = key;
    next.openedAt = Date.now();
    this.editor.documentChanged.emit();
    this.changed.emit();
    this.editor.options.onSelectAnnotation?.({
      kind: next.kind === 'prediction' ? 'prediction' : next.annotation ? 'annotation' : 'new',
      id: next.annotation?.id ?? next.prediction?.id ?? null,
    });
  }

  /** Shows an earlier state of the chosen tab, read-only. */
  lookAt(state: { readonly id: string; readonly title: string; readonly items: readonly ResultItem[] }): void {
    this.editor.flushInputs.emit();
    void this.editor.saving.flush();
    const key = `state-${this.tab.key}-${state.id}`;
    this.looked = new Entry(this.editor, { kind: 'state', key, title: state.title, items: state.items });
    this.editor.documentChanged.emit();
    this.editor.announce(`Looking at ${state.title}, read-only`);
  }

  /** Back from an earlier state to the work. */
  lookAway(): void {
    if (!this.looked) return;
    this.looked = null;
    this.editor.documentChanged.emit();
  }

  /** Makes the state that is looked at the content of its tab, as one step that can be undone. */
  restoreLooked(): boolean {
    const state = this.looked;
    if (!state || this.tab.document.readonly) return false;
    this.lookAway();
    const { config, modules } = this.editor;
    const { regions, relations } = readResult(state.startsFrom, config, modules);
    const done = this.tab.document.edit('Restore an earlier state', (edit) => edit.replaceAll(regions, relations));
    this.editor.announce(done ? `Restored: ${state.title}` : 'This state is the same as the present one');
    return done;
  }

  /** Starts an empty annotation and opens it. */
  create(): void {
    this.select(this.addNew({ kind: 'new' }).key);
  }

  /** Copies the open tab (a prediction, or an annotation) to a new annotation and opens it. */
  copyCurrent(): void {
    const { current } = this;
    const prediction = current.kind === 'prediction';
    const items = current.draftResult().map((item) => copied(item, prediction));
    const entry = this.addNew({
      kind: 'new',
      items,
      parentPrediction: prediction ? (current.prediction?.id ?? null) : null,
      parentAnnotation: prediction ? null : (current.annotation?.id ?? null),
    });
    this.select(entry.key);
    this.editor.saving.schedule(entry);
    this.editor.announce('Copied to a new annotation');
  }

  /** Takes a tab away; opens a neighbour, or a new annotation when it was the last. */
  remove(key: string): void {
    const index = this.list.findIndex((entry) => entry.key === key);
    if (index < 0) return;
    this.looked = null;
    this.list = this.list.filter((entry) => entry.key !== key);
    this.editor.journals.remove(key);
    if (this.currentKey === key) {
      const next = this.list[Math.min(index, this.list.length - 1)] ?? this.addNew({ kind: 'new' });
      this.currentKey = '';
      this.currentKey = next.key;
      next.openedAt = Date.now();
      this.editor.documentChanged.emit();
    }
    this.changed.emit();
  }

  /** Opens the tab that stands so many places further. */
  step(by: number): void {
    const next = this.list[(this.list.indexOf(this.tab) + by + this.list.length) % this.list.length];
    if (next) this.select(next.key);
  }

  /** A task has one ground truth: another annotation became it. */
  clearGroundTruth(): void {
    for (const entry of this.list) {
      if (entry.annotation?.ground_truth) entry.annotation = { ...entry.annotation, ground_truth: false };
    }
  }

  /** State of a tab changed (saved, skipped): tabs draw again. */
  touch(): void {
    this.list = [...this.list];
    this.changed.emit();
  }

  destroy(): void {
    this.leave(this.tab);
  }

  private leave(entry: Entry): void {
    entry.leadTimeBefore = entry.leadTime();
    entry.openedAt = null;
  }

  private addNew(source: EntrySource): Entry {
    const entry = new Entry(this.editor, { ...source, key: newDocumentKey() });
    this.list = [...this.list, entry];
    this.changed.emit();
    return entry;
  }

  /** The tab that opens by itself. */
  private first(): Entry {
    const { mode = 'quick', user, projectSettings, place } = this.editor.options;
    const named = this.list.find(
      ({ annotation, prediction }) =>
        (place?.annotation !== undefined && String(annotation?.id) === String(place.annotation)) ||
        (place?.prediction !== undefined && String(prediction?.id) === String(place.prediction)),
    );
    if (named) return named;
    const annotations = this.list.filter((entry) => entry.kind === 'annotation');
    const drafts = this.list.filter((entry) => entry.kind === 'new');
    const own = annotations.filter((entry) => isBy(entry.annotation, user?.id));
    const latest = mode === 'stream' ? own.at(-1) : annotations.at(-1);
    const wanted = drafts.at(-1) ?? latest;
    if (wanted) return wanted;
    const prediction = this.list.filter((entry) => entry.kind === 'prediction').at(-1);
    if (prediction && mode !== 'preview' && projectSettings?.show_collab_predictions) {
      return this.addNew({
        kind: 'new',
        items: (prediction.prediction?.result ?? []).map((item) => copied(item, true)),
        parentPrediction: prediction.prediction?.id ?? null,
      });
    }
    return this.addNew({ kind: 'new' });
  }
}

function keyOf(source: EntrySource): string {
  if (source.annotation) return `annotation-${source.annotation.id}`;
  if (source.prediction) return `prediction-${source.prediction.id}`;
  if (source.draft) return `draft-${source.draft.id}`;
  return newDocumentKey();
}

/** An item of a copy: regions of a prediction say so. Relations have no origin. */
function copied(item: ResultItem, prediction: boolean): ResultItem {
  if (!prediction || item === null || typeof item !== 'object' || item.type === 'relation') return item;
  return item['origin'] === undefined ? { ...item, origin: 'prediction' } : item;
}

function isBy(annotation: EditorAnnotation | null, user: unknown): boolean {
  const by = annotation?.completed_by;
  const id = typeof by === 'object' && by !== null ? by.id : by;
  return id !== undefined && id !== null && String(id) === String(user);
}

function time(iso: string | undefined): number | null {
  const at = iso ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
