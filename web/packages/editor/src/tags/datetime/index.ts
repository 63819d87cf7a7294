import type { AnswerCodec, TagModule } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { DateTimePanel } from './DateTime';
import { defaultDate, problemOf, readDate } from './kind';

/** The stored form is the answer: a text in the control's format (a year may be a number). */
const dateAnswer: AnswerCodec<string | number> = {
  key: () => 'datetime',
  read: (value) => {
    const stored = value['datetime'];
    return typeof stored === 'string' || typeof stored === 'number' ? stored : undefined;
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer === '',
};

/** DateTime: a date, a time, a month or a year, per task, item or region. */
export const dateTimeTag: TagModule = {
  tags: ['datetime'],
  answer: dateAnswer,
  Panel: DateTimePanel,
  fillIn: ({ node, region }) => (region && !node.bool('required') ? undefined : defaultDate(node)),
  check: ({ editor, node, answer }) => {
    const parts = readDate(node, String(answer));
    // What can't be read was stored by someone else; it is kept, and shown as it is.
    const problem = parts ? problemOf(node, parts) : null;
    return problem ? `“${questionTitle(editor, node)}” is ${String(answer)} and ${problem}.` : null;
  },
};
