/**
 * The text in the page: blocks of plain text nodes, and the way between UTF-16 offsets of the whole
 * text and places in the DOM. The text is never split to colour it.
 */

/** Blocks end at a line break after about this many units: a million characters make some 250 nodes. */
const BLOCK = 4000;

interface Block {
  readonly start: number;
  readonly end: number;
  readonly node: Text;
  readonly element: HTMLElement;
}

export class TextSurface {
  readonly element: HTMLElement;
  private readonly blocks: readonly Block[];
  private readonly byNode = new Map<Node, Block>();

  constructor(
    document: Document,
    /** The whole text; offsets below are UTF-16 units in it. */
    readonly text: string,
  ) {
    this.element = document.createElement('div');
    const blocks: Block[] = [];
    for (let start = 0; start < text.length; ) {
      const end = blockEnd(text, start);
      const element = document.createElement('div');
      const node = document.createTextNode(text.slice(start, end));
      element.append(node);
      this.element.append(element);
      const block = { start, end, node, element };
      blocks.push(block);
      this.byNode.set(node, block);
      this.byNode.set(element, block);
      start = end;
    }
    this.blocks = blocks;
  }

  /** Elements of the blocks, for styling. */
  get blockElements(): readonly HTMLElement[] {
    return this.blocks.map((block) => block.element);
  }

  /** A range of the page over `start`…`end`; ends are clamped. Null when nothing is left. */
  range(start: number, end: number): StaticRange | null {
    const from = this.place(Math.max(0, start), false);
    const to = this.place(Math.min(this.text.length, end), true);
    if (!from || !to || start >= end) return null;
    return new StaticRange({
      startContainer: from.node,
      startOffset: from.offset,
      endContainer: to.node,
      endOffset: to.offset,
    });
  }

  /** The same as a live range, for rectangles and selections. */
  liveRange(start: number, end: number): Range | null {
    const from = this.place(Math.max(0, start), false);
    const to = this.place(Math.min(this.text.length, end), start < end);
    if (!from || !to) return null;
    const range = this.element.ownerDocument.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return range;
  }

  /** Offset of a place in the DOM, or null when it lies outside of the text. */
  offset(container: Node, offset: number): number | null {
    const block = this.byNode.get(container);
    if (block) return container === block.node ? block.start + offset : offset === 0 ? block.start : block.end;
    if (container === this.element) {
      const child = this.blocks[offset];
      return child ? child.start : this.text.length;
    }
    return null;
  }

  /** Offset nearest to a point of the window, or null when the point is not over the text. */
  offsetAt(x: number, y: number): number | null {
    const document = this.element.ownerDocument as Document & {
      caretPositionFromPoint?: (x: number, y: number) => { offsetNode: Node; offset: number } | null;
      caretRangeFromPoint?: (x: number, y: number) => Range | null;
    };
    if (document.caretPositionFromPoint) {
      const place = document.caretPositionFromPoint(x, y);
      return place ? this.offset(place.offsetNode, place.offset) : null;
    }
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? this.offset(range.startContainer, range.startOffset) : null;
  }

  /** The selection of the page inside this text, or null. */
  selection(): { readonly start: number; readonly end: number; readonly focus: number } | null {
    const selection = this.element.ownerDocument.getSelection();
    if (!selection || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.element)) return null;
    const start =
      this.offset(range.startContainer, range.startOffset) ?? (this.isBefore(range.startContainer) ? 0 : null);
    const end =
      this.offset(range.endContainer, range.endOffset) ?? (this.isBefore(range.endContainer) ? 0 : this.text.length);
    if (start === null) return null;
    const focus = selection.focusNode ? this.offset(selection.focusNode, selection.focusOffset) : null;
    return { start, end, focus: focus ?? end };
  }

  /** Rectangles of a stretch, one for each line, in window coordinates. */
  rects(start: number, end: number): readonly DOMRect[] {
    const range = this.liveRange(start, end);
    return range ? [...range.getClientRects()].filter((rect) => rect.width > 0 || rect.height > 0) : [];
  }

  /** Scrolls the nearest scrolling ancestor so that a place is on screen, a third from its top. */
  reveal(offset: number): void {
    const scroller = scrollParent(this.element);
    const rect = this.rects(offset, offset + 1)[0] ?? this.blockAt(offset)?.element.getBoundingClientRect();
    if (!scroller || !rect) return;
    const view = scroller.getBoundingClientRect();
    if (rect.top < view.top + 24 || rect.bottom > view.bottom - 24) {
      scroller.scrollTop += rect.top - view.top - view.height / 3;
    }
  }

  /** The offsets that lie between two heights of the window, generously. */
  visible(top: number, bottom: number): { readonly start: number; readonly end: number } {
    const first = this.blockBelow(top);
    const last = this.blockBelow(bottom);
    const start = this.blocks[first]?.start ?? 0;
    const end = this.blocks[Math.min(last, this.blocks.length - 1)]?.end ?? this.text.length;
    return { start, end };
  }

  /** Is there really text (and not the space behind a line) at this point? */
  isOver(x: number, y: number, offset: number): boolean {
    const rects = this.rects(Math.max(0, offset - 1), Math.min(this.text.length, offset + 1));
    return rects.some((rect) => x >= rect.left - 1 && x <= rect.right + 1 && y >= rect.top - 2 && y <= rect.bottom + 2);
  }

  private blockAt(offset: number): Block | undefined {
    return this.blocks.find((block) => offset < block.end);
  }

  private place(offset: number, atEnd: boolean): { node: Text; offset: number } | null {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.blocks[middle]?.start ?? 0;
      // The end of a range belongs to the block before a border, its start to the one after.
      if (atEnd ? start < offset : start <= offset) low = middle;
      else high = middle - 1;
    }
    const block = this.blocks[low];
    return block
      ? { node: block.node, offset: Math.max(0, Math.min(offset - block.start, block.end - block.start)) }
      : null;
  }

  /** Index of the first block that ends below a height. */
  private blockBelow(y: number): number {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.blocks[middle] as Block).element.getBoundingClientRect().bottom < y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private isBefore(node: Node): boolean {
    return (this.element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  }
}

function scrollParent(element: Element): Element | null {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    const { overflowY } = getComputedStyle(parent);
    if ((overflowY === 'auto' || overflowY === 'scroll') && parent.scrollHeight > parent.clientHeight) return parent;
  }
  return element.ownerDocument.scrollingElement;
}

function blockEnd(text: string, start: number): number {
  if (text.length - start <= BLOCK) return text.length;
  const line = text.indexOf('\n', start + BLOCK);
  return line < 0 ? text.length : line + 1;
}
