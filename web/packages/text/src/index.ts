/** Texts in the page: offsets, spans, highlights, selection. Knows neither editor nor React. */

export { type Granularity, type Stretch, snap, step, wordAt } from './granularity';
export { type Interval, IntervalIndex, overlaps } from './intervals';
export { CodePoints } from './offsets';
export { type Emphasis, HighlightPainter, type PaintedSpan } from './painter';
export { TextSurface } from './surface';
