/** The List that a Ranker orders, and whether a List has a Ranker. */
import type { ConfigNode } from '@labelkeep/labeling';
import { attributeText } from '../../core/config';
import type { Editor } from '../../core/editor';
import { itemsOf, type RankItem } from './model';

export interface ListContent {
  readonly title: string;
  readonly items: readonly RankItem[];
}

/** Title and items of a List. */
export function contentOf(editor: Editor, list: ConfigNode): ListContent {
  const title = list.get('title') ?? '';
  return { title, items: itemsOf(editor.valueOf(list)) };
}

/** Title and items that a Ranker works on; empty when its `toName` names no List. */
export function listOf(editor: Editor, ranker: ConfigNode): ListContent {
  const list = editor.config.byName.get(editor.config.targetsOf(ranker)[0] ?? '');
  if (list?.type !== 'list') return { title: '', items: [] };
  const content = contentOf(editor, list);
  return { ...content, title: content.title || attributeText(ranker, 'title', editor.task.data) || 'Items' };
}

/** A List with a Ranker is shown by the Ranker. */
export function isRanked(editor: Editor, list: ConfigNode): boolean {
  return editor.config.controlsOf(list.name).some((control) => control.type === 'ranker');
}
