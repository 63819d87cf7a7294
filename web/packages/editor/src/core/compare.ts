/** What annotations of one task say beside each other: labels counted, answers listed. Pure. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Editor } from './editor';
import type { Entry } from './entries';
import { labelList } from './labels';
import { ANSWER } from './store';
import { questionTitle } from './titles';

export interface LabelRow {
  readonly key: string;
  readonly title: string;
  readonly color: string;
  /** Regions with this label, one number for each entry. */
  readonly counts: readonly number[];
}

export interface AnswerRow {
  readonly key: string;
  readonly title: string;
  /** Answers of each entry; several items or regions give several. Empty when it has none. */
  readonly answers: readonly (readonly string[])[];
  /** Most common answer of the annotations, and how many of those that answered gave it. */
  readonly most: { readonly answer: string; readonly count: number; readonly of: number } | null;
}

/** Regions of each entry. */
export function regionCounts(entries: readonly Entry[]): readonly number[] {
  return entries.map((entry) => entry.document.regionIds().length);
}

/** One row for each label that some entry uses, in order of the configuration; unlabelled ones at the end. */
export function labelRows(editor: Editor, entries: readonly Entry[]): readonly LabelRow[] {
  const rows = new Map<string, { title: string; color: string; counts: number[] }>();
  const row = (key: string, title: string, color: string) => {
    const known = rows.get(key);
    if (known) return known;
    const made = { title, color, counts: entries.map(() => 0) };
    rows.set(key, made);
    return made;
  };
  const controls = editor.config.controls.filter((control) => editor.labels.of(control.name).length > 0);
  for (const control of controls) {
    for (const label of editor.labels.of(control.name))
      row(`${control.name}\u0000${label.stored}`, label.title, label.color);
  }
  entries.forEach((entry, index) => {
    for (const region of entry.document.store.all()) {
      if (region.kind === ANSWER || region.suggested) continue;
      const labels = editor.labels.ofRegion(region);
      for (const { control, stored, label } of labels) {
        const { counts } = row(`${control}\u0000${stored}`, label?.title ?? stored, label?.color ?? '');
        counts[index] = (counts[index] ?? 0) + 1;
      }
      if (labels.length > 0 || controls.length === 0) continue;
      const { counts } = row('', 'No label', '');
      counts[index] = (counts[index] ?? 0) + 1;
    }
  });
  return [...rows].filter(([, { counts }]) => counts.some((count) => count > 0)).map(([key, one]) => ({ key, ...one }));
}

/** One row for each question that some entry answers. */
export function answerRows(editor: Editor, entries: readonly Entry[]): readonly AnswerRow[] {
  return editor.config.controls.flatMap((control) => {
    const answers = entries.map((entry) => answersOf(editor, entry, control));
    if (answers.every((list) => list.length === 0)) return [];
    const own = entries.flatMap((entry, index) => (entry.kind === 'prediction' ? [] : [answers[index] ?? []]));
    return [{ key: control.name, title: questionTitle(editor, control), answers, most: mostCommon(own) }];
  });
}

function answersOf(editor: Editor, entry: Entry, control: ConfigNode): readonly string[] {
  if (editor.labels.of(control.name).length > 0) return [];
  const found: string[] = [];
  for (const region of entry.document.store.all()) {
    if (region.suggested) continue;
    for (const facet of region.facets) {
      if (facet.from !== control.name || facet.answer === undefined) continue;
      if (region.kind !== ANSWER && editor.isShapeFacet(region, facet)) continue;
      const text = Array.isArray(facet.answer) ? labelOrText(facet.answer, facet) : words(facet.answer);
      const page = region.itemIndex === undefined ? '' : `p. ${region.itemIndex + 1}: `;
      if (text !== '') found.push(page + text);
    }
  }
  return found;
}

function labelOrText(answer: readonly unknown[], facet: Parameters<typeof labelList>[0]): string {
  const labels = labelList(facet);
  return labels.length === answer.length
    ? labels.map((one) => one.replaceAll('\u0000', ' / ')).join(', ')
    : answer.map(words).join(', ');
}

function words(answer: unknown): string {
  return typeof answer === 'object' && answer !== null ? JSON.stringify(answer) : String(answer ?? '');
}

function mostCommon(lists: readonly (readonly string[])[]): AnswerRow['most'] {
  const given = lists.filter((list) => list.length > 0).map((list) => list.join('\n'));
  if (given.length < 2) return null;
  const counts = new Map<string, number>();
  for (const answer of given) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const [answer, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
  return { answer, count, of: given.length };
}
