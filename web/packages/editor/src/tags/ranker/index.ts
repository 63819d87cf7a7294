import type { TagModule } from '../../core/tag';
import { ListPanel } from './List';
import { listOf } from './list';
import { boardOf, columnsOf, rankerAnswer } from './model';
import { RankerPanel } from './Ranker';

/** Ranker: orders the items of a List, or distributes them into Buckets. */
export const rankerTag: TagModule = {
  tags: ['ranker'],
  answer: rankerAnswer,
  Panel: RankerPanel,
  ownsChildren: true,
  // The order is an answer even when nobody changed it.
  fillIn: ({ editor, node }) => {
    const { title, items } = listOf(editor, node);
    return boardOf(columnsOf(node, title), items, undefined).ranking;
  },
};

/** List: items with a title and a text. */
export const listTag: TagModule = { tags: ['list'], Panel: ListPanel };
