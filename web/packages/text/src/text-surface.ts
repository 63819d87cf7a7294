/** Plain text in the page: blocks of a few thousand characters, one text node each. */
import { type Segment, Surface } from './surface';

/** Blocks end at a line break after about this many units: a million characters make some 250 nodes. */
const BLOCK = 4000;

export class TextSurface extends Surface {
  constructor(document: Document, text: string) {
    const element = document.createElement('div');
    const segments: Segment[] = [];
    for (let start = 0; start < text.length; ) {
      const end = blockEnd(text, start);
      const block = document.createElement('div');
      const node = document.createTextNode(text.slice(start, end));
      block.append(node);
      element.append(block);
      segments.push({ start, end, node });
      start = end;
    }
    super(element, text, segments);
  }

  /** Elements of the blocks, for styling. */
  get blockElements(): readonly HTMLElement[] {
    return this.segments.map((segment) => segment.node.parentElement as HTMLElement);
  }

  visible(top: number, bottom: number): { readonly start: number; readonly end: number } {
    const first = this.blockBelow(top);
    const last = this.blockBelow(bottom);
    const start = this.segments[first]?.start ?? 0;
    const end = this.segments[Math.min(last, this.segments.length - 1)]?.end ?? this.text.length;
    return { start, end };
  }

  /** Index of the first block that ends below a height. */
  private blockBelow(y: number): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = (this.segments[middle] as Segment).node.parentElement as HTMLElement;
      if (block.getBoundingClientRect().bottom < y) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function blockEnd(text: string, start: number): number {
  let end = text.length;
  if (end - start > BLOCK) {
    const line = text.indexOf('\n', start + BLOCK);
    if (line >= 0) end = line + 1;
  }
  return end;
}
