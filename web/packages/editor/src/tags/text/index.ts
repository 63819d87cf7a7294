import type { TagModule } from '../../core/tag';
import { mountText } from './object';
import { textShape } from './shape';

/** Text: spans by `Labels`, answers by any classification control. */
export const textTag: TagModule = {
  tags: ['text'],
  shape: textShape,
  object: { mount: mountText },
};
