/**
 * A text in the page: the way between UTF-16 offsets of the whole text and places in the DOM. The DOM
 * is never split to colour it. The text may stand in the page itself, in a shadow root or in a frame;
 * points and rectangles are always those of the page's window (`origin` is where a frame begins).
 */

/** A piece of the text: a text node, or a line break element (one unit long). */
export interface Segment {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly node: Text | Element;
}

/** What is selected: UTF-16 offsets, and the end that moves. */
export interface SelectedStretch {
  readonly start: number;
  readonly end: number;
  readonly focus: number;
}

type PointDocument = Document & {
  caretPositionFromPoint?(
    x: number,
    y: number,
    options?: { shadowRoots?: ShadowRoot[] },
  ): { offsetNode: Node; offset: number } | null;
  caretRangeFromPoint?(x: number, y: number): Range | null;
};

export abstract class Surface {
  private readonly byNode = new Map<Node, Segment>();
  /** The one live range of this text: browsers follow each one that was ever made through all changes of the page. */
  private ownRange: Range | null = null;

  constructor(
    /** What holds the text. */
    readonly element: HTMLElement,
    /** The whole text; offsets are UTF-16 units in it. */
    readonly text: string,
    /** In order, without gaps. */
    protected readonly segments: readonly Segment[],
  ) {
    for (const segment of segments) this.byNode.set(segment.node, segment);
  }

  /** The offsets that lie between two heights of the window, generously. */
  abstract visible(top: number, bottom: number): { readonly start: number; readonly end: number };

  /** Offsets where one block of the text ends and the next begins without a character between them, ascending. */
  get breaks(): readonly number[] {
    return [];
  }

  /** The text of a stretch as people read it. */
  textOf(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  /** The document or shadow root in whose scope styles of the text stand. */
  get scope(): Document | ShadowRoot {
    const root = this.element.getRootNode();
    return isShadowRoot(root) ? root : this.element.ownerDocument;
  }

  get view(): Window & typeof globalThis {
    return this.element.ownerDocument.defaultView as Window & typeof globalThis;
  }

  /** Where the text's own window begins in the page's window. */
  get origin(): { readonly x: number; readonly y: number } {
    const frame = this.element.ownerDocument.defaultView?.frameElement;
    if (!frame) return { x: 0, y: 0 };
    const box = frame.getBoundingClientRect();
    return { x: box.left + frame.clientLeft, y: box.top + frame.clientTop };
  }

  /** A range of the page over `start`…`end`; ends are clamped. Null when nothing is left. */
  range(start: number, end: number): StaticRange | null {
    const from = this.place(Math.max(0, start), false);
    const to = this.place(Math.min(this.text.length, end), true);
    if (!from || !to || start >= end) return null;
    return new this.view.StaticRange({
      startContainer: from.node,
      startOffset: from.offset,
      endContainer: to.node,
      endOffset: to.offset,
    });
  }

  /** The same as a live range, for rectangles and selections; the next call moves it. */
  liveRange(start: number, end: number): Range | null {
    const from = this.place(Math.max(0, start), false);
    const to = this.place(Math.min(this.text.length, end), start < end);
    if (!from || !to) return null;
    const range = this.ruler;
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return range;
  }

  /** Moved by whoever uses it next. */
  protected get ruler(): Range {
    this.ownRange ??= this.element.ownerDocument.createRange();
    return this.ownRange;
  }

  /** The text node of an offset and the offset in it. `atEnd`: the node that ends there rather than the one that begins. */
  place(offset: number, atEnd: boolean): { readonly node: Text; readonly offset: number } | null {
    const { segments } = this;
    let index = this.segmentAt(offset, atEnd);
    const segment = segments[index];
    if (!segment) return null;
    if (isText(segment.node)) {
      const inside = Math.max(0, Math.min(offset - segment.start, segment.end - segment.start));
      return { node: segment.node, offset: inside };
    }
    // A place at a line break is the start of the text after it, or the end of the text before it.
    const step = atEnd ? -1 : 1;
    for (let i = index; i >= 0 && i < segments.length; i += step) {
      const { node } = segments[i] as Segment;
      if (isText(node)) return { node, offset: atEnd ? node.length : 0 };
    }
    for (index = index - step; index >= 0 && index < segments.length; index -= step) {
      const { node } = segments[index] as Segment;
      if (isText(node)) return { node, offset: atEnd ? 0 : node.length };
    }
    return null;
  }

  /** Offset of a place in the DOM, or null when it lies outside of the text. */
  offset(container: Node, offset: number): number | null {
    const segment = this.byNode.get(container);
    if (segment) return isText(segment.node) ? segment.start + Math.min(offset, segment.node.length) : segment.start;
    if (!this.element.contains(container)) return null;
    // A place between elements: the start of the first piece behind it.
    const range = this.ruler;
    range.setStart(container, Math.min(offset, container.childNodes.length));
    range.collapse(true);
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (range.comparePoint((this.segments[middle] as Segment).node, 0) < 0) low = middle + 1;
      else high = middle;
    }
    return this.segments[low]?.start ?? this.text.length;
  }

  /** Offset nearest to a point of the window, or null when the point is not over the text. */
  offsetAt(x: number, y: number): number | null {
    const document = this.element.ownerDocument as PointDocument;
    const origin = this.origin;
    const { scope } = this;
    const [left, top] = [x - origin.x, y - origin.y];
    if (document.caretPositionFromPoint) {
      const place = isShadowRoot(scope)
        ? document.caretPositionFromPoint(left, top, { shadowRoots: [scope] })
        : document.caretPositionFromPoint(left, top);
      return place ? this.offset(place.offsetNode, place.offset) : null;
    }
    const range = document.caretRangeFromPoint?.(left, top);
    return range ? this.offset(range.startContainer, range.startOffset) : null;
  }

  /** The browser's selection in the scope of this text. */
  browserSelection(): Selection | null {
    const { scope } = this;
    const own = (scope as { getSelection?: () => Selection | null }).getSelection?.();
    return own ?? this.element.ownerDocument.getSelection();
  }

  /** The selection of the page inside this text, or null. */
  selection(): SelectedStretch | null {
    const selection = this.browserSelection();
    if (!selection || selection.rangeCount === 0) return null;
    const { scope } = this;
    const range =
      isShadowRoot(scope) && selection.getComposedRanges
        ? selection.getComposedRanges({ shadowRoots: [scope] })[0]
        : selection.getRangeAt(0);
    if (!range || !this.touches(range)) return null;
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
    if (!range) return [];
    const { x, y } = this.origin;
    const found: DOMRect[] = [];
    for (const rect of range.getClientRects()) {
      if (rect.width > 0 || rect.height > 0)
        found.push(x === 0 && y === 0 ? rect : new DOMRect(rect.x + x, rect.y + y, rect.width, rect.height));
    }
    return found;
  }

  /** A rectangle about where an offset stands, without laying out text that is far away. */
  roughly(offset: number): DOMRect | null {
    const segment = this.segments[this.segmentAt(offset, false)];
    const element = segment && (isText(segment.node) ? segment.node.parentElement : segment.node);
    const rect = element?.getBoundingClientRect();
    if (!rect) return null;
    const { x, y } = this.origin;
    return new DOMRect(rect.x + x, rect.y + y, rect.width, rect.height);
  }

  /** Scrolls the nearest scrolling ancestor so that a place is on screen, a third from its top. */
  reveal(offset: number): void {
    const rect = this.rects(offset, offset + 1)[0] ?? this.roughly(offset);
    if (!rect) return;
    const frame = this.view.frameElement;
    const inner = scrollParent(this.element);
    if (inner) scrollTo(inner, rect, this.origin);
    const outer = frame ? scrollParent(frame) : null;
    const moved = frame ? (this.rects(offset, offset + 1)[0] ?? rect) : rect;
    if (outer) scrollTo(outer, moved, { x: 0, y: 0 });
    else if (!inner) {
      const scroller = (frame ?? this.element).ownerDocument.scrollingElement;
      if (scroller) scrollTo(scroller, moved, { x: 0, y: 0 });
    }
  }

  /** Is there really text (and not the space behind a line) at this point? */
  isOver(x: number, y: number, offset: number): boolean {
    const rects = this.rects(Math.max(0, offset - 1), Math.min(this.text.length, offset + 1));
    return rects.some((rect) => x >= rect.left - 1 && x <= rect.right + 1 && y >= rect.top - 2 && y <= rect.bottom + 2);
  }

  /** Index of the piece that holds an offset. At a border: the piece before it (`atEnd`), or the one after. */
  protected segmentAt(offset: number, atEnd: boolean): number {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.segments[middle]?.start ?? 0;
      if (atEnd ? start < offset : start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private touches(range: AbstractRange): boolean {
    const live = this.ruler;
    live.setStart(range.startContainer, range.startOffset);
    live.setEnd(range.endContainer, range.endOffset);
    return live.intersectsNode(this.element);
  }

  private isBefore(node: Node): boolean {
    return (this.element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  }
}

/** Also for nodes of a frame, whose constructors are not those of this window. */
function isText(node: Node): node is Text {
  return node.nodeType === 3;
}

function isShadowRoot(node: Node): node is ShadowRoot {
  return node.nodeType === 11 && (node as { host?: Element }).host !== undefined;
}

function scrollTo(scroller: Element, rect: DOMRect, origin: { readonly x: number; readonly y: number }): void {
  const whole = scroller === scroller.ownerDocument.scrollingElement;
  const box = scroller.getBoundingClientRect();
  const top = (whole ? 0 : box.top) + origin.y;
  const height = whole ? scroller.clientHeight : box.height;
  if (rect.top < top + 24 || rect.bottom > top + height - 24) scroller.scrollTop += rect.top - top - height / 3;
}

/** The nearest ancestor that scrolls, through shadow roots. */
function scrollParent(element: Element): Element | null {
  for (let parent = above(element); parent; parent = above(parent)) {
    const { overflowY } = getComputedStyle(parent);
    if ((overflowY === 'auto' || overflowY === 'scroll') && parent.scrollHeight > parent.clientHeight) return parent;
  }
  return null;
}

function above(element: Element): Element | null {
  const parent = element.parentNode;
  if (parent && isShadowRoot(parent)) return parent.host;
  return element.parentElement;
}
