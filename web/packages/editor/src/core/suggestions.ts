/**
 * What a model answers to prompts: regions that are shown and neither saved nor part of history until a person accepts
 * them. They stand in the store like other regions, marked `suggested`, so that every object draws and lists them.
 */
import type { AnnotationDocument } from './document';
import type { Editor } from './editor';
import { Emitter } from './emitter';
import { newRegionId } from './ids';
import type { PromptAnswer } from './options';
import { readResult, writeFacet } from './result';
import { ANSWER } from './store';
import type { Change, JsonObject, Region, ResultItem } from './types';

/** More regions than this of one answer are left out. */
const MOST = 10_000;
/** What every item of an image says; a model may leave it out. */
const SIZE_KEYS = ['original_width', 'original_height', 'image_rotation'];

export class Suggestions {
  /** Suggestions came or went, or the model began or ended to answer. */
  readonly changed = new Emitter();
  /** The document that prompts and suggestions belong to. */
  private document: AnnotationDocument | null = null;
  /** Prompts since the last accepted or rejected answer, in the order of drawing. */
  private prompts: readonly string[] = [];
  private suggested: readonly string[] = [];
  private running: AbortController | null = null;
  private offs: readonly (() => void)[] = [];

  constructor(private readonly editor: Editor) {}

  /** Is an answer awaited? */
  get waiting(): boolean {
    return this.running !== null;
  }

  /** Ids of the regions that wait for a decision. The same array until it changes. */
  get ids(): readonly string[] {
    return this.suggested;
  }

  /** Those that a command is about: the selected ones, or all when none is selected. */
  get chosen(): readonly string[] {
    const selected = this.suggested.filter((id) => this.document?.view.isSelected(id));
    return selected.length > 0 ? selected : this.suggested;
  }

  /** Hands a region to the model. An answer to an earlier prompt that has not come yet is not used any more. */
  ask(id: string): void {
    const { editor } = this;
    const { onPrompt } = editor.options;
    const region = editor.document.store.get(id);
    if (!onPrompt || !region || editor.readonly) return;
    this.follow(editor.document);
    if (!this.prompts.includes(id)) this.prompts = [...this.prompts, id];
    this.running?.abort();
    const run = new AbortController();
    const prompts = this.prompts.flatMap((one) => this.itemsOf(one));
    let answer: unknown;
    try {
      answer = onPrompt.call(editor.options, { region: id, result: this.itemsOf(id), prompts, signal: run.signal });
    } catch (error) {
      this.running = null;
      this.failed(error);
      return;
    }
    this.running = isThenable(answer) ? run : null;
    this.changed.emit();
    if (isThenable(answer)) void this.take(run, answer, region);
    else if (answer !== undefined && answer !== null) this.show(answer as PromptAnswer, region);
  }

  /** Makes suggestions regions of the annotation and takes the prompts away, as one step. */
  accept(ids: readonly string[] = this.chosen): void {
    const { document } = this;
    if (!document) return;
    const regions = this.recordsOf(ids);
    if (regions.length === 0) return;
    this.takeOut(ids);
    const made = this.settle(
      regions.length === 1 ? 'Accept suggestion' : `Accept ${regions.length} suggestions`,
      regions,
    );
    document.view.select(made);
    this.editor.announce(made.length === 1 ? 'Suggestion accepted' : `${made.length} suggestions accepted`);
  }

  /** Drops suggestions; with the last one the prompts go as well. */
  reject(ids: readonly string[] = this.chosen): void {
    const count = this.recordsOf(ids).length;
    if (count === 0) return;
    this.takeOut(ids);
    if (this.suggested.length === 0) this.settle('Remove prompts', []);
    this.editor.announce(count === 1 ? 'Suggestion rejected' : `${count} suggestions rejected`);
  }

  /** Stops waiting and drops what is undecided; prompts stay. Gives the number of dropped suggestions. */
  dismiss(): number {
    const count = this.suggested.length;
    this.running?.abort();
    this.running = null;
    this.takeOut(this.suggested);
    this.prompts = [];
    this.changed.emit();
    return count;
  }

  destroy(): void {
    this.running?.abort();
    this.running = null;
    for (const off of this.offs) off();
  }

  private async take(run: AbortController, answer: PromiseLike<unknown>, prompt: Region): Promise<void> {
    try {
      const given = await answer;
      if (this.running !== run) return;
      this.running = null;
      this.show(given as PromptAnswer | undefined, prompt);
    } catch (error) {
      if (this.running !== run) return;
      this.running = null;
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const why = error instanceof Error && error.message !== '' ? `: ${error.message}` : '.';
    this.editor.notify('warning', `The model gave no answer${why}`);
    this.changed.emit();
  }

  private show(answer: PromptAnswer | undefined, prompt: Region): void {
    const { editor, document } = this;
    if (!document) return;
    const { regions } = readResult(answer?.result, editor.config, editor.modules);
    const known = regions.filter((region) => region.kind !== ANSWER).slice(0, MOST);
    this.takeOut(this.suggested);
    const changes: Change[] = known.map((region) => {
      const after = this.suggestion(document, region, prompt);
      return { on: 'region', id: after.id, before: null, after };
    });
    this.suggested = changes.map((change) => change.id);
    // Neither history nor drafts learn of it.
    if (changes.length > 0) document.store.apply(changes, 'forward', true);
    if (known.length === 0) editor.notify('info', 'The model suggests nothing here.');
    else editor.announce(known.length === 1 ? '1 suggestion' : `${known.length} suggestions`);
    this.changed.emit();
    editor.actions.refresh();
    // Spans are small and many: they are taken as they come, and undone in one step.
    const spans = known.length > 0 && known.every((region) => editor.isSpan(region));
    if (known.length > 0 && (spans || editor.settings.get('autoAccept'))) this.accept(this.suggested);
  }

  private suggestion(document: AnnotationDocument, region: Region, prompt: Region): Region {
    const { editor } = this;
    let id = newRegionId();
    while (document.store.get(id)) id = newRegionId();
    const handle = editor.objects.get(region.object);
    const size: JsonObject = Object.fromEntries(
      SIZE_KEYS.filter((key) => key in prompt.envelope).map((key) => [key, prompt.envelope[key]]),
    );
    const page = region.itemIndex ?? (region.object === prompt.object ? prompt.itemIndex : undefined);
    const facets = region.facets.map((facet) => ({ ...facet, seq: document.store.takeSeq(), changed: true }));
    return {
      ...region,
      id,
      wireId: id,
      geometry: handle?.fitGeometry?.(region.geometry) ?? region.geometry,
      ...(page === undefined ? {} : { itemIndex: page }),
      envelope: { ...size, ...region.envelope },
      facets,
      seq: facets[0]?.seq ?? document.store.takeSeq(),
      origin: 'prediction',
      readonly: true,
      suggested: true,
    };
  }

  /** One step: adds what was accepted and removes the prompts. */
  private settle(label: string, regions: readonly Region[]): string[] {
    const made: string[] = [];
    const { prompts } = this;
    this.prompts = [];
    this.document?.edit(label, (edit) => {
      for (const region of regions) {
        const { object, kind, geometry, itemIndex, envelope, meta, score } = region;
        made.push(
          edit.add({
            object,
            kind,
            geometry,
            envelope,
            origin: 'prediction',
            ...(itemIndex === undefined ? {} : { itemIndex }),
            ...(meta === undefined ? {} : { meta }),
            ...(score === undefined ? {} : { score }),
            facets: region.facets.map(({ from, type, answer }) => ({ from, type, answer })),
          }),
        );
      }
      edit.remove(prompts);
    });
    return made;
  }

  /** Takes suggestions out of the store again. */
  private takeOut(ids: readonly string[]): void {
    const gone = new Set(ids);
    const changes: Change[] = this.recordsOf(ids).map((region) => ({
      on: 'region',
      id: region.id,
      before: region,
      after: null,
    }));
    if (changes.length === 0) return;
    this.suggested = this.suggested.filter((id) => !gone.has(id));
    this.document?.store.apply(changes, 'forward', true);
    this.changed.emit();
    this.editor.actions.refresh();
  }

  private recordsOf(ids: readonly string[]): readonly Region[] {
    return ids.flatMap((id) => {
      const region = this.suggested.includes(id) ? this.document?.store.get(id) : undefined;
      return region?.suggested ? [region] : [];
    });
  }

  private itemsOf(id: string): readonly ResultItem[] {
    const region = this.document?.store.get(id);
    return region ? region.facets.map((facet) => writeFacet(region, facet, this.editor.modules)) : [];
  }

  /** Suggestions end with the tab they were asked for, and with the last of their prompts (undo, delete). */
  private follow(document: AnnotationDocument): void {
    if (this.document === document) return;
    for (const off of this.offs) off();
    this.dismiss();
    this.document = document;
    this.offs = [
      document.edited.subscribe(() => {
        const { prompts } = this;
        this.prompts = prompts.filter((id) => document.store.get(id));
        if (prompts.length > 0 && this.prompts.length === 0) this.dismiss();
      }),
      document.view.selectionChanged.subscribe(() => this.suggested.length > 0 && this.changed.emit()),
      this.editor.documentChanged.subscribe(() => {
        if (this.editor.document !== document) this.dismiss();
      }),
    ];
  }
}

/** A promise, of this page's realm or of another one's (a frame that embeds the editor). */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
