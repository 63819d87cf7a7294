/** TextArea in result JSON: `text`, always a list when written; a plain string is accepted. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { AnswerCodec } from '../../core/tag';

export const textAnswer: AnswerCodec<readonly string[]> = {
  key: () => 'text',
  read: (value) => {
    const text = value['text'];
    if (text === undefined || text === null) return undefined;
    return (Array.isArray(text) ? text : [text]).map((one: unknown) =>
      typeof one === 'object' && one !== null ? JSON.stringify(one) : String(one),
    );
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.every((text) => text.trim() === ''),
};

/** Why a text may not be added; null when it may. */
export function refusal(
  node: ConfigNode,
  entries: readonly string[],
  text: string,
): 'empty' | 'full' | 'double' | null {
  if (text.trim() === '') return 'empty';
  if (isFull(node, entries)) return 'full';
  const same = (one: string) => one.toLowerCase() === text.toLowerCase();
  return node.bool('skipDuplicates') && entries.some(same) ? 'double' : null;
}

/** Is the number of entries that `maxSubmissions` allows reached? */
export function isFull(node: ConfigNode, entries: readonly string[]): boolean {
  const limit = node.number('maxSubmissions', 0);
  return limit > 0 && entries.length >= limit;
}

/** The entries with one replaced; an empty text takes it away. Undefined when none is left. */
export function replaced(entries: readonly string[], index: number, text: string): readonly string[] | undefined {
  const next =
    text.trim() === '' ? entries.filter((_, i) => i !== index) : entries.map((one, i) => (i === index ? text : one));
  return next.length > 0 ? next : undefined;
}
