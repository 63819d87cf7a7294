/** `Vector` and `VectorLabels`. The shape's behaviour is in the canvas; here is its place in the editor. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { vectorCodec } from './codec';

export const vectorModule: TagModule = {
  tags: ['vector', 'vectorlabels'],
  shape: vectorCodec,
  answer: labelsAnswer,
  // The palette draws the labels itself.
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      {
        name: 'vector',
        label: 'Path',
        // P belongs to polygons where a configuration has both.
        shortcut: hasPolygon(node) ? 'shift+p' : 'p',
        icon: [
          'M5 19c1-9 5-4 7-9s3-5 7-5',
          'M5 17.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
          'M19 3.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
        ],
      },
    ]),
};

function hasPolygon(node: ConfigNode): boolean {
  let root = node;
  while (root.parent) root = root.parent;
  return [...root.walk()].some((one) => one.type === 'polygon' || one.type === 'polygonlabels');
}
