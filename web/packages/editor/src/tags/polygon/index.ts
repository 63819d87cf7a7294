/** `Polygon` and `PolygonLabels`. The shape's behaviour is in the canvas; here is its place in the editor. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { polygonCodec } from './codec';

export const polygonModule: TagModule = {
  tags: ['polygon', 'polygonlabels'],
  shape: polygonCodec,
  answer: labelsAnswer,
  // The palette draws the labels itself.
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      { name: 'polygon', label: 'Polygon', shortcut: 'p', smart: true, icon: ['M12 3.5 20.5 10 17 20H7L3.5 10z'] },
    ]),
};
