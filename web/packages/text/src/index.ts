/** Texts in the page: offsets, spans, highlights, selection. Knows neither editor nor React. */

export { blockOf, type Granularity, type Stretch, snap, snapBetween, step, wordAt } from './granularity';
export { type Interval, IntervalIndex, overlaps } from './intervals';
export { MarkupSurface } from './markup-surface';
export { CodePoints } from './offsets';
export { type Emphasis, HighlightPainter, type PaintedSpan } from './painter';
export { type SelectedStretch, Surface } from './surface';
export { TextSurface } from './text-surface';
export { nodeAt, pathOf } from './xpath';
