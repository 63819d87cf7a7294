/**
 * Saving: drafts by themselves, submit, update, skip. Whatever fails, the work stays open and in
 * the browser's journal; the same button pressed again sends the same operation id, so that a save
 * whose answer was lost is not made twice.
 */
import type { Editor } from './editor';
import { Emitter } from './emitter';
import type { Entry } from './entries';
import { fillIn } from './fill-in';
import { newUuid } from './ids';
import type { SaveAnswer, SavePayload } from './options';
import { isInRows } from './subjects';
import { validate } from './validation';

/** Milliseconds from the last change to the draft. */
export const DRAFT_DELAY = 1500;
/** A save button is blocked at least this long, against double clicks. */
const MIN_BUSY = 200;
/** Milliseconds from a change to the browser's own copy. */
const JOURNAL_DELAY = 300;

export type SaveState =
  | { readonly kind: 'clean' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'saved'; readonly at: number }
  | { readonly kind: 'failed'; readonly message: string };

export type SaveAction = 'submit' | 'update' | 'skip' | 'unskip' | 'delete';

interface Operation {
  readonly id: string;
  readonly action: string;
  readonly changes: number;
}

export class Saving {
  readonly changed = new Emitter();
  private current: SaveState = { kind: 'clean' };
  private running: SaveAction | null = null;
  private draftTimer: ReturnType<typeof setTimeout> | null = null;
  private journalTimer: ReturnType<typeof setTimeout> | null = null;
  /** The browser's copy while it is made ready, in slices. */
  private journalRun: Promise<void> | null = null;
  private draftEntry: Entry | null = null;
  private draftRun: Promise<void> | null = null;
  /** Counts changes of each tab, to tell whether a repeated save is the same save. */
  private readonly changes = new Map<string, number>();
  private readonly operations = new Map<string, Operation>();

  constructor(private readonly editor: Editor) {
    const at = editor.entry.draftSavedAt;
    if (at !== null) this.current = { kind: 'saved', at };
  }

  /** State of the draft; a new object after each change. */
  get state(): SaveState {
    return this.current;
  }

  /** The save that is running, or null. */
  get busy(): SaveAction | null {
    return this.running;
  }

  /** Is there something that the page has not got yet? */
  get pending(): boolean {
    return this.current.kind === 'pending' || this.current.kind === 'saving' || this.current.kind === 'failed';
  }

  /** A tab was changed: its draft will be saved. */
  schedule(entry: Entry): void {
    entry.changedSinceSave = true;
    this.changes.set(entry.key, (this.changes.get(entry.key) ?? 0) + 1);
    const { options } = this.editor;
    options.onChange?.({ result: () => entry.submitResult() });
    if (options.mode === 'preview') return;
    if (this.draftEntry && this.draftEntry !== entry) void this.flush();
    this.draftEntry = entry;
    this.journalTimer ??= setTimeout(() => {
      this.journalRun = this.prepareJournal();
    }, JOURNAL_DELAY);
    if (!options.onDraft) {
      this.changed.emit();
      return;
    }
    if (this.draftTimer) clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => void this.draftDue(), DRAFT_DELAY);
    this.set({ kind: 'pending' });
  }

  /** Saves a pending draft now. Resolves when it is saved or has failed. */
  async flush(): Promise<void> {
    this.writeJournal();
    if (this.draftTimer) clearTimeout(this.draftTimer);
    this.draftTimer = null;
    const entry = this.draftEntry;
    if (!entry || !this.editor.options.onDraft || this.running !== null) {
      await this.draftRun;
      return;
    }
    this.draftEntry = null;
    // One draft at a time: the first answer gives the id that the next one names. When none is on
    // its way it is sent within this call, since a page that is being left has no later turn.
    const run = this.draftRun ? this.draftRun.then(() => this.sendDraft(entry)) : this.sendDraft(entry);
    this.draftRun = run;
    await run;
    if (this.draftRun === run) this.draftRun = null;
  }

  /** Keeps a draft that says that the task comes back later, and leaves the task. */
  async postpone(): Promise<void> {
    const { editor } = this;
    const { entry, options } = editor;
    if (!editor.canPostpone) return;
    editor.flushInputs.emit();
    if (this.draftEntry === entry) {
      // The draft that was due goes out with the postponement.
      this.forgetDraft();
      this.editor.journals.write(entry.toJournal());
      await this.draftRun;
    } else await this.flush();
    if (options.onDraft && !entry.document.readonly) {
      await this.sendDraft(entry, true);
      if (this.current.kind === 'failed') {
        editor.notify('error', `Not postponed: ${this.current.message} Your work is kept here; try again.`);
        return;
      }
    }
    options.onNavigate?.('next');
  }

  /** Marks the open annotation as ground truth on the page's side, or takes the mark off. */
  async toggleGroundTruth(): Promise<void> {
    const { editor } = this;
    const entry = editor.entries.tab;
    const { annotation } = entry;
    if (!annotation || !editor.options.onGroundTruth) return;
    const value = annotation.ground_truth !== true;
    try {
      await editor.options.onGroundTruth(annotation.id, value);
      // There is one ground truth of a task.
      if (value) editor.entries.clearGroundTruth();
      entry.annotation = { ...annotation, ground_truth: value };
      editor.entries.touch();
      editor.announce(value ? 'Set as ground truth' : 'No longer ground truth');
    } catch (error) {
      editor.notify('error', `Ground truth was not changed: ${messageOf(error)}`);
    }
  }

  /** Checks and submits (or updates) the open annotation. */
  async submit(): Promise<boolean> {
    const { editor } = this;
    const entry = editor.entry;
    if (this.running || entry.document.readonly) return false;
    editor.flushInputs.emit();
    const undecided = editor.suggestions.dismiss();
    if (undecided > 0)
      editor.notify(
        'info',
        `${undecided} undecided ${undecided === 1 ? 'suggestion was' : 'suggestions were'} left out.`,
      );
    fillIn(editor);
    const problem = validate(editor);
    if (problem) {
      if (problem.region !== undefined) {
        entry.document.view.select([problem.region]);
        editor.reveal(problem.region);
      }
      if (problem.object !== undefined && problem.itemIndex !== undefined)
        editor.setPage(problem.object, problem.itemIndex);
      const node = editor.config.byName.get(problem.control ?? '');
      if (node) editor.elements.show(node);
      if (node && isInRows(node)) editor.showPanel('regions');
      editor.problem = problem;
      editor.notify('warning', problem.message);
      return false;
    }
    const id = entry.annotation?.id;
    const action = id === undefined ? 'submit' : 'update';
    return this.run(action, entry, (payload) =>
      id === undefined ? editor.options.onSubmit?.(payload) : editor.options.onUpdate?.(id, payload),
    );
  }

  /** Skips the task, keeping what was made. */
  skip(): Promise<boolean> {
    const { entry, options } = this.editor;
    return this.run('skip', entry, (payload) => options.onSkip?.(payload));
  }

  /** Takes a skip back; the result becomes a draft. */
  async unskip(): Promise<boolean> {
    const { entry, options } = this.editor;
    const id = entry.annotation?.id;
    if (id === undefined) return false;
    return this.run('unskip', entry, (payload) => options.onUnskip?.(id, payload));
  }

  /** Deletes the open annotation, on the page's side too when it was saved. */
  async deleteCurrent(): Promise<boolean> {
    const { options, entries } = this.editor;
    const entry = entries.tab;
    const id = entry.annotation?.id;
    if (id === undefined) {
      this.forgetDraft();
      entries.remove(entry.key);
      return true;
    }
    return this.run('delete', entry, async () => {
      await options.onDeleteAnnotation?.(id);
      return undefined;
    });
  }

  /** Writes the browser's copy at once. */
  writeJournal(): void {
    if (this.journalTimer) clearTimeout(this.journalTimer);
    else return;
    this.journalTimer = null;
    const entry = this.draftEntry ?? this.editor.entry;
    if (entry.isOpen && !entry.document.readonly) this.editor.journals.write(entry.toJournal());
  }

  /** Nobody leaves: what is being made ready for the browser's copy is waited for, and the draft goes out then. */
  private async draftDue(): Promise<void> {
    const timer = this.draftTimer;
    await this.journalRun;
    // A change meanwhile has its own time; a save has taken the draft along.
    if (timer !== null && this.draftTimer === timer) await this.flush();
  }

  private async prepareJournal(): Promise<void> {
    const entry = this.draftEntry ?? this.editor.entry;
    await entry.prepare();
    await entry.prepareJournal();
    this.writeJournal();
  }

  destroy(): void {
    this.writeJournal();
    if (this.draftTimer) clearTimeout(this.draftTimer);
    this.draftTimer = null;
  }

  private async sendDraft(entry: Entry, postponed = false): Promise<void> {
    this.set({ kind: 'saving' });
    // Awaited only when there is something to wait for: a page that is being left has no later turn.
    const prepared = entry.prepare();
    if (prepared) await prepared;
    const result = entry.draftResult();
    const counted = this.changes.get(entry.key) ?? 0;
    try {
      const action = postponed ? 'postpone' : 'draft';
      const payload = this.payload(entry, action, result);
      const id = await this.editor.options.onDraft?.(postponed ? { ...payload, postponed } : payload);
      if (id !== undefined && id !== null) entry.draftId = id;
      entry.draftSavedAt = Date.now();
      this.operations.delete(`${entry.key}\u0000${action}`);
      this.editor.journals.noteSent(entry.key, result);
      if (entry.isOpen && this.running === null) this.editor.journals.write(entry.toJournal());
      if (counted === (this.changes.get(entry.key) ?? 0)) this.set({ kind: 'saved', at: entry.draftSavedAt });
      else this.set({ kind: 'pending' });
    } catch (error) {
      this.draftEntry ??= entry;
      this.set({ kind: 'failed', message: messageOf(error) });
    }
  }

  private async run(
    action: SaveAction,
    entry: Entry,
    send: (payload: SavePayload) => Promise<SaveAnswer> | SaveAnswer,
  ): Promise<boolean> {
    if (this.running) return false;
    this.running = action;
    if (this.draftTimer) clearTimeout(this.draftTimer);
    this.draftTimer = null;
    this.changed.emit();
    const started = Date.now();
    try {
      await entry.prepare();
      // A draft that is on its way gives the id that this save replaces.
      await this.draftRun;
      const payload = this.payload(entry, action, entry.submitResult());
      const answer = await send(payload);
      this.operations.delete(`${entry.key}\u0000${action}`);
      this.saved(action, entry, answer, payload.result);
      return true;
    } catch (error) {
      this.editor.notify('error', `${FAILED[action]}: ${messageOf(error)} Your work is kept here; try again.`);
      if (this.draftEntry) this.draftTimer = setTimeout(() => void this.flush(), DRAFT_DELAY);
      return false;
    } finally {
      const rest = MIN_BUSY - (Date.now() - started);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      this.running = null;
      this.changed.emit();
    }
  }

  private saved(action: SaveAction, entry: Entry, answer: SaveAnswer, result: SavePayload['result']): void {
    this.forgetDraft();
    this.editor.journals.remove(entry.key);
    if (action === 'delete') {
      this.editor.entries.remove(entry.key);
      this.editor.announce('Annotation deleted');
      return;
    }
    entry.changedSinceSave = false;
    entry.draftId = null;
    entry.draftSavedAt = null;
    entry.leadTimeBefore = entry.leadTime();
    entry.openedAt = Date.now();
    const id = answer?.id ?? entry.annotation?.id;
    if (id !== undefined) {
      entry.annotation = {
        ...entry.annotation,
        result,
        ...answer,
        id,
        was_cancelled: action === 'skip',
      };
    }
    this.set({ kind: 'clean' });
    this.editor.entries.touch();
    this.editor.announce(DONE[action]);
  }

  private forgetDraft(): void {
    if (this.draftTimer) clearTimeout(this.draftTimer);
    if (this.journalTimer) clearTimeout(this.journalTimer);
    this.draftTimer = null;
    this.journalTimer = null;
    this.draftEntry = null;
  }

  private payload(entry: Entry, action: string, result: SavePayload['result']): SavePayload {
    const leadTime = entry.leadTime();
    return {
      result,
      lead_time: leadTime,
      draft_id: entry.draftId,
      parent_prediction: entry.parentPrediction,
      parent_annotation: entry.parentAnnotation,
      started_at: new Date(Date.now() - leadTime * 1000).toISOString(),
      operationId: this.operationId(entry, action),
      annotation_id: entry.annotation?.id ?? null,
    };
  }

  /** The same id while the same save of the same state is tried again; a new one otherwise. */
  private operationId(entry: Entry, action: string): string {
    const key = `${entry.key}\u0000${action}`;
    const changes = this.changes.get(entry.key) ?? 0;
    const known = this.operations.get(key);
    if (known && known.changes === changes) return known.id;
    const operation = { id: newUuid(), action, changes };
    this.operations.set(key, operation);
    return operation.id;
  }

  private set(state: SaveState): void {
    this.current = state;
    this.changed.emit();
  }
}

const FAILED: Readonly<Record<SaveAction, string>> = {
  submit: 'Not submitted',
  update: 'Not updated',
  skip: 'Not skipped',
  unskip: 'The skip was not taken back',
  delete: 'Not deleted',
};

const DONE: Readonly<Record<SaveAction, string>> = {
  submit: 'Submitted',
  update: 'Updated',
  skip: 'Skipped',
  unskip: 'Skip taken back',
  delete: 'Annotation deleted',
};

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const sentence = text.trim() === '' ? 'The server gave no reason' : text.trim();
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
