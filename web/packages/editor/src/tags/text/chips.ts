/** Label names beside the spans that are on screen: absolutely placed, the text itself is untouched. */
import type { HighlightPainter, Surface } from '@labelkeep/text';
import type { SpanView } from './span-view';
import styles from './text.module.css';

/** More chips than this on one screen can't be read; the rest is told by colour and list. */
const MAX_CHIPS = 400;

interface Chip {
  readonly left: number;
  readonly top: number;
  readonly text: string;
  readonly color: string;
  readonly selected: boolean;
}

export class TextChips {
  private readonly layer: HTMLElement;
  /** By region: what stands in the page, and how it looks there. */
  private readonly drawn = new Map<string, { readonly element: HTMLElement; chip: Chip }>();

  constructor(
    private readonly view: SpanView,
    private readonly surface: Surface,
    private readonly painter: HighlightPainter,
    private readonly scroller: HTMLElement,
  ) {
    this.layer = scroller.ownerDocument.createElement('div');
    this.layer.className = styles['chips'] ?? '';
    this.layer.setAttribute('aria-hidden', 'true');
    scroller.append(this.layer);
  }

  /** Reads all places first and writes after, so that the page is laid out once. */
  update(): void {
    this.write(this.painter.index.size > 0 && this.view.showsLabels() ? this.placed() : new Map());
  }

  destroy(): void {
    this.layer.remove();
  }

  private placed(): ReadonlyMap<string, Chip> {
    const { editor } = this.view.context;
    const { start, end } = this.view.visibleStretch();
    const box = this.scroller.getBoundingClientRect();
    const { scrollTop } = this.scroller;
    const bottom = Math.min(box.bottom, window.innerHeight);
    const placed = new Map<string, Chip>();
    const rows = new Map<number, number>();
    for (const span of this.painter.index.overlapping(start, end)) {
      if (placed.size >= MAX_CHIPS) break;
      const region = editor.document.store.get(span.id);
      const painted = this.painter.get(span.id);
      const first = this.surface.rects(span.start, Math.min(span.end, span.start + 1))[0];
      if (!region || !painted || !first || first.bottom < box.top || first.top > bottom) continue;
      const text = editor.labels.style(region).labels.join(', ');
      if (text === '') continue;
      const top = Math.round(first.top - box.top + scrollTop);
      const wanted = first.left - box.left;
      // Chips of one line stand beside each other when their spans begin close together.
      const left = Math.max(wanted, rows.get(top) ?? Number.NEGATIVE_INFINITY);
      rows.set(top, left + estimate(text));
      placed.set(span.id, {
        left,
        top,
        text,
        color: painted.color,
        selected: editor.document.view.isSelected(span.id),
      });
    }
    return placed;
  }

  /** Touches the chips that look different from before. */
  private write(placed: ReadonlyMap<string, Chip>): void {
    const free: HTMLElement[] = [];
    for (const [id, { element }] of this.drawn) {
      if (placed.has(id)) continue;
      this.drawn.delete(id);
      free.push(element);
    }
    for (const [id, chip] of placed) {
      const known = this.drawn.get(id);
      const element = known?.element ?? free.pop() ?? this.make();
      // One that is used again shows another region.
      const before = known?.chip;
      if (known) known.chip = chip;
      else this.drawn.set(id, { element, chip });
      if (before?.selected !== chip.selected) {
        element.className = `${styles['chip'] ?? ''} ${chip.selected ? (styles['chipSelected'] ?? '') : ''}`;
      }
      if (before?.text !== chip.text) element.textContent = chip.text;
      if (before?.color !== chip.color) element.style.setProperty('--label', chip.color);
      if (before?.left !== chip.left || before.top !== chip.top) {
        element.style.transform = `translate(${chip.left}px, ${chip.top}px)`;
      }
    }
    for (const element of free) element.remove();
  }

  private make(): HTMLElement {
    const element = this.layer.ownerDocument.createElement('span');
    this.layer.append(element);
    return element;
  }
}

/** Width of a chip without measuring it: 11 px type is about 6.2 px a character. */
function estimate(text: string): number {
  return Math.min(160, text.length * 6.2 + 10);
}
