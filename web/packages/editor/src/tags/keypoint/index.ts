/** `KeyPoint` and `KeyPointLabels`. The shape's behaviour is in the canvas; here is its place in the editor. */
import type { TagModule } from '../../core';
import { labelsAnswer } from '../../core/answers';
import { shapeTools } from '../image/tool-names';
import { keyPointCodec } from './codec';

export const keyPointModule: TagModule = {
  tags: ['keypoint', 'keypointlabels'],
  shape: keyPointCodec,
  answer: labelsAnswer,
  // The palette draws the labels itself.
  ownsChildren: true,
  tools: (node) =>
    shapeTools(node, [
      {
        name: 'keypoint',
        label: 'Key point',
        shortcut: 'k',
        smart: true,
        icon: ['M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z', 'M12 3v3.5', 'M12 17.5V21', 'M3 12h3.5', 'M17.5 12H21'],
      },
    ]),
};
