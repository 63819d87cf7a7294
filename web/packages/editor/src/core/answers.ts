/** Answer codecs that several tags share. */
import type { AnswerCodec } from './tag';

/** Labels of any `…labels` control: a list of strings under the type's own key. */
export const labelsAnswer: AnswerCodec<readonly string[]> = {
  key: (type) => type,
  read: (value, type) => {
    const labels = value[type];
    if (!type.endsWith('labels') || labels === undefined || labels === null) return undefined;
    if (typeof labels === 'string') return [labels];
    return Array.isArray(labels) ? labels.filter((one): one is string => typeof one === 'string') : undefined;
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.length === 0,
};
