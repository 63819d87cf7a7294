/** `Brush` and `BrushLabels`: painted areas, in results as a run-length code. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { brushCodec } from '../raster/codec';
import { BRUSH_ICON, ERASER_ICON } from '../raster/icons';

export const brushModule: TagModule = {
  tags: ['brush', 'brushlabels'],
  shape: brushCodec,
  answer: labelsAnswer,
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      { name: 'brush', label: 'Brush', shortcut: 'b', smart: true, icon: BRUSH_ICON },
      { name: 'eraser', label: 'Eraser', shortcut: 'e', icon: ERASER_ICON, subtracts: true },
    ]),
};
