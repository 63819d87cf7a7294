/** How marked-up data looks: the editor's type and colours, or white paper where the data brings its own. */

import { watchTheme } from '../image/theme';
import { scopedRules } from '../style/css';
import type { Place } from './frame';

/** Marks the content for rules of the data. */
const SCOPE = 'data-content';

/** Dresses the content and follows the theme; returns the function that stops following. */
export function dress(place: Place, surroundings: HTMLElement, colored: boolean, css: string): () => void {
  place.root.setAttribute(SCOPE, '');
  const base = place.addSheet('');
  const apply = () => base.replaceSync(baseStyles(place.root, surroundings, colored));
  apply();
  const rules = cleanRules(place, css);
  if (rules !== '') {
    place.addSheet(rules);
    keepShown(place.root);
  }
  return watchTheme(surroundings, apply);
}

/**
 * Many saved pages hide their body until a script of theirs has run. Here no script runs, so the body is shown at
 * once; a layout that the page chose for it (`display: flex`) stays.
 */
function keepShown(root: HTMLElement): void {
  const look = root.ownerDocument.defaultView?.getComputedStyle(root);
  if (!look) return;
  if (look.display === 'none') root.style.setProperty('display', 'block', 'important');
  if (look.visibility !== 'visible') root.style.setProperty('visibility', 'visible', 'important');
  if (Number(look.opacity) < 1) root.style.setProperty('opacity', '1', 'important');
}

function baseStyles(root: HTMLElement, surroundings: HTMLElement, colored: boolean): string {
  const style = getComputedStyle(surroundings);
  const probe = surroundings.ownerDocument.createElement('span');
  probe.hidden = true;
  probe.style.color = 'light-dark(#000, #fff)';
  surroundings.append(probe);
  const dark = !colored && /255/.test(getComputedStyle(probe).color);
  probe.style.color = 'var(--ed-accent, #2457d6)';
  const accent = getComputedStyle(probe).color;
  probe.remove();
  const framed = root.localName === 'body';
  return `
    ${framed ? ':root' : ':host'} { color-scheme: ${dark ? 'dark' : 'light'}; background: ${colored ? '#fff' : 'transparent'}; overflow-x: auto; ${framed ? 'overflow-y: hidden;' : ''} }
    [${SCOPE}] {
      margin: 0; padding: 12px 20px 16px; outline: none; cursor: text; box-sizing: border-box; position: relative;
      font: 15px / 1.7 ${style.fontFamily}; font-feature-settings: ${style.fontFeatureSettings}; color: ${colored ? '#161a22' : style.color}; overflow-wrap: break-word;
    }
    [${SCOPE}][data-labelled] { line-height: 2.15; }
    [${SCOPE}][data-unselectable] { user-select: none; }
    [${SCOPE}] [hidden], [${SCOPE}] title, [${SCOPE}] style, [${SCOPE}] script, [${SCOPE}] template { display: none !important; }
    [${SCOPE}] img { max-width: 100%; height: auto; }
    [${SCOPE}] table { border-collapse: collapse; }
    [${SCOPE}] a { color: ${accent}; text-decoration: underline; }
    [${SCOPE}] a:not([href]) { cursor: text; }
    [${SCOPE}]:focus-visible { outline: 2px solid ${accent}; outline-offset: -3px; }
    ::selection { background: color-mix(in srgb, ${accent} 30%, transparent); }`;
}

function cleanRules(place: Place, css: string): string {
  if (css.trim() === '') return '';
  const view = place.root.ownerDocument.defaultView as Window & typeof globalThis;
  const parsed = new view.CSSStyleSheet();
  parsed.replaceSync(css.replace(/\d\s*[sld]?v(h|b|w|i|min|max)\b/gi, '0px'));
  return scopedRules(parsed.cssRules, `[${SCOPE}]`).join('\n');
}
