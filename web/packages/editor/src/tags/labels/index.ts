import { labelsAnswer } from '../../core/answers';
import type { TagModule } from '../../core/tag';
import { LabelsPanel } from './Labels';

/** Labels for spans of texts, and for shapes that another tool draws. */
export const labelsTag: TagModule = {
  tags: ['labels', 'hypertextlabels'],
  answer: labelsAnswer,
  Panel: LabelsPanel,
  ownsChildren: true,
};
