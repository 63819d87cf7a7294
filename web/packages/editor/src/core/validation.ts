/** What keeps an annotation from being submitted: the first problem, and where it is. */
import type { ConfigNode } from '@labelkeep/labeling';
import { isLabelsControl, isPerItem, isPerRegion } from './config';
import type { Editor } from './editor';
import { ANSWER } from './store';
import { subjectsOf } from './subjects';
import type { AnswerCodec } from './tag';
import { questionTitle } from './titles';
import type { Facet } from './types';

export interface Problem {
  readonly message: string;
  /** Control to show. */
  readonly control?: string;
  /** Region to select. */
  readonly region?: string;
  readonly object?: string;
  /** Item to move to. */
  readonly itemIndex?: number;
}

/** Looks at unfinished shapes, then at each control in order of the configuration. */
export function validate(editor: Editor): Problem | null {
  const { store } = editor.document;
  for (const region of store.all()) {
    const missing = editor.missingIn(region);
    if (missing) return { message: missing, region: region.id, object: region.object };
  }
  for (const node of editor.config.controls) {
    const problem = requiredProblem(editor, node) ?? answerProblem(editor, node);
    if (problem) return problem;
  }
  if (editor.options.projectSettings?.enable_empty_annotation === false && editor.entry.submitResult().length === 0) {
    return { message: 'This project does not take empty annotations: add a region or an answer, or skip the task.' };
  }
  return null;
}

function requiredProblem(editor: Editor, node: ConfigNode): Problem | null {
  if (!node.bool('required')) return null;
  const codec = editor.modules.forNode(node)?.answer as AnswerCodec | undefined;
  if (!codec || isLabelsControl(node)) return null;
  const filled = (facet: Facet | undefined) => facet?.answer !== undefined && !codec.isEmpty(facet.answer);
  const message = node.get('requiredMessage') || requiredMessage(editor, node);
  if (node.bool('labeling')) return labelingProblem(editor, node, filled, message);
  const object = editor.config.targetsOf(node)[0] ?? '';
  for (const { region, itemIndex, facet } of subjectsOf(editor, node)) {
    if (filled(facet)) continue;
    if (region) return { message, control: node.name, region: region.id, object: region.object };
    return { message, control: node.name, ...(itemIndex === undefined ? {} : { object, itemIndex }) };
  }
  return null;
}

/** A control that labels spans is answered by one span. */
function labelingProblem(
  editor: Editor,
  node: ConfigNode,
  filled: (facet: Facet | undefined) => boolean,
  message: string,
): Problem | null {
  for (const region of editor.document.store.all()) {
    if (filled(region.facets.find((one) => one.from === node.name))) return null;
  }
  return { message, control: node.name };
}

function requiredMessage(editor: Editor, node: ConfigNode): string {
  const title = questionTitle(editor, node);
  if (isPerRegion(node)) return `“${title}” is required for each region: answer it for the selected one.`;
  if (isPerItem(node)) return `“${title}” is required for each item: answer it for the one shown.`;
  return `“${title}” is required: answer it before you submit.`;
}

/** Problems that the tag itself finds: too many choices, numbers out of range. */
function answerProblem(editor: Editor, node: ConfigNode): Problem | null {
  const check = editor.modules.forNode(node)?.check;
  if (!check) return null;
  for (const region of editor.document.store.all()) {
    for (const facet of region.facets) {
      if (facet.from !== node.name || facet.answer === undefined || !editor.visibility.isSaved(region, facet)) continue;
      const message = check({ editor, node, answer: facet.answer, region });
      if (!message) continue;
      const { object, itemIndex } = region;
      if (region.kind !== ANSWER) return { message, control: node.name, region: region.id, object };
      return { message, control: node.name, ...(itemIndex === undefined ? {} : { object, itemIndex }) };
    }
  }
  return null;
}
