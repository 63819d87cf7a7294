/**
 * Colours spans with the CSS Custom Highlight API: one highlight for each colour, plus one for
 * each emphasis (hovered, selected) and one for stretches where spans lie over each other. Adding
 * a span touches that span and its neighbours; the DOM stays as it is.
 */

import type { Stretch } from './granularity';
import { type Interval, IntervalIndex, overlaps } from './intervals';
import type { Surface } from './surface';

export interface PaintedSpan extends Interval {
  /** `#rrggbb`. */
  readonly color: string;
  /** Opacity of the fill, 0–1. */
  readonly opacity: number;
  readonly hidden: boolean;
}

export type Emphasis = 'none' | 'hovered' | 'selected';

/** Which highlight is painted over which. */
const PRIORITY: Readonly<Record<Emphasis, number>> = { none: 0, hovered: 2, selected: 3 };
const OVERLAP = 1;

/** Up to this many spans are all coloured at once. */
const FEW = 500;

/** Names the painter of a text on its element. */
const MARK = 'data-labelkeep-spans';

let instances = 0;

export class HighlightPainter {
  readonly index = new IntervalIndex();
  private readonly spans = new Map<string, PaintedSpan>();
  private readonly ranges = new Map<string, StaticRange>();
  private readonly highlights = new Map<string, Highlight>();
  /** Names that have a rule. */
  private readonly dressed = new Set<string>();
  private readonly emphasised = new Map<string, string>();
  private readonly sheet: CSSStyleSheet;
  private readonly prefix: string;
  private readonly view: Window & typeof globalThis;
  private readonly scope: Document | ShadowRoot;
  private readonly overlapRanges = new Map<string, StaticRange>();
  private overlapDue = false;
  /** Only spans that touch this stretch are coloured; null: all. */
  private near: Stretch | null = null;

  constructor(private readonly surface: Surface) {
    this.view = surface.view;
    this.scope = surface.scope;
    this.prefix = `labelkeep-${++instances}`;
    this.sheet = new this.view.CSSStyleSheet();
    const { scope } = this;
    scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, this.sheet];
    surface.element.setAttribute(MARK, this.prefix);
    this.rule(`${this.prefix}-overlap`, 'text-decoration: underline 2px; text-underline-offset: 3px;');
  }

  /** False where the browser lacks the API: spans then show as label chips only. */
  static get supported(): boolean {
    return typeof Highlight !== 'undefined' && typeof CSS !== 'undefined' && 'highlights' in CSS;
  }

  /** Replaces everything. */
  load(spans: readonly PaintedSpan[]): void {
    for (const id of [...this.spans.keys()]) this.unpaint(id);
    this.spans.clear();
    this.emphasised.clear();
    this.index.clear();
    // Until it is known what is on the screen, thousands of spans are left uncoloured.
    this.near = spans.length > FEW ? { start: 0, end: 0 } : null;
    for (const span of spans) this.set(span);
  }

  /** Adds a span or changes it. */
  set(span: PaintedSpan): void {
    this.unpaint(span.id);
    this.spans.set(span.id, span);
    if (span.hidden || span.end <= span.start) this.index.delete(span.id);
    else {
      this.index.set(span);
      if (!this.near || (span.start < this.near.end && span.end > this.near.start)) this.paint(span);
    }
    this.overlapLater();
  }

  /**
   * Tells what is on the screen. Browsers look at every range of a highlight in each frame (10,000 of
   * them: 12 ms), so that of many spans only those around the screen are handed to the browser.
   * `seen` must be coloured; `around` is coloured with it, so that scrolling a little changes nothing.
   */
  look(seen: Stretch, around: Stretch): void {
    if (this.index.size <= FEW) {
      if (!this.near) return;
      this.near = null;
      for (const { id } of this.index.all()) this.paintIfNot(id);
    } else {
      if (this.near && this.near.start <= seen.start && this.near.end >= seen.end) return;
      this.near = around;
      const wanted = new Set(this.index.overlapping(around.start, around.end).map(({ id }) => id));
      for (const id of [...this.ranges.keys()]) if (!wanted.has(id)) this.unpaint(id);
      for (const id of wanted) this.paintIfNot(id);
    }
    this.overlapLater();
  }

  delete(id: string): void {
    this.unpaint(id);
    this.spans.delete(id);
    this.emphasised.delete(id);
    this.index.delete(id);
    this.overlapLater();
  }

  get(id: string): PaintedSpan | undefined {
    return this.spans.get(id);
  }

  /** Shows a span as hovered or selected. */
  emphasise(id: string, emphasis: Emphasis): void {
    const span = this.spans.get(id);
    const range = this.ranges.get(id);
    const before = this.emphasised.get(id);
    if (span && range && before) this.highlights.get(this.emphasisName(span, before))?.delete(range);
    if (emphasis === 'none') this.emphasised.delete(id);
    else {
      this.emphasised.set(id, emphasis);
      if (span && range) this.highlight(this.emphasisName(span, emphasis), PRIORITY[emphasis]).add(range);
    }
  }

  destroy(): void {
    for (const name of this.highlights.keys()) this.view.CSS.highlights.delete(name);
    this.highlights.clear();
    const { scope } = this;
    scope.adoptedStyleSheets = scope.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
    this.surface.element.removeAttribute(MARK);
  }

  private paintIfNot(id: string): void {
    const span = this.spans.get(id);
    if (span && !this.ranges.has(id)) this.paint(span);
  }

  private paint(span: PaintedSpan): void {
    const range = HighlightPainter.supported ? this.surface.range(span.start, span.end) : null;
    if (!range) return;
    this.ranges.set(span.id, range);
    this.dress(span);
    this.highlight(this.fillName(span), PRIORITY.none).add(range);
    const emphasis = this.emphasised.get(span.id);
    if (emphasis) this.emphasise(span.id, emphasis as Emphasis);
  }

  private unpaint(id: string): void {
    const span = this.spans.get(id);
    const range = this.ranges.get(id);
    if (!span || !range) return;
    this.highlights.get(this.fillName(span))?.delete(range);
    const emphasis = this.emphasised.get(id);
    if (emphasis) this.highlights.get(this.emphasisName(span, emphasis))?.delete(range);
    this.ranges.delete(id);
  }

  /** Overlaps are underlined: colours alone can't tell which spans lie over each other. */
  private overlapLater(): void {
    if (this.overlapDue || !HighlightPainter.supported) return;
    this.overlapDue = true;
    queueMicrotask(() => {
      this.overlapDue = false;
      const highlight = this.highlight(`${this.prefix}-overlap`, OVERLAP);
      const kept = new Set<string>();
      const { near, index } = this;
      for (const { start, end } of overlaps(near ? index.overlapping(near.start, near.end) : index.all())) {
        const key = `${start} ${end}`;
        kept.add(key);
        if (this.overlapRanges.has(key)) continue;
        const range = this.surface.range(start, end);
        if (!range) continue;
        this.overlapRanges.set(key, range);
        highlight.add(range);
      }
      for (const [key, range] of this.overlapRanges) {
        if (kept.has(key)) continue;
        highlight.delete(range);
        this.overlapRanges.delete(key);
      }
    });
  }

  private highlight(name: string, priority: number): Highlight {
    let highlight = this.highlights.get(name);
    if (!highlight) {
      highlight = new this.view.Highlight();
      highlight.priority = priority;
      this.highlights.set(name, highlight);
      this.view.CSS.highlights.set(name, highlight);
    }
    return highlight;
  }

  /** Rules for spans of a colour, those for their emphasis with them: after a new rule browsers look at the whole page again. */
  private dress(span: PaintedSpan): void {
    const { color, opacity } = span;
    const fill = this.fillName(span);
    if (this.dressed.has(fill)) return;
    this.dressed.add(fill);
    const mixed = (percent: number) => `background-color: color-mix(in srgb, ${color} ${percent}%, transparent);`;
    this.rule(fill, mixed(Math.round(opacity * 100)));
    const selected = this.emphasisName(span, 'selected');
    if (this.dressed.has(selected)) return;
    this.dressed.add(selected);
    this.rule(selected, `${mixed(55)} text-decoration: underline 2px ${color}; text-underline-offset: 3px;`);
    this.rule(this.emphasisName(span, 'hovered'), mixed(18));
  }

  /** For this text alone: a rule for all elements would have styles made for each element of the page. */
  private rule(name: string, style: string): void {
    const within = `[${MARK}="${this.prefix}"]`;
    this.sheet.insertRule(
      `${within}::highlight(${name}), ${within} *::highlight(${name}) { ${style} }`,
      this.sheet.cssRules.length,
    );
  }

  private fillName(span: PaintedSpan): string {
    return `${this.prefix}-fill-${span.color.slice(1)}-${Math.round(span.opacity * 100)}`;
  }

  private emphasisName(span: PaintedSpan, emphasis: string): string {
    return `${this.prefix}-${emphasis}-${span.color.slice(1)}`;
  }
}
