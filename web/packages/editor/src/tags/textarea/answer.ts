/** TextArea in result JSON: `text`, always a list when written; a plain string is accepted. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { AnswerCodec } from '../../core/tag';

export const textAnswer: AnswerCodec<readonly string[]> = {
  key: () => 'text',
  read: (value) => {
    const text = value['text'];
    if (Array.isArray(text)) return text.filter((one): one is string => typeof one === 'string');
    return typeof text === 'string' ? [text] : undefined;
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.length === 0,
};

/** Entries after one more was handed in; the same list when it may not be added. */
export function withEntry(node: ConfigNode, entries: readonly string[], text: string): readonly string[] {
  if (text.trim() === '' || isFull(node, entries)) return entries;
  const same = (one: string) => one.toLowerCase() === text.toLowerCase();
  if (node.bool('skipDuplicates') && entries.some(same)) return entries;
  return [...entries, text];
}

/** Is the number of entries that `maxSubmissions` allows reached? */
export function isFull(node: ConfigNode, entries: readonly string[]): boolean {
  const limit = node.number('maxSubmissions', 0);
  return limit > 0 && entries.length >= limit;
}
