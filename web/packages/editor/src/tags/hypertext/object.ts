/** The HyperText object: cleaned markup in a frame or (`inline`) in the page, spans by XPath. */
import { CodePoints, MarkupSurface, nodeAt, pathOf } from '@labelkeep/text';
import type { ObjectContext, ObjectHandle } from '../../core/tag';
import { loadText } from '../text/load';
import { type SpanContent, SpanView } from '../text/span-view';
import { cleanInto } from './clean';
import { lendFonts } from './fonts';
import { openFrame, openShadow, type Place } from './frame';
import { dress } from './look';
import { parseContent } from './parse';
import type { MarkupSpan } from './shape';

export function mountHyperText(host: HTMLElement, context: ObjectContext): ObjectHandle {
  return new SpanView(host, context, 'hypertext', openMarkup);
}

async function openMarkup(scroller: HTMLElement, context: ObjectContext, signal: AbortSignal): Promise<SpanContent> {
  const { editor, node } = context;
  const markup = await loadText(context, signal);
  scroller.style.padding = '0';
  const inline = node.bool('inline');
  const frameUrl = editor.options.frameUrl ?? '/frame.html';
  const framed = inline ? null : await openFrame(scroller, frameUrl, `HyperText ${node.name}`, signal);
  const place = framed ?? openShadow(scroller);
  const offs: (() => void)[] = [];
  if (framed) {
    await lendFonts(scroller.ownerDocument, framed.root.ownerDocument, getComputedStyle(scroller).fontFamily, markup);
  }
  const body = parseContent(markup, inline);
  if (body) {
    const cleaned = cleanInto(body, place.root, {
      links: node.bool('clickableLinks'),
      resolveUrl: (url) => editor.resolveUrl(url, node),
    });
    offs.push(dress(place, scroller, cleaned.colored, cleaned.css));
    followLinks(place, cleaned.links);
  } else {
    place.root.textContent = markup;
    offs.push(dress(place, scroller, false, ''));
  }
  const surface = new MarkupSurface(place.root);
  offs.push(fitHeight(place, surface));
  if (framed) forwardKeys(framed);
  return new MarkupContent(surface, place, offs);
}

class MarkupContent implements SpanContent {
  readonly points: CodePoints;
  readonly numbered = false;

  constructor(
    readonly surface: MarkupSurface,
    private readonly place: Place,
    private readonly offs: readonly (() => void)[],
  ) {
    this.points = new CodePoints(surface.text);
  }

  geometry(start: number, end: number, text: string | undefined): MarkupSpan {
    const { surface, points } = this;
    const global = { start: points.fromUnit(start), end: points.fromUnit(end) };
    const from = surface.place(start, false);
    const to = surface.place(end, true);
    const root = surface.element;
    return {
      ...(from && to
        ? {
            path: {
              start: pathOf(root, from.node),
              end: pathOf(root, to.node),
              startOffset: codePoints(from.node.data, from.offset),
              endOffset: codePoints(to.node.data, to.offset),
            },
          }
        : {}),
      global,
      ...(text === undefined ? {} : { text }),
    };
  }

  units(geometry: unknown): { start: number; end: number } | null {
    const { path, global, text } = geometry as MarkupSpan;
    const byPath = path && this.byPath(path);
    const byGlobal = global && { start: this.points.toUnit(global.start), end: this.points.toUnit(global.end) };
    if (!byPath || byPath.end <= byPath.start) return byGlobal ?? null;
    // Where both lead somewhere, but to different places, the covered text tells which one is meant.
    if (byGlobal && text !== undefined && !this.covers(byPath, text) && this.covers(byGlobal, text)) return byGlobal;
    return byPath;
  }

  moved(): void {
    this.surface.moved();
  }

  destroy(): void {
    for (const off of this.offs) off();
    this.place.destroy();
  }

  private byPath(path: NonNullable<MarkupSpan['path']>): { start: number; end: number } | null {
    const start = this.offsetOf(path.start, path.startOffset);
    const end = this.offsetOf(path.end, path.endOffset);
    return start === null || end === null ? null : { start, end };
  }

  private offsetOf(path: string, point: number): number | null {
    const node = nodeAt(this.surface.element, path);
    if (!node) return null;
    // A path to an element counts its children, as DOM ranges do.
    if (node.nodeType !== 3) return this.surface.offset(node, Math.min(point, node.childNodes.length));
    const { data } = node as Text;
    const points = new CodePoints(data);
    return point > points.length ? null : this.surface.offset(node, points.toUnit(point));
  }

  private covers({ start, end }: { start: number; end: number }, text: string): boolean {
    return squeeze(this.surface.text.slice(start, end)) === squeeze(text);
  }
}

/** Code points before a UTF-16 offset. */
function codePoints(text: string, unit: number): number {
  return new CodePoints(text).fromUnit(unit);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '');
}

/** Links are followed by the editor, in a tab of their own: the frame itself may open nothing. */
function followLinks(place: Place, links: ReadonlyMap<Element, string>): void {
  place.root.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link) return;
    event.preventDefault();
    const href = links.get(link);
    if (href !== undefined) place.host.ownerDocument.defaultView?.open(href, '_blank', 'noopener,noreferrer');
  });
  place.root.addEventListener('dragstart', (event) => event.preventDefault());
  place.root.addEventListener('submit', (event) => event.preventDefault());
}

/** The frame is as high as its content: the page scrolls, not the frame. */
function fitHeight(place: Place, surface: MarkupSurface): () => void {
  const { host, root } = place;
  if (host === root || host.localName !== 'iframe') return () => {};
  let height = 0;
  const fit = () => {
    const wanted = Math.ceil(Math.max(root.scrollHeight, root.getBoundingClientRect().height));
    const bar = root.ownerDocument.documentElement.scrollWidth > host.clientWidth ? 16 : 0;
    if (wanted + bar === height) return;
    height = wanted + bar;
    host.style.height = `${height}px`;
    surface.moved();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(root);
  root.addEventListener('load', fit, { capture: true });
  fit();
  return () => observer.disconnect();
}

/** Keys pressed in the frame are the editor's: they are sent on from the frame's element. */
function forwardKeys({ host, root }: Place): void {
  root.ownerDocument.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const { key, code, ctrlKey, metaKey, altKey, shiftKey, repeat, isComposing } = event;
    const copy = new KeyboardEvent('keydown', {
      ...{ key, code, ctrlKey, metaKey, altKey, shiftKey, repeat, isComposing },
      bubbles: true,
      cancelable: true,
    });
    if (!host.dispatchEvent(copy)) event.preventDefault();
  });
}
