import type { ConfigNode } from '@labelkeep/labeling';
import { type AnswerHandle, answerOf } from '../core/answer-of';
import { isInRows } from '../core/subjects';
import { useConditions, useEditor, useEmitter } from './hooks';

/**
 * The answer of a control for its present subject, or for one region; draws again when either
 * changes. Null also at the place of a control that stands in the rows of regions.
 */
export function useAnswer<A>(node: ConfigNode, region?: string): AnswerHandle<A> | null {
  const editor = useEditor();
  useConditions();
  const object = editor.config.targetsOf(node)[0] ?? '';
  useEmitter(editor.pageChanged.subscribe as (listener: () => void) => () => void, () => editor.page(object));
  if (region === undefined && isInRows(node)) return null;
  return answerOf<A>(editor, node, region === undefined ? {} : { region });
}
