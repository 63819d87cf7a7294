/**
 * Spans of marked-up text in result JSON: XPaths of two text nodes with offsets in them, and
 * `globalOffsets` in the whole text as a second way to find the place. All offsets are code points, ends
 * are not included. Results that carry plain numbers are read as global offsets and written back so.
 */
import type { ShapeCodec } from '../../core/tag';
import type { JsonObject } from '../../core/types';

export interface MarkupSpan {
  /** Absent where the data gives numbers only. */
  readonly path?: {
    readonly start: string;
    readonly end: string;
    readonly startOffset: number;
    readonly endOffset: number;
  };
  /** Offsets in the text of the whole content; absent in data of other tools. */
  readonly global?: { readonly start: number; readonly end: number };
  /** The covered text; absent with `saveTextResult="no"`. */
  readonly text?: string;
}

export const markupShape: ShapeCodec<MarkupSpan> = {
  kind: 'hypertext',
  span: true,
  objects: ['hypertext'],
  keys: ['start', 'end', 'startOffset', 'endOffset', 'globalOffsets', 'text'],
  matches: (value) =>
    (Object.hasOwn(value, 'start') && Object.hasOwn(value, 'end')) || Object.hasOwn(value, 'globalOffsets'),
  read: (value) => {
    const path = readPath(value);
    const global = readGlobal(value, path !== undefined);
    if (!path && !global) return null;
    const text = value['text'];
    return {
      ...(path ? { path } : {}),
      ...(global ? { global } : {}),
      ...(typeof text === 'string' ? { text } : {}),
    };
  },
  write: ({ path, global, text }) => ({
    ...(path ?? global ?? {}),
    ...(path && global ? { globalOffsets: global } : {}),
    ...(text === undefined ? {} : { text }),
  }),
  describe: ({ path, global, text }) => text ?? (global ? `${global.start}–${global.end}` : (path?.start ?? '')),
  fields: [
    {
      key: 'start',
      label: 'Start',
      step: 1,
      min: 0,
      get: ({ global }) => global?.start ?? Number.NaN,
      set: (geometry, value) => moved(geometry, 'start', value),
    },
    {
      key: 'end',
      label: 'End',
      step: 1,
      min: 1,
      get: ({ global }) => global?.end ?? Number.NaN,
      set: (geometry, value) => moved(geometry, 'end', value),
    },
  ],
};

/** A global offset that was typed in; the object finds the paths that belong to it. */
function moved(geometry: MarkupSpan, side: 'start' | 'end', value: number): MarkupSpan {
  const { global } = geometry;
  if (!global) return geometry;
  const next = { ...global, [side]: Math.max(0, Math.round(value)) };
  return next.end > next.start ? { global: next } : geometry;
}

function readPath(value: JsonObject): MarkupSpan['path'] {
  const { start, end } = value;
  if (typeof start !== 'string' || typeof end !== 'string' || !start.startsWith('/') || !end.startsWith('/')) {
    return undefined;
  }
  const startOffset = offset(value['startOffset']);
  const endOffset = offset(value['endOffset']);
  return startOffset === null || endOffset === null ? undefined : { start, end, startOffset, endOffset };
}

function readGlobal(value: JsonObject, paths: boolean): MarkupSpan['global'] {
  const given = value['globalOffsets'];
  const from = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as JsonObject) : value;
  // Beside paths, `start` and `end` are those paths.
  if (from === value && paths) return undefined;
  const start = offset(from['start']);
  const end = offset(from['end']);
  return start === null || end === null ? undefined : { start, end };
}

function offset(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.floor(number) : null;
}
