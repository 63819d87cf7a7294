import { attributeText } from '../../core/config';
import type { TagModule } from '../../core/tag';
import { textAnswer } from './answer';
import { TextAreaPanel } from './TextArea';

/** TextArea: one or more free texts, per task, item or region. */
export const textAreaTag: TagModule = {
  tags: ['textarea'],
  answer: textAnswer,
  Panel: TextAreaPanel,
  ownsChildren: true,
  preset: (node, data) => {
    const text = attributeText(node, 'value', data) ?? '';
    return text.trim() === '' ? undefined : [text];
  },
};
