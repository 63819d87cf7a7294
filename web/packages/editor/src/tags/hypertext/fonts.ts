/**
 * The page's fonts for a frame. The frame's policy loads no fonts and its page has no style sheet; the page hands over
 * the files that it has fetched for itself, those that the text needs.
 */

/** A text is not held back longer for its font, milliseconds. */
const PATIENCE = 1000;

/** Makes the fonts of `families` (a `font-family` value) that `text` needs known to `frame`. Never fails: there is always a fallback. */
export async function lendFonts(page: Document, frame: Document, families: string, text: string): Promise<void> {
  const view = frame.defaultView as (Window & typeof globalThis) | null;
  if (!view) return;
  const wanted = new Set(families.split(',').map(unquoted));
  const late = AbortSignal.timeout(PATIENCE);
  const lend = async (rule: CSSFontFaceRule) => {
    const style = (name: string) => rule.style.getPropertyValue(name);
    const family = unquoted(style('font-family'));
    const url = addressOf(rule, page);
    if (!wanted.has(family) || !url || !needs(text, style('unicode-range'))) return;
    try {
      const answer = await fetch(url, { signal: late });
      if (!answer.ok) return;
      const face = new view.FontFace(family, await answer.arrayBuffer(), {
        style: style('font-style') || 'normal',
        weight: style('font-weight') || 'normal',
        stretch: style('font-stretch') || 'normal',
        ...(style('unicode-range') ? { unicodeRange: style('unicode-range') } : {}),
      });
      frame.fonts.add(await face.load());
    } catch {
      // Not there, too late, or not a font: the next family of the list is used.
    }
  };
  await Promise.all([...page.styleSheets].flatMap((sheet) => fontRules(rulesOf(sheet))).map(lend));
}

function fontRules(rules: readonly CSSRule[]): CSSFontFaceRule[] {
  return rules.flatMap((rule): CSSFontFaceRule[] => {
    if (rule instanceof CSSFontFaceRule) return [rule];
    if (rule instanceof CSSImportRule) return rule.styleSheet ? fontRules(rulesOf(rule.styleSheet)) : [];
    return rule instanceof CSSGroupingRule ? fontRules([...rule.cssRules]) : [];
  });
}

/** None of a sheet from elsewhere, which may not be read. */
function rulesOf(sheet: CSSStyleSheet): readonly CSSRule[] {
  try {
    return [...sheet.cssRules];
  } catch {
    return [];
  }
}

/** The first file of a rule; null when it is not the page's own. */
function addressOf(rule: CSSFontFaceRule, page: Document): string | null {
  const written = /url\(\s*(["']?)(.*?)\1\s*\)/.exec(rule.style.getPropertyValue('src'))?.[2];
  try {
    const url = new URL(written ?? '', rule.parentStyleSheet?.href ?? page.baseURI);
    return written && url.origin === new URL(page.baseURI).origin ? url.href : null;
  } catch {
    return null;
  }
}

/** Does a text have characters of a `unicode-range` (`U+460-52F, U+1F??`)? Everything has those of no range. */
function needs(text: string, range: string): boolean {
  if (range.trim() === '') return true;
  const classes = [...range.matchAll(/u\+([\da-f?]{1,6})(?:-([\da-f]{1,6}))?/gi)].map(([, from = '', to]) => {
    const [low, high] = [from.replaceAll('?', '0'), to ?? from.replaceAll('?', 'f')];
    return `\\u{${low}}-\\u{${high}}`;
  });
  try {
    return new RegExp(`[${classes.join('')}]`, 'u').test(text);
  } catch {
    return false;
  }
}

function unquoted(name: string): string {
  return name.trim().replace(/^(["'])(.*)\1$/, '$2');
}
