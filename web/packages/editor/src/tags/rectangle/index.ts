/** `Rectangle` and `RectangleLabels`. The shape's behaviour is in the canvas; here is its place in the editor. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { rectangleCodec } from './codec';

export const rectangleModule: TagModule = {
  tags: ['rectangle', 'rectanglelabels'],
  shape: rectangleCodec,
  answer: labelsAnswer,
  // The palette draws the labels itself.
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      { name: 'rectangle', label: 'Rectangle', shortcut: 'r', smart: true, icon: ['M4 6h16v12H4z'] },
      {
        name: 'rectangle3',
        label: 'Rectangle by three points',
        shortcut: 'shift+r',
        icon: ['M3.5 13.5 13 4l7.5 7.5L11 21z', 'M3.5 13.5v.01', 'M13 4v.01', 'M20.5 11.5v.01'],
      },
    ]),
};
