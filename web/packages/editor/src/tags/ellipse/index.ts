/** `Ellipse` and `EllipseLabels`. The shape's behaviour is in the canvas; here is its place in the editor. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { ellipseCodec } from './codec';

export const ellipseModule: TagModule = {
  tags: ['ellipse', 'ellipselabels'],
  shape: ellipseCodec,
  answer: labelsAnswer,
  // The palette draws the labels itself.
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      { name: 'ellipse', label: 'Ellipse', shortcut: 'o', smart: true, icon: ['M12 6a9 6 0 1 1 0 12 9 6 0 0 1 0-12z'] },
    ]),
};
