/**
 * What a control asks about in the open document: the task, each item, or each region. Hidden
 * branches, other labels and other objects are left out. Required answers, default answers and
 * panels all go by this list.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerItem, isPerRegion } from './config';
import type { Editor } from './editor';
import { ANSWER } from './store';
import type { Facet, Region } from './types';

/** One thing that a control asks about. */
export interface Subject {
  /** The marked region of a perRegion control. */
  readonly region?: Region;
  readonly itemIndex?: number;
  /** What was answered so far. */
  readonly facet: Facet | undefined;
}

/** Name that answers of a control carry as `to_name`: Pairwise names itself. */
export function answerTarget(editor: Editor, control: ConfigNode): string {
  return control.type === 'pairwise' ? control.name : (editor.config.targetsOf(control)[0] ?? '');
}

/** Does a perRegion control stand in the rows of the regions list (`displayMode="region-list"`)? */
export function isInRows(control: ConfigNode): boolean {
  return isPerRegion(control) && control.get('displayMode')?.trim().toLowerCase() === 'region-list';
}

/** Number of items of the object that a control works on; 1 for objects without items. */
export function itemCount(editor: Editor, control: ConfigNode): number {
  const object = editor.config.byName.get(editor.config.targetsOf(control)[0] ?? '');
  const items = object ? editor.valueOf(object, object.has('valueList') ? 'valueList' : 'value') : null;
  return Array.isArray(items) ? items.length : 1;
}

/** The region that holds the answer of a task or an item. Data without an index means the first item. */
export function answerHolder(editor: Editor, control: ConfigNode, itemIndex: number | undefined): Region | undefined {
  const { store } = editor.document;
  return store.answer(control.name, itemIndex) ?? (itemIndex === 0 ? store.answer(control.name) : undefined);
}

/** Everything that a control asks about now, in order; regions that can't be changed are not asked. */
export function subjectsOf(editor: Editor, control: ConfigNode): readonly Subject[] {
  const { store } = editor.document;
  const facetOf = (region: Region | undefined) => region?.facets.find((one) => one.from === control.name);
  if (isPerRegion(control)) {
    const subjects: Subject[] = [];
    for (const region of store.all()) {
      if (region.readonly || !editor.visibility.appliesTo(control, region)) continue;
      if (!editor.visibility.isSaved(region, probe(control))) continue;
      subjects.push({ region, facet: facetOf(region) });
    }
    return subjects;
  }
  if (!editor.visibility.isSaved(nobody(editor, control), probe(control))) return [];
  if (!isAskedNow(editor, control)) return [];
  if (!isPerItem(control)) return [{ facet: facetOf(store.answer(control.name)) }];
  return Array.from({ length: itemCount(editor, control) }, (_, itemIndex) => ({
    itemIndex,
    facet: facetOf(answerHolder(editor, control, itemIndex)),
  }));
}

/** A control inside a part that is shown only for a selected region is asked only then. */
function isAskedNow(editor: Editor, control: ConfigNode): boolean {
  const conditional = (one: ConfigNode) => one.get('visibleWhen')?.trim().toLowerCase() === 'region-selected';
  return (!conditional(control) && control.closest(conditional) === null) || editor.visibility.isShown(control);
}

function probe(control: ConfigNode): Facet {
  return { from: control.name, type: control.type, seq: -1, changed: false };
}

function nobody(editor: Editor, control: ConfigNode): Region {
  return {
    id: '',
    wireId: '',
    object: answerTarget(editor, control),
    kind: ANSWER,
    geometry: undefined,
    facets: [],
    origin: 'manual',
    readonly: false,
    envelope: {},
    seq: -1,
  };
}
