/** What a classification control works on now (the task, an item, a region), and how it writes. */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerItem, isPerRegion } from './config';
import type { AnnotationDocument } from './document';
import type { Edit } from './edit';
import type { Editor } from './editor';
import { ANSWER } from './store';
import { answerHolder, answerTarget } from './subjects';
import { questionTitle } from './titles';

export interface SetOptions {
  /** Changes with the same key that follow each other are one step of history. */
  readonly mergeKey?: string;
  /** Seconds of typing to add to `meta.lead_time`. */
  readonly leadTime?: number;
}

/** A region, or an item; neither means the task. */
export interface AnswerPlace {
  readonly region?: string;
  readonly itemIndex?: number;
}

export interface AnswerHandle<A> {
  /** The answer, or undefined when there is none. */
  readonly answer: A | undefined;
  readonly readonly: boolean;
  /** Identity of what is answered; inputs begin anew when it changes. */
  readonly subject: string;
  /** What it is about; empty for the task. */
  readonly place: AnswerPlace;
  /** Sets the answer as one step of history; undefined takes it back. */
  set(answer: A | undefined, options?: SetOptions): void;
}

/** Identity of what is answered in a document. */
export function subjectKey(document: AnnotationDocument, { region, itemIndex }: AnswerPlace): string {
  return `${document.key} ${region ?? itemIndex ?? ''}`;
}

/**
 * The answer of a control for the selected region, the shown item or the task; with `at` for that
 * region or item. Null when a perRegion control has no region to ask about.
 */
export function answerOf<A>(editor: Editor, node: ConfigNode, at: AnswerPlace = {}): AnswerHandle<A> | null {
  const { document } = editor;
  const label = `Answer “${questionTitle(editor, node)}”`;
  const run = (write: (edit: Edit) => void, { mergeKey }: SetOptions) => {
    document.edit(label, write, mergeKey === undefined ? {} : { mergeKey });
  };
  if (isPerRegion(node)) {
    const region = at.region === undefined ? editor.visibility.selectedRegion() : document.store.get(at.region);
    if (!region || !editor.visibility.appliesTo(node, region)) return null;
    const place = { region: region.id };
    return {
      answer: region.facets.find((one) => one.from === node.name)?.answer as A | undefined,
      readonly: !document.canChange(region.id),
      subject: subjectKey(document, place),
      place,
      set: (answer, options = {}) =>
        run((edit) => setRegionAnswer(edit, node, place.region, answer, options.leadTime), options),
    };
  }
  const shown = isPerItem(node) ? (at.itemIndex ?? editor.page(editor.config.targetsOf(node)[0] ?? '')) : undefined;
  const place = shown === undefined ? {} : { itemIndex: shown };
  const holder = answerHolder(editor, node, shown);
  return {
    answer: holder?.facets.find((one) => one.from === node.name)?.answer as A | undefined,
    readonly: document.readonly || holder?.readonly === true,
    subject: subjectKey(document, place),
    place,
    set: (answer, options = {}) =>
      run((edit) => setTaskAnswer(editor, edit, node, shown, answer, options.leadTime), options),
  };
}

/** Writes what a perRegion control says about a region. */
export function setRegionAnswer(edit: Edit, node: ConfigNode, id: string, answer: unknown, leadTime = 0): void {
  edit.setAnswer(id, node.name, node.type, answer);
  addLeadTime(edit, id, leadTime);
}

/** Writes what a control says about the task or an item. */
export function setTaskAnswer(
  editor: Editor,
  edit: Edit,
  node: ConfigNode,
  itemIndex: number | undefined,
  answer: unknown,
  leadTime = 0,
): void {
  const known = answerHolder(editor, node, itemIndex);
  if (known) {
    edit.setAnswer(known.id, node.name, node.type, answer);
    addLeadTime(edit, known.id, leadTime);
    return;
  }
  if (answer === undefined) return;
  const id = edit.add({
    object: answerTarget(editor, node),
    kind: ANSWER,
    geometry: undefined,
    ...(itemIndex === undefined ? {} : { itemIndex }),
    facets: [{ from: node.name, type: node.type, answer }],
  });
  addLeadTime(edit, id, leadTime);
}

/** Hundredths of a second are as exact as typing is. */
function addLeadTime(edit: Edit, id: string, seconds: number): void {
  const region = edit.get(id);
  if (!region || !(seconds > 0)) return;
  const before = Number(region.meta?.['lead_time'] ?? 0);
  edit.setMeta(id, 'lead_time', Math.round(((Number.isFinite(before) ? before : 0) + seconds) * 100) / 100);
}
