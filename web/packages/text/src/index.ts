/** Texts in the page: offsets, spans, highlights, selection. Knows neither editor nor React. */
export { CodePoints } from './offsets';
export { type Granularity, snap, step, type Stretch, wordAt } from './granularity';
export { type Interval, IntervalIndex, overlaps } from './intervals';
export { type Emphasis, HighlightPainter, type PaintedSpan } from './painter';
export { TextSurface } from './surface';
