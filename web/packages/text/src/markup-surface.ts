/**
 * Marked-up text in the page. Its text is that of all text nodes one after another; each `br` counts as
 * one line break. Where two blocks meet without a character between them there is a break, so that the
 * last word of one and the first word of the next are two words.
 */
import { type Segment, Surface } from './surface';

/** Elements that stand in a line; every other element begins and ends a block. */
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

export class MarkupSurface extends Surface {
  private readonly breakList: readonly number[];
  /** Top and bottom of each piece, relative to the element; read again after a change of layout. */
  private places: Float64Array | null = null;

  constructor(element: HTMLElement) {
    const { text, segments, breaks } = flatten(element);
    super(element, text, segments);
    this.breakList = breaks;
  }

  override get breaks(): readonly number[] {
    return this.breakList;
  }

  override textOf(start: number, end: number): string {
    let out = '';
    let from = start;
    for (let i = firstAfter(this.breakList, start); i < this.breakList.length; i++) {
      const at = this.breakList[i] as number;
      if (at >= end) break;
      out += this.text.slice(from, at);
      if (out !== '' && !out.endsWith('\n')) out += '\n';
      from = at;
    }
    return out + this.text.slice(from, end);
  }

  /** The layout may have changed (size, fonts, pictures). */
  moved(): void {
    this.places = null;
  }

  visible(top: number, bottom: number): { readonly start: number; readonly end: number } {
    this.places ??= this.measure();
    const { places, segments } = this;
    const above = this.element.getBoundingClientRect().top + this.origin.y;
    let start = -1;
    let end = -1;
    for (let i = 0; i < segments.length; i++) {
      if ((places[2 * i + 1] as number) + above < top || (places[2 * i] as number) + above > bottom) continue;
      const { start: from, end: to } = segments[i] as Segment;
      if (start < 0) start = from;
      end = to;
    }
    return start < 0 ? { start: 0, end: 0 } : { start, end };
  }

  private measure(): Float64Array {
    const places = new Float64Array(this.segments.length * 2);
    const above = this.element.getBoundingClientRect().top;
    const range = this.ruler;
    this.segments.forEach(({ node }, i) => {
      range.selectNode(node);
      const rect = range.getBoundingClientRect();
      places[2 * i] = rect.top - above;
      places[2 * i + 1] = rect.bottom - above;
    });
    return places;
  }
}

interface Flat {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly breaks: readonly number[];
}

function flatten(root: Element): Flat {
  const parts: string[] = [];
  const segments: Segment[] = [];
  const breaks: number[] = [];
  let at = 0;
  const note = () => {
    if (at > 0 && breaks.at(-1) !== at) breaks.push(at);
  };
  const visit = (parent: Node): void => {
    for (let node = parent.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === 3) {
        const { data } = node as Text;
        if (data === '') continue;
        segments.push({ start: at, end: at + data.length, node: node as Text });
        parts.push(data);
        at += data.length;
      } else if (node.nodeType === 1) {
        const element = node as Element;
        if (element.localName === 'br') {
          segments.push({ start: at, end: at + 1, node: element });
          parts.push('\n');
          at++;
          continue;
        }
        const block = !INLINE.has(element.localName);
        if (block) note();
        visit(element);
        if (block) note();
      }
    }
  };
  visit(root);
  if (breaks.at(-1) === at) breaks.pop();
  return { text: parts.join(''), segments, breaks };
}

/** Index of the first number that is larger. */
function firstAfter(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
