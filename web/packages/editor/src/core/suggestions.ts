/**
 * What a model answers to prompts, neither saved nor part of history until a person accepts it. Regions stand in the
 * store like others, marked `suggested`, so that every object draws and lists them. Answers to questions about the task
 * or an item stand here alone; their questions offer them.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { setTaskAnswer } from './answer-of';
import { isPerItem, isPerRegion } from './config';
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

/** An answer that a model proposes to a question about the task or an item. */
export interface SuggestedAnswer {
  readonly id: string;
  readonly node: ConfigNode;
  readonly itemIndex?: number;
  readonly answer: unknown;
}

const NONE: readonly SuggestedAnswer[] = [];

export class Suggestions {
  /** Suggestions came or went, or the model began or ended to answer. */
  readonly changed = new Emitter();
  /** The document that prompts and suggestions belong to. */
  private document: AnnotationDocument | null = null;
  /** Prompts since the last accepted or rejected answer, in the order of drawing. */
  private prompts: readonly string[] = [];
  private suggested: readonly string[] = [];
  private answers: ReadonlyMap<string, readonly SuggestedAnswer[]> = new Map();
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

  /** Regions and answers that wait for a decision. */
  get count(): number {
    return this.all.length;
  }

  /** Answers that are proposed to a question. The same array until they change. */
  answersTo(control: string): readonly SuggestedAnswer[] {
    return this.answers.get(control) ?? NONE;
  }

  /** Those that a command is about: the selected ones, or all when none is selected. */
  get chosen(): readonly string[] {
    const selected = this.suggested.filter((id) => this.document?.view.isSelected(id));
    return selected.length > 0 ? selected : this.all;
  }

  private get all(): readonly string[] {
    return [...this.suggested, ...[...this.answers.values()].flat().map((one) => one.id)];
  }

  /** Hands a region to the model. An answer to an earlier prompt that has not come yet is not used any more. */
  ask(id: string): void {
    const { editor } = this;
    const { onPrompt } = editor.options;
    const region = editor.document.store.get(id);
    if (!onPrompt || !region || editor.readonly || !editor.asksModel) return;
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

  /** Makes suggestions part of the annotation and takes the prompts away, as one step. */
  accept(ids: readonly string[] = this.chosen): void {
    const { document } = this;
    if (!document) return;
    const regions = this.recordsOf(ids);
    const answers = this.answersOf(ids);
    const count = regions.length + answers.length;
    if (count === 0 || !this.editor.labels.allowsMore(regions)) return;
    this.takeOut(ids);
    const made = this.settle(count === 1 ? 'Accept suggestion' : `Accept ${count} suggestions`, regions, answers);
    if (made.length > 0) document.view.select(made);
    this.editor.announce(count === 1 ? 'Suggestion accepted' : `${count} suggestions accepted`);
  }

  /** Drops suggestions; with the last one the prompts go as well. */
  reject(ids: readonly string[] = this.chosen): void {
    const count = this.recordsOf(ids).length + this.answersOf(ids).length;
    if (count === 0) return;
    this.takeOut(ids);
    if (this.count === 0) this.settle('Remove prompts');
    this.editor.announce(count === 1 ? 'Suggestion rejected' : `${count} suggestions rejected`);
  }

  /** Stops waiting and drops what is undecided; prompts stay. Gives the number of dropped suggestions. */
  dismiss(): number {
    const { count } = this;
    this.running?.abort();
    this.running = null;
    this.takeOut(this.all);
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
    this.takeOut(this.all);
    this.answers = this.proposed(regions, prompt);
    const changes: Change[] = known.map((region) => {
      const after = this.suggestion(document, region, prompt);
      return { on: 'region', id: after.id, before: null, after };
    });
    this.suggested = changes.map((change) => change.id);
    // Neither history nor drafts learn of it.
    if (changes.length > 0) document.store.apply(changes, 'forward', true);
    const { count } = this;
    if (count === 0) editor.notify('info', 'The model suggests nothing here.');
    else editor.announce(count === 1 ? '1 suggestion' : `${count} suggestions`);
    this.changed.emit();
    editor.actions.refresh();
    // Spans are small and many: they are taken as they come, and undone in one step.
    const spans = known.length > 0 && known.every((region) => editor.isSpan(region));
    if (count > 0 && editor.settings.get('autoAccept')) this.accept(this.all);
    else if (spans) this.accept(this.suggested);
  }

  /** Answers about the task and about items, by the question that they answer. */
  private proposed(regions: readonly Region[], prompt: Region): ReadonlyMap<string, readonly SuggestedAnswer[]> {
    const { editor } = this;
    const answers = new Map<string, readonly SuggestedAnswer[]>();
    for (const { kind, facets, itemIndex } of regions) {
      if (kind !== ANSWER) continue;
      for (const { from, answer } of facets) {
        const node = editor.config.byName.get(from);
        if (!node || answer === undefined || isPerRegion(node) || !editor.modules.forNode(node)?.Panel) continue;
        const page = isPerItem(node) ? (itemIndex ?? prompt.itemIndex ?? 0) : undefined;
        const one = { id: newRegionId(), node, answer, ...(page === undefined ? {} : { itemIndex: page }) };
        answers.set(from, [...(answers.get(from) ?? []), one]);
      }
    }
    return answers;
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
  private settle(
    label: string,
    regions: readonly Region[] = [],
    answers: readonly SuggestedAnswer[] = [],
  ): readonly string[] {
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
      for (const { node, itemIndex, answer } of answers) setTaskAnswer(this.editor, edit, node, itemIndex, answer);
      edit.remove(prompts);
    });
    return made;
  }

  /** Offers suggestions no longer. */
  private takeOut(ids: readonly string[]): void {
    const gone = new Set(ids);
    const answers = this.answersOf(ids);
    if (answers.length > 0) {
      this.answers = new Map(
        [...this.answers].map(([control, list]) => [control, list.filter((one) => !gone.has(one.id))]),
      );
    }
    const changes: Change[] = this.recordsOf(ids).map((region) => ({
      on: 'region',
      id: region.id,
      before: region,
      after: null,
    }));
    if (changes.length + answers.length === 0) return;
    this.suggested = this.suggested.filter((id) => !gone.has(id));
    if (changes.length > 0) this.document?.store.apply(changes, 'forward', true);
    this.changed.emit();
    this.editor.actions.refresh();
  }

  private recordsOf(ids: readonly string[]): readonly Region[] {
    return ids.flatMap((id) => {
      const region = this.suggested.includes(id) ? this.document?.store.get(id) : undefined;
      return region?.suggested ? [region] : [];
    });
  }

  private answersOf(ids: readonly string[]): readonly SuggestedAnswer[] {
    const wanted = new Set(ids);
    return [...this.answers.values()].flat().filter((one) => wanted.has(one.id));
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
      document.view.selectionChanged.subscribe(() => this.count > 0 && this.changed.emit()),
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
