/** Snapping a selection to words, sentences or paragraphs, and trimming white space at its ends. */

export type Granularity = 'symbol' | 'word' | 'sentence' | 'paragraph';

/** A stretch of UTF-16 units, end not included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Segmenters look at this many units beside the selection: words and sentences are shorter. */
const WINDOW = 2000;

/**
 * Widens a selection to whole units, then trims white space at its ends. `symbol` keeps whole
 * user-perceived characters (an emoji with its modifiers) and trims nothing. Null when nothing is left.
 */
export function snap(text: string, selection: Stretch, granularity: Granularity, locale?: string): Stretch | null {
  const start = Math.max(0, Math.min(selection.start, text.length));
  const end = Math.max(start, Math.min(selection.end, text.length));
  if (end <= start) return null;
  if (granularity === 'paragraph') return trim(text, paragraph(text, start, end));
  const by = granularity === 'symbol' ? 'grapheme' : granularity;
  if (by === 'grapheme' && isBorder(text, start) && isBorder(text, end)) return { start, end };
  const segmenter = segmenterFor(locale, by);
  // Trimming first: a selection that ends in the space after a word means that word alone.
  const inner = granularity === 'symbol' ? { start, end } : trim(text, { start, end });
  if (!inner) return null;
  const snapped = {
    start: boundary(text, segmenter, inner.start, 'start'),
    end: boundary(text, segmenter, inner.end, 'end'),
  };
  return granularity === 'symbol' ? snapped : trim(text, snapped);
}

/**
 * As `snap`, in a text made of blocks: units end at the breaks (ascending offsets), so that no word or
 * sentence runs from one block into the next. A selection over several blocks is widened at both ends.
 */
export function snapBetween(
  text: string,
  breaks: readonly number[],
  selection: Stretch,
  granularity: Granularity,
  locale?: string,
): Stretch | null {
  if (breaks.length === 0) return snap(text, selection, granularity, locale);
  const inner = granularity === 'symbol' ? selection : trim(text, selection);
  if (!inner || inner.end <= inner.start) return null;
  const first = blockOf(text, breaks, inner.start);
  const last = blockOf(text, breaks, inner.end - 1);
  const within = (block: Stretch): Stretch | null => {
    const part = {
      start: Math.max(inner.start, block.start) - block.start,
      end: Math.min(inner.end, block.end) - block.start,
    };
    const snapped = snap(text.slice(block.start, block.end), part, granularity, locale);
    return snapped && { start: snapped.start + block.start, end: snapped.end + block.start };
  };
  const start = within(first);
  const end = first.start === last.start ? start : within(last);
  return start && end ? { start: start.start, end: end.end } : null;
}

/** The block around a place: from the last break at or before it to the next one. */
export function blockOf(text: string, breaks: readonly number[], place: number): Stretch {
  let low = 0;
  let high = breaks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((breaks[middle] as number) <= place) low = middle + 1;
    else high = middle;
  }
  return { start: breaks[low - 1] ?? 0, end: breaks[low] ?? text.length };
}

/** The word at a place (for a double click), or null between words. */
export function wordAt(text: string, place: number, locale?: string): Stretch | null {
  const from = windowStart(text, place);
  const part = text.slice(from, Math.min(text.length, place + WINDOW));
  for (const segment of segmenterFor(locale, 'word').segment(part)) {
    const start = from + segment.index;
    const end = start + segment.segment.length;
    if (start <= place && place < end) return segment.isWordLike ? { start, end } : null;
  }
  return null;
}

/** Where the next or previous unit ends: steps of an edge that is moved with the keyboard. */
export function step(
  text: string,
  place: number,
  direction: 1 | -1,
  granularity: Granularity,
  locale?: string,
): number {
  if (granularity === 'paragraph') {
    if (direction > 0) {
      const next = text.indexOf('\n', place + 1);
      return next < 0 ? text.length : next;
    }
    return Math.max(0, text.lastIndexOf('\n', place - 2) + 1);
  }
  const by = granularity === 'symbol' ? 'grapheme' : granularity;
  const segmenter = segmenterFor(locale, by);
  const from = windowStart(text, Math.max(0, place - 1));
  const to = Math.min(text.length, place + WINDOW);
  let before = from;
  for (const segment of segmenter.segment(text.slice(from, to))) {
    const start = from + segment.index;
    const end = start + segment.segment.length;
    if (direction < 0 && end >= place) return start < place ? start : before;
    if (direction > 0 && end > place && !(by === 'word' && segment.isWordLike === false)) return end;
    before = start;
  }
  return direction > 0 ? to : from;
}

function boundary(text: string, segmenter: Intl.Segmenter, place: number, side: 'start' | 'end'): number {
  const from = windowStart(text, place);
  const to = Math.min(text.length, place + WINDOW);
  for (const segment of segmenter.segment(text.slice(from, to))) {
    const start = from + segment.index;
    const end = start + segment.segment.length;
    if (side === 'start' && start <= place && place < end) return start;
    if (side === 'end' && start < place && place <= end) return end;
  }
  return place;
}

/**
 * Does a character surely end at a place, and another begin? Below U+0300 nothing combines but the line break of two
 * units: for most texts no segmenter has to be asked.
 */
function isBorder(text: string, place: number): boolean {
  if (place <= 0 || place >= text.length) return true;
  const [before, after] = [text.charCodeAt(place - 1), text.charCodeAt(place)];
  return before < 0x300 && after < 0x300 && !(before === 0x0d && after === 0x0a);
}

const segmenters = new Map<string, Intl.Segmenter>();

/** Making one takes some ten milliseconds the first time. */
function segmenterFor(locale: string | undefined, granularity: 'grapheme' | 'word' | 'sentence'): Intl.Segmenter {
  const key = `${granularity} ${locale ?? ''}`;
  let segmenter = segmenters.get(key);
  if (!segmenter) {
    segmenter = new Intl.Segmenter(locale, { granularity });
    segmenters.set(key, segmenter);
  }
  return segmenter;
}

/** A place before `place` where a segmenter may begin: just after a line break, or far enough away. */
function windowStart(text: string, place: number): number {
  const limit = Math.max(0, place - WINDOW);
  const line = text.lastIndexOf('\n', Math.max(0, place - 1));
  if (line >= limit) return line + 1;
  if (limit === 0) return 0;
  const space = text.indexOf(' ', limit);
  if (space >= 0 && space < place) return space + 1;
  const code = text.charCodeAt(limit);
  return code >= 0xdc00 && code <= 0xdfff ? limit - 1 : limit;
}

function paragraph(text: string, start: number, end: number): Stretch {
  const before = text.lastIndexOf('\n', start - 1);
  const after = text.indexOf('\n', Math.max(start, end - 1));
  return { start: before + 1, end: after < 0 ? text.length : after };
}

function trim(text: string, { start, end }: Stretch): Stretch | null {
  let from = start;
  let to = end;
  while (from < to && /\s/.test(text.charAt(from))) from++;
  while (to > from && /\s/.test(text.charAt(to - 1))) to--;
  return to > from ? { start: from, end: to } : null;
}
