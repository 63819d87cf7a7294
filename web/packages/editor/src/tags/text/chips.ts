/** Label names beside the spans that are on screen: absolutely placed, the text itself is untouched. */
import type { HighlightPainter, Surface } from '@labelkeep/text';
import type { SpanView } from './span-view';
import styles from './text.module.css';

/** More chips than this on one screen can't be read; the rest is told by colour and list. */
const MAX_CHIPS = 400;

export class TextChips {
  private readonly layer: HTMLElement;

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
    if (this.painter.index.size === 0 || !this.view.showsLabels()) {
      if (this.layer.firstChild) this.layer.replaceChildren();
      return;
    }
    const { editor } = this.view.context;
    const { start, end } = this.view.visibleStretch();
    const box = this.scroller.getBoundingClientRect();
    const bottom = Math.min(box.bottom, window.innerHeight);
    const placed: { left: number; top: number; text: string; color: string; selected: boolean }[] = [];
    const rows = new Map<number, number>();
    for (const span of this.painter.index.overlapping(start, end)) {
      if (placed.length >= MAX_CHIPS) break;
      const region = editor.document.store.get(span.id);
      const painted = this.painter.get(span.id);
      const first = this.surface.rects(span.start, Math.min(span.end, span.start + 1))[0];
      if (!region || !painted || !first || first.bottom < box.top || first.top > bottom) continue;
      const text = editor.labels.style(region).labels.join(', ');
      if (text === '') continue;
      const top = Math.round(first.top - box.top + this.scroller.scrollTop);
      const wanted = first.left - box.left;
      // Chips of one line stand beside each other when their spans begin close together.
      const left = Math.max(wanted, rows.get(top) ?? Number.NEGATIVE_INFINITY);
      rows.set(top, left + estimate(text));
      placed.push({ left, top, text, color: painted.color, selected: editor.document.view.isSelected(span.id) });
    }
    this.write(placed);
  }

  destroy(): void {
    this.layer.remove();
  }

  private write(
    placed: readonly { left: number; top: number; text: string; color: string; selected: boolean }[],
  ): void {
    const { children, ownerDocument } = this.layer;
    while (children.length > placed.length) this.layer.lastElementChild?.remove();
    placed.forEach((chip, index) => {
      let element = children[index] as HTMLElement | undefined;
      if (!element) {
        element = ownerDocument.createElement('span');
        this.layer.append(element);
      }
      element.className = `${styles['chip'] ?? ''} ${chip.selected ? (styles['chipSelected'] ?? '') : ''}`;
      if (element.textContent !== chip.text) element.textContent = chip.text;
      element.style.setProperty('--label', chip.color);
      element.style.transform = `translate(${chip.left}px, ${chip.top}px)`;
    });
  }
}

/** Width of a chip without measuring it: 11 px type is about 6.2 px a character. */
function estimate(text: string): number {
  return Math.min(160, text.length * 6.2 + 10);
}
