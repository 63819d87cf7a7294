import type { TagModule } from '../../core/tag';
import { Repeater } from './Repeater';

/** Repeater: its children for each element of a list, below each other or in pages. */
export const repeaterTag: TagModule = { tags: ['repeater'], Panel: Repeater, ownsChildren: true };
