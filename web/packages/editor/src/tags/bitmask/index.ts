/** `Bitmask` and `BitmaskLabels`: painted areas exact to the pixel, in results as a PNG picture. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { bitmaskCodec } from '../raster/codec';
import { BITMASK_ICON, ERASER_ICON } from '../raster/icons';

export const bitmaskModule: TagModule = {
  tags: ['bitmask', 'bitmasklabels'],
  shape: bitmaskCodec,
  answer: labelsAnswer,
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      { name: 'bitmask', label: 'Pixel brush', shortcut: 'b', icon: BITMASK_ICON },
      { name: 'bitmask-eraser', label: 'Pixel eraser', shortcut: 'e', icon: ERASER_ICON, subtracts: true },
    ]),
};
