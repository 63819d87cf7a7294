/** Spans of a text in result JSON: `start` and `end` in code points (end not included), `text`. */
import type { ShapeCodec } from '../../core/tag';

export interface SpanGeometry {
  /** Code points from the start of the text. */
  readonly start: number;
  readonly end: number;
  /** The covered text; absent with `saveTextResult="no"`. */
  readonly text?: string;
}

export const textShape: ShapeCodec<SpanGeometry> = {
  kind: 'text',
  span: true,
  objects: ['text'],
  keys: ['start', 'end', 'text'],
  matches: (value) =>
    Object.hasOwn(value, 'start') && Object.hasOwn(value, 'end') && !Object.hasOwn(value, 'startOffset'),
  read: (value) => {
    // Old exports carry the offsets as strings.
    const start = offset(value['start']);
    const end = offset(value['end']);
    if (start === null || end === null) return null;
    const text = value['text'];
    return typeof text === 'string' ? { start, end, text } : { start, end };
  },
  write: ({ start, end, text }) => (text === undefined ? { start, end } : { start, end, text }),
  describe: ({ start, end, text }) => text ?? `${start}–${end}`,
  fields: [
    {
      key: 'start',
      label: 'Start',
      step: 1,
      min: 0,
      get: (geometry) => geometry.start,
      set: (geometry, value) => ({ ...geometry, start: Math.min(Math.round(value), geometry.end - 1) }),
    },
    {
      key: 'end',
      label: 'End',
      step: 1,
      min: 1,
      get: (geometry) => geometry.end,
      set: (geometry, value) => ({ ...geometry, end: Math.max(Math.round(value), geometry.start + 1) }),
    },
  ],
};

function offset(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.floor(number) : null;
}
