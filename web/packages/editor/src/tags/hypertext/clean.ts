/**
 * Marked-up task data is hostile. It is parsed into an inert document and rebuilt here, element by
 * element: names, attributes and styles that do nothing but show text and pictures are taken over. An
 * element that may not do what it does stays as an empty one of its name, so that stored XPaths, which
 * count elements by name, still lead to the same place.
 */
import { safeUrl } from '../../core/urls';
import { applyInlineStyle } from '../style/inline';

export interface CleanOptions {
  /** Addresses of pictures as they can be loaded. */
  readonly resolveUrl: (url: string) => string;
  /** May links be followed? */
  readonly links: boolean;
}

export interface Cleaned {
  /** Text of the style elements, to be cleaned in its turn. */
  readonly css: string;
  /** Does the markup choose colours of its own? Then it needs the white paper that it was made for. */
  readonly colored: boolean;
  /** Where the links lead. */
  readonly links: ReadonlyMap<Element, string>;
}

/** Elements whose content is not text of the page: they stay, empty. */
const EMPTY = new Set(
  'script style template noscript iframe frame frameset object embed applet svg math title head link meta base audio video source track canvas portal noembed noframes plaintext xmp area param'.split(
    ' ',
  ),
);
/** Elements that take input: they stay, switched off. */
const INPUT = new Set('input button select textarea option optgroup fieldset'.split(' '));
const ATTRIBUTES = new Set(
  'class id title lang dir align valign width height colspan rowspan cellpadding cellspacing border bgcolor color face size start type reversed span scope headers alt datetime open label'.split(
    ' ',
  ),
);
/** Attributes that would be an address, a form or a name elsewhere. */
const ONLY_ON: ReadonlyMap<string, string> = new Map([
  ['type', 'ol ul li'],
  ['size', 'font hr'],
  ['label', 'option optgroup'],
  ['open', 'details'],
]);
const COLORED = /(^|[;\s])(color|background(-color|-image)?)\s*:/i;
/** The frame is as high as its content: heights that follow the frame would grow without end. */
const VIEWPORT_UNITS = /\d\s*[sld]?v(h|b|w|i|min|max)\b/i;

/** Rebuilds the content of `source` (an inert body) inside `target`, in the target's document. */
export function cleanInto(source: Element, target: Element, options: CleanOptions): Cleaned {
  const css: string[] = [];
  const links = new Map<Element, string>();
  let colored = false;
  const page = target.ownerDocument;
  const copy = (from: Node, to: Element): void => {
    for (let node = from.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === 3) to.append(page.createTextNode((node as Text).data));
      if (node.nodeType !== 1) continue;
      const element = node as HTMLElement;
      const name = element.localName.toLowerCase();
      if (name === 'style') css.push(element.textContent ?? '');
      const made = make(page, name);
      if (EMPTY.has(name)) {
        made.hidden = true;
        // An empty frame inside is a browsing context all the same: it may do nothing.
        if (name === 'iframe') made.setAttribute('sandbox', '');
        to.append(made);
        continue;
      }
      copyAttributes(element, made, name);
      const style = element.getAttribute('style');
      if (style) {
        colored ||= COLORED.test(style);
        applyInlineStyle(made, harmlessUnits(style));
      }
      colored ||= made.hasAttribute('bgcolor') || made.hasAttribute('color');
      if (name === 'a') {
        const href = linkOf(element);
        if (href !== null && options.links) {
          made.setAttribute('href', href);
          made.setAttribute('rel', 'noopener noreferrer nofollow');
          links.set(made, href);
        }
      } else if (name === 'img') {
        const address = element.getAttribute('src')?.trim() ?? '';
        const url = address === '' ? null : safeUrl(options.resolveUrl(address));
        if (url !== null) made.setAttribute('src', url);
        made.setAttribute('draggable', 'false');
        made.setAttribute('referrerpolicy', 'no-referrer');
        made.setAttribute('loading', 'lazy');
      } else if (INPUT.has(name)) switchOff(element, made, name);
      to.append(made);
      copy(element, made);
    }
  };
  copy(source, target);
  const head = source.ownerDocument.head;
  if (head && source === source.ownerDocument.body) {
    for (const style of head.querySelectorAll('style')) css.push(style.textContent ?? '');
  }
  const text = css.join('\n');
  return { css: text, colored: colored || COLORED.test(text.replaceAll('{', '; ')), links };
}

/** Style text without lengths that depend on the size of the frame. */
export function harmlessUnits(style: string): string {
  return style
    .split(';')
    .filter((part) => !VIEWPORT_UNITS.test(part))
    .join(';');
}

function make(page: Document, name: string): HTMLElement {
  // A custom element of the page would run that page's code.
  if (name.includes('-') && page.defaultView?.customElements.get(name)) return page.createElement('span');
  try {
    return page.createElement(name);
  } catch {
    // Parsers take names (`a"b`) that documents refuse.
    return page.createElement('span');
  }
}

function copyAttributes(from: Element, to: Element, name: string): void {
  for (const { name: written, value } of Array.from(from.attributes)) {
    const key = written.toLowerCase();
    if (!ATTRIBUTES.has(key)) continue;
    const only = ONLY_ON.get(key);
    if (only && !only.split(' ').includes(name)) continue;
    to.setAttribute(key, value);
  }
  if (name === 'li' && /^-?\d+$/.test(from.getAttribute('value') ?? ''))
    to.setAttribute('value', from.getAttribute('value') ?? '');
}

function switchOff(from: Element, to: Element, name: string): void {
  if (name === 'input') {
    const type = from.getAttribute('type')?.toLowerCase() ?? 'text';
    to.setAttribute('type', type === 'checkbox' || type === 'radio' ? type : 'text');
    to.setAttribute('value', from.getAttribute('value') ?? '');
    if (from.hasAttribute('checked')) to.setAttribute('checked', '');
  }
  if (name === 'option' && from.hasAttribute('selected')) to.setAttribute('selected', '');
  to.setAttribute('disabled', '');
}

function linkOf(element: Element): string | null {
  const href = element.getAttribute('href')?.trim() ?? '';
  return /^(https?:|mailto:)/i.test(href) ? href : null;
}
