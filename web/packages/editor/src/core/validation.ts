/** What keeps an annotation from being submitted: the first problem, and where it is. */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerItem, isPerRegion } from './config';
import type { Editor } from './editor';
import { ANSWER } from './store';
import type { AnswerCodec } from './tag';
import type { Facet, Region } from './types';

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
    const missing = editor.modules.shape(region.kind)?.incomplete?.(region.geometry);
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
  if (!codec || node.type.endsWith('labels')) return null;
  const { store } = editor.document;
  const filled = (facet: Facet | undefined) => facet?.answer !== undefined && !codec.isEmpty(facet.answer);
  const message = node.get('requiredMessage') || `“${node.name}” is required: answer it before you submit.`;

  if (isPerRegion(node)) {
    for (const region of store.all()) {
      if (!editor.visibility.appliesTo(node, region)) continue;
      const facet = region.facets.find((one) => one.from === node.name);
      if (filled(facet) || !editor.visibility.isSaved(region, probe(node))) continue;
      return { message, control: node.name, region: region.id, object: region.object };
    }
    return null;
  }
  if (!editor.visibility.isSaved(nobody(editor, node), probe(node)) || !shownWithoutRegion(editor, node)) return null;
  const object = editor.config.targetsOf(node)[0] ?? '';
  if (isPerItem(node)) {
    const objectNode = editor.config.byName.get(object);
    const items = objectNode ? editor.valueOf(objectNode, objectNode.has('valueList') ? 'valueList' : 'value') : null;
    const count = Array.isArray(items) ? items.length : 1;
    for (let index = 0; index < count; index++) {
      if (!filled(store.answer(node.name, index)?.facets.find((one) => one.from === node.name))) {
        return { message, control: node.name, object, itemIndex: index };
      }
    }
    return null;
  }
  return filled(store.answer(node.name)?.facets.find((one) => one.from === node.name))
    ? null
    : { message, control: node.name };
}

/** Problems that the tag itself finds: too many choices, numbers out of range. */
function answerProblem(editor: Editor, node: ConfigNode): Problem | null {
  const check = editor.modules.forNode(node)?.check;
  if (!check) return null;
  for (const region of editor.document.store.all()) {
    for (const facet of region.facets) {
      if (facet.from !== node.name || facet.answer === undefined || !editor.visibility.isSaved(region, facet)) continue;
      const message = check({ editor, node, answer: facet.answer, region });
      if (message) return { message, control: node.name, ...(region.kind === ANSWER ? {} : { region: region.id }) };
    }
  }
  return null;
}

/** A control inside a part that is shown only for a selected region is asked only then. */
function shownWithoutRegion(editor: Editor, node: ConfigNode): boolean {
  const conditional =
    node.get('visibleWhen') === 'region-selected' ||
    node.closest((one) => one.get('visibleWhen') === 'region-selected') !== null;
  return !conditional || editor.visibility.isShown(node);
}

function probe(node: ConfigNode): Facet {
  return { from: node.name, type: node.type, seq: -1, changed: false };
}

function nobody(editor: Editor, node: ConfigNode): Region {
  return {
    id: '',
    wireId: '',
    object: editor.config.targetsOf(node)[0] ?? '',
    kind: ANSWER,
    geometry: undefined,
    facets: [],
    origin: 'manual',
    readonly: false,
    envelope: {},
    seq: -1,
  };
}
