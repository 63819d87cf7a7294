/**
 * Inline markup of configurations and instructions. It is read by the browser's parser into an
 * inert document and rebuilt as React elements from an allow-list; nothing is ever set as HTML.
 */
import { createElement, Fragment, type ReactNode, useMemo } from 'react';
import { safeUrl } from '../../core/urls';
import { parseMarkup } from './parse-markup';

const INLINE = new Set(['b', 'i', 'em', 'strong', 'u', 's', 'sub', 'sup', 'code', 'br', 'span', 'img']);
/** Instructions are longer texts: paragraphs, lists and links are allowed too. */
const BLOCK = new Set([
  ...INLINE,
  'p',
  'ul',
  'ol',
  'li',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'a',
  'pre',
  'blockquote',
  'hr',
  'table',
  'thead',
  'tbody',
  'tr',
  'td',
  'th',
  'div',
]);
/** Elements whose text is not for people. */
const SILENT = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'embed',
  'svg',
  'math',
  'title',
  'head',
]);
const MAX_DEPTH = 40;

export function CleanMarkup({ html, inline = false }: { readonly html: string; readonly inline?: boolean }) {
  return useMemo(() => {
    const root = parseMarkup(html);
    return root ? children(root, inline ? INLINE : BLOCK, 0) : <span style={{ whiteSpace: 'pre-wrap' }}>{html}</span>;
  }, [html, inline]);
}

function children(parent: Node, allowed: ReadonlySet<string>, depth: number): ReactNode {
  if (depth > MAX_DEPTH) return null;
  return Array.from(parent.childNodes, (node, index) => {
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
    if (node.nodeType !== Node.ELEMENT_NODE) return null;
    const element = node as Element;
    const tag = element.localName;
    if (SILENT.has(tag)) return null;
    if (!allowed.has(tag)) return <Fragment key={index}>{children(element, allowed, depth + 1)}</Fragment>;
    return createElement(
      tag,
      { key: index, ...attributes(element) },
      ...(VOID.has(tag) ? [] : [children(element, allowed, depth + 1)]),
    );
  });
}

const VOID = new Set(['br', 'hr', 'img']);

function attributes(element: Element): Record<string, string> {
  if (element.localName === 'a') {
    const href = element.getAttribute('href') ?? '';
    return /^(https?:|mailto:)/i.test(href.trim())
      ? { href: href.trim(), target: '_blank', rel: 'noopener noreferrer nofollow' }
      : {};
  }
  if (element.localName === 'img') {
    const src = safeUrl(element.getAttribute('src') ?? '');
    const allowed = src !== null && /^(https:|data:image\/)/i.test(src);
    return { alt: element.getAttribute('alt') ?? '', ...(allowed ? { src } : {}) };
  }
  return {};
}
