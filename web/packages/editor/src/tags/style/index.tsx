import { useLayoutEffect, useRef } from 'react';
import type { TagModule, TagPanelProps } from '../../core/tag';
import { scopedRules } from './css';

/** Marks the labeling area: the scope of `Style`. */
export const SCOPE_ATTRIBUTE = 'data-labelkeep-scope';

/** Style: CSS of the configuration, cleaned and kept inside the labeling area. */
function Style({ node }: TagPanelProps) {
  const ref = useRef<HTMLSpanElement>(null);
  const text = node.get('value') ?? node.text;
  useLayoutEffect(() => {
    const area = ref.current?.closest(`[${SCOPE_ATTRIBUTE}]`);
    const page = area?.ownerDocument;
    const view = page?.defaultView as (Window & typeof globalThis) | null | undefined;
    if (!area || !page || !view) return;
    const parsed = new view.CSSStyleSheet();
    parsed.replaceSync(text);
    const scope = `[${SCOPE_ATTRIBUTE}="${area.getAttribute(SCOPE_ATTRIBUTE) ?? ''}"]`;
    const sheet = new view.CSSStyleSheet();
    for (const rule of scopedRules(parsed.cssRules, scope, true)) {
      try {
        sheet.insertRule(rule, sheet.cssRules.length);
      } catch {
        // A selector that can't be scoped (a lone pseudo-element): the other rules still hold.
      }
    }
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    return () => {
      page.adoptedStyleSheets = page.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  }, [text]);
  return <span ref={ref} hidden />;
}

export const styleTag: TagModule = { tags: ['style'], Panel: Style, stays: true, ownsChildren: true };
