/** Answers that a configuration gives in advance to a new annotation: selected choices, default ratings. */
import { isPerItem, isPerRegion } from './config';
import type { Editor } from './editor';
import { newRegionId } from './ids';
import { answerTarget, itemCount } from './subjects';
import type { AnswerCodec } from './tag';
import type { ResultItem } from './types';

/**
 * The presets as result items, for the task or for each item: what a new annotation starts from.
 * They are no step of history. Regions have no presets.
 */
export function presetItems(editor: Editor): readonly ResultItem[] {
  const items: ResultItem[] = [];
  for (const node of editor.config.controls) {
    const module = editor.modules.forNode(node);
    const codec = module?.answer as AnswerCodec | undefined;
    const preset = isPerRegion(node) ? undefined : module?.preset?.(node, editor.task.data);
    const target = answerTarget(editor, node);
    if (preset === undefined || !codec || target === '') continue;
    const count = isPerItem(node) ? itemCount(editor, node) : 1;
    for (let index = 0; index < count; index++) {
      items.push({
        id: newRegionId(),
        from_name: node.name,
        to_name: target,
        type: node.type,
        ...(isPerItem(node) ? { item_index: index } : {}),
        origin: 'manual',
        value: { [codec.key(node.type)]: codec.write(preset) },
      });
    }
  }
  return items;
}
