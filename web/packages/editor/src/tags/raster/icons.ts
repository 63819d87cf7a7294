/** Icons of the painting tools. */
import type { Icon } from '../../core';

export const BRUSH_ICON: Icon = [
  'M20 4 10.5 13.5',
  'M10 12.5c2 .5 2.5 1.5 2.5 3 0 3-3.5 4.5-8.5 4.5 1.5-1.5 1.5-2.5 2-4.5.5-2 2-3.5 4-3z',
];
export const ERASER_ICON: Icon = ['M8.5 19 4 14.5 14 4.5l6 6-8.5 8.5z', 'M9 9.5l6 6', 'M8 19.5h12'];
export const BITMASK_ICON: Icon = ['M4 20v-4h4v-4h4V8h4V4h4v8h-4v4h-4v4z'];
export const WAND_ICON: Icon = [
  'M4 20 14 10',
  'M16 4v3',
  'M16 11v3',
  'M11.5 9h2',
  'M18.5 9h2',
  'M12.8 5.8l1.2 1.2',
  'M19.2 5.8 18 7',
  'M18 11l1.2 1.2',
];
