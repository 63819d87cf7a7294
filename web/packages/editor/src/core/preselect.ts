/** Answers that a configuration gives in advance to a new annotation: selected choices, default ratings, prefilled text. */
import { isPerItem, isPerRegion } from './config';
import type { AnnotationDocument } from './document';
import type { Editor } from './editor';
import { ANSWER } from './store';
import type { Region } from './types';

/** Adds the presets to an empty document. They are its starting point, not a step of history. */
export function preselect(editor: Editor, document: AnnotationDocument): void {
  const regions: Region[] = [];
  for (const node of editor.config.controls) {
    const preset = editor.modules.forNode(node)?.preset?.(node, editor.task.data);
    const object = editor.config.targetsOf(node)[0];
    if (preset === undefined || object === undefined || isPerRegion(node) || isPerItem(node)) continue;
    const seq = regions.length;
    regions.push({
      id: `preset-${node.name}`,
      wireId: `preset-${node.name}`,
      object,
      kind: ANSWER,
      geometry: undefined,
      facets: [{ from: node.name, type: node.type, answer: preset, seq, changed: true }],
      origin: 'manual',
      readonly: false,
      envelope: {},
      seq,
    });
  }
  if (regions.length > 0) document.store.load(regions, [], []);
}
