/**
 * Text that stands in the inputs of TextAreas and is not handed in yet, by what it is about. A
 * prefilled text that nobody touched is handed in by a submit alone: looking at a task changes nothing.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { type AnswerHandle, type AnswerPlace, answerOf, subjectKey } from '../../core/answer-of';
import { attributeText } from '../../core/config';
import type { AnnotationDocument } from '../../core/document';
import type { Editor } from '../../core/editor';
import { refusal } from './answer';

interface Pending {
  readonly text: string;
  /** False while it is the prefilled text. */
  readonly typed: boolean;
}

const texts = new WeakMap<Editor, Map<string, Pending>>();

function all(editor: Editor): Map<string, Pending> {
  const known = texts.get(editor) ?? new Map<string, Pending>();
  texts.set(editor, known);
  return known;
}

function keyOf(node: ConfigNode, subject: string): string {
  return `${node.name}\u0000${subject}`;
}

export function pendingText(editor: Editor, node: ConfigNode, subject: string): Pending | undefined {
  return all(editor).get(keyOf(node, subject));
}

export function setPending(editor: Editor, node: ConfigNode, subject: string, pending: Pending): void {
  all(editor).set(keyOf(node, subject), pending);
}

/** The text that the configuration puts into an empty input of a new answer; empty otherwise. */
export function prefill(editor: Editor, node: ConfigNode, handle: AnswerHandle<readonly string[]>): string {
  if (handle.readonly || (handle.answer?.length ?? 0) > 0) return '';
  const { region } = handle.place;
  const made = region !== undefined && editor.document.store.get(region)?.facets.every((facet) => !facet.source);
  // Of a saved annotation the person saw the text before, and took it away.
  if (editor.entry.kind !== 'new' && !made) return '';
  return attributeText(node, 'value', editor.task.data) ?? '';
}

/** The untouched prefilled text of something that was shown, for a submit. */
export function untouched(editor: Editor, node: ConfigNode, place: AnswerPlace): readonly string[] | undefined {
  const pending = pendingText(editor, node, subjectKey(editor.document, place));
  return pending && !pending.typed && pending.text.trim() !== '' ? [pending.text] : undefined;
}

/** Hands typed text in. Returns what kept it back, or null when it was taken. */
export function handIn(
  editor: Editor,
  node: ConfigNode,
  document: AnnotationDocument,
  place: AnswerPlace,
  leadTime: number,
): ReturnType<typeof refusal> {
  const subject = subjectKey(document, place);
  const pending = pendingText(editor, node, subject);
  // Another tab is open by now: its inputs were handed in when it was left.
  if (!pending || editor.document !== document) return 'empty';
  const handle = answerOf<readonly string[]>(editor, node, place);
  if (!handle || handle.readonly) return 'empty';
  const entries = handle.answer ?? [];
  const refused = refusal(node, entries, pending.text);
  if (refused === null) handle.set([...entries, pending.text], { leadTime });
  if (refused !== 'full') setPending(editor, node, subject, { text: '', typed: true });
  return refused;
}
