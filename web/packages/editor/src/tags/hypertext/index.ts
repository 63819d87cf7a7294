import type { TagModule } from '../../core/tag';
import { mountHyperText } from './object';
import { StaticMarkup } from './StaticMarkup';
import { markupShape } from './shape';

/** HyperText: marked-up data with spans by `HyperTextLabels` or `Labels`. */
export const hyperTextTag: TagModule = {
  tags: ['hypertext'],
  shape: markupShape,
  object: { mount: mountHyperText },
  Static: StaticMarkup,
  ownsChildren: true,
};
