/** `style` attributes of configurations: cleaned, then set through the CSS object model. */
import { type RefObject, useLayoutEffect, useRef } from 'react';
import { isHarmless } from './css';

/** A ref for the element that carries a `style` attribute of the configuration. */
export function useInlineStyle<E extends HTMLElement>(text: string | undefined): RefObject<E | null> {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || !text) return;
    const names = applyInlineStyle(element, text);
    return () => {
      for (const name of names) element.style.removeProperty(name);
    };
  }, [text]);
  return ref;
}

/** Sets the harmless declarations of a style text; gives the names that were set. */
export function applyInlineStyle(element: HTMLElement, text: string): readonly string[] {
  const view = element.ownerDocument.defaultView as (Window & typeof globalThis) | null;
  if (!view) return [];
  const sheet = new view.CSSStyleSheet();
  // Braces would end the rule; no harmless declaration needs them.
  sheet.replaceSync(`x { ${text.replace(/[{}]/g, ' ')} }`);
  const rule = sheet.cssRules[0] as CSSStyleRule | undefined;
  const names: string[] = [];
  for (const name of Array.from(rule?.style ?? [])) {
    const value = rule?.style.getPropertyValue(name) ?? '';
    if (!isHarmless(name, value)) continue;
    element.style.setProperty(name, value, rule?.style.getPropertyPriority(name));
    names.push(name);
  }
  return names;
}
