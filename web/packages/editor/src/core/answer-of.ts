/** What a classification control works on now (the task, an item, a region), and how it writes. */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerItem, isPerRegion } from './config';
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

export interface AnswerHandle<A> {
  /** The answer, or undefined when there is none. */
  readonly answer: A | undefined;
  readonly readonly: boolean;
  /** Identity of what is answered; inputs begin anew when it changes. */
  readonly subject: string;
  /** Id of the region that it is about; null for a task or an item. */
  readonly region: string | null;
  /** Sets the answer as one step of history; undefined takes it back. */
  set(answer: A | undefined, options?: SetOptions): void;
}

/**
 * The answer of a control for the selected region, the shown item or the task; with `regionId` for
 * that region. Null when a perRegion control has no region to ask about.
 */
export function answerOf<A>(editor: Editor, node: ConfigNode, regionId?: string): AnswerHandle<A> | null {
  const { document } = editor;
  const label = `Answer “${questionTitle(editor, node)}”`;
  const run = (write: (edit: Edit) => void, { mergeKey }: SetOptions) => {
    document.edit(label, write, mergeKey === undefined ? {} : { mergeKey });
  };
  if (isPerRegion(node)) {
    const region = regionId === undefined ? editor.visibility.selectedRegion() : document.store.get(regionId);
    if (!region || !editor.visibility.appliesTo(node, region)) return null;
    const { id } = region;
    return {
      answer: region.facets.find((one) => one.from === node.name)?.answer as A | undefined,
      readonly: !document.canChange(id),
      subject: `${document.key} ${id}`,
      region: id,
      set: (answer, options = {}) => run((edit) => setRegionAnswer(edit, node, id, answer, options.leadTime), options),
    };
  }
  const itemIndex = isPerItem(node) ? editor.page(editor.config.targetsOf(node)[0] ?? '') : undefined;
  const holder = answerHolder(editor, node, itemIndex);
  return {
    answer: holder?.facets.find((one) => one.from === node.name)?.answer as A | undefined,
    readonly: document.readonly || holder?.readonly === true,
    subject: `${document.key} ${itemIndex ?? ''}`,
    region: null,
    set: (answer, options = {}) =>
      run((edit) => setTaskAnswer(editor, edit, node, itemIndex, answer, options.leadTime), options),
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
