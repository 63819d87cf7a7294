/** Pictures of ratings: strokes on a 24 × 24 grid, drawn by us. */
import { ICONS } from '../../core/icons';
import type { Icon } from '../../core/tag';

export const RATING_ICONS: Readonly<Record<'star' | 'heart' | 'fire' | 'smile', Icon>> = {
  star: ICONS.star,
  heart: ['M12 20S3.5 15 3.5 9.2A4.6 4.6 0 0 1 12 6.8a4.6 4.6 0 0 1 8.5 2.4C20.5 15 12 20 12 20z'],
  fire: [
    'M12 3c.6 3.2 2.2 4.6 3.6 6.3A7.6 7.6 0 0 1 17.5 14a5.5 5.5 0 0 1-11 0c0-2.2 1-3.8 2.3-5.2.3 1.2.8 2 1.7 2.6C10.2 8.4 10.3 5.5 12 3z',
  ],
  smile: [
    'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z',
    'M8.5 14.2a4.3 4.3 0 0 0 7 0',
    'M9.2 9.5h.01',
    'M14.8 9.5h.01',
  ],
};
