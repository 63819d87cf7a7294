/** Numbers of the lines on screen, in the margin; the text itself is untouched. */
import type { Surface } from '@labelkeep/text';
import type { SpanView } from './span-view';
import styles from './text.module.css';

/** More lines than this on one screen are narrower than their numbers. */
const MAX_LINES = 300;

export class LineNumbers {
  private readonly layer: HTMLElement;
  /** Offset of the start of each line; made when numbers are first shown. */
  private starts: Uint32Array | null = null;

  constructor(
    private readonly view: SpanView,
    private readonly surface: Surface,
    private readonly scroller: HTMLElement,
  ) {
    this.layer = scroller.ownerDocument.createElement('div');
    this.layer.className = styles['lines'] ?? '';
    this.layer.setAttribute('aria-hidden', 'true');
    scroller.append(this.layer);
  }

  update(): void {
    if (!this.view.showsLines()) {
      if (this.layer.firstChild) this.layer.replaceChildren();
      return;
    }
    this.starts ??= lineStarts(this.surface.text);
    const { start, end } = this.view.visibleStretch();
    const box = this.scroller.getBoundingClientRect();
    const bottom = Math.min(box.bottom, window.innerHeight);
    const shown: { number: number; top: number }[] = [];
    for (let line = lineOf(this.starts, start); line < this.starts.length && shown.length < MAX_LINES; line++) {
      const at = this.starts[line] as number;
      if (at > end) break;
      const rect = this.surface.rects(at, Math.min(at + 1, this.surface.text.length))[0];
      if (!rect || rect.bottom < box.top - 40) continue;
      if (rect.top > bottom) break;
      shown.push({ number: line + 1, top: Math.round(rect.top - box.top + rect.height / 2) });
    }
    const { children, ownerDocument } = this.layer;
    while (children.length > shown.length) this.layer.lastElementChild?.remove();
    while (children.length < shown.length) this.layer.append(ownerDocument.createElement('span'));
    shown.forEach(({ number, top }, index) => {
      const element = children[index] as HTMLElement;
      element.textContent = String(number);
      element.style.transform = `translateY(${top}px) translateY(-50%)`;
    });
  }

  destroy(): void {
    this.layer.remove();
  }
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1);
  return Uint32Array.from(starts);
}

function lineOf(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
