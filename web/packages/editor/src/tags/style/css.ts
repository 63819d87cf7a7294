/**
 * CSS from configurations is hostile until proven dull. The browser parses it; from what it
 * understood only known properties with harmless values are taken over, and every selector is put
 * below the labeling area. Nothing is loaded, nothing leaves its place.
 */

/** Properties (and their longhands) that may be set. */
const ALLOWED =
  /^(-webkit-line-clamp|-webkit-box-orient|align-(content|items|self)|aspect-ratio|background(-(attachment|blend-mode|clip|color|image|origin|position(-x|-y)?|repeat|size))?|border(-.+)?|bottom|box-(shadow|sizing|decoration-break)|break-.+|caption-side|clear|color|column(s|-.+)|contain|content|counter-(increment|reset)|cursor|direction|display|empty-cells|filter|flex(-.+)?|float|font(-.+)?|gap|grid(-.+)?|height|hyphens|inline-size|block-size|inset(-.+)?|justify-(content|items|self)|left|letter-spacing|line-(break|height)|list-style(-type|-position)?|margin(-.+)?|max-(height|width|inline-size|block-size)|min-(height|width|inline-size|block-size)|object-(fit|position)|opacity|order|outline(-.+)?|overflow(-.+)?|padding(-.+)?|place-(content|items|self)|position|quotes|resize|right|rotate|row-gap|scale|scroll(bar)?-.+|tab-size|table-layout|text-(align|decoration|indent|overflow|shadow|transform|underline|wrap|emphasis|justify|orientation)(-.+)?|top|transform(-origin)?|transition(-.+)?|translate|unicode-bidi|user-select|vertical-align|visibility|white-space(-collapse)?|width|word-(break|spacing|wrap)|writing-mode|z-index|--[\w-]+)$/;

/** Functions that load something or run something, in any spelling that survives parsing. */
const LOADING = /(url|image|image-set|src|element|paint|cross-fade|expression|env|attr)\s*\(|\\|javascript:|@import/i;

/** May this declaration stand? */
export function isHarmless(property: string, value: string): boolean {
  const name = property.toLowerCase();
  if (!ALLOWED.test(name) || LOADING.test(value)) return false;
  return name !== 'position' || /^(static|relative|absolute|sticky)$/i.test(value.trim());
}

/**
 * Rules of a style sheet, each below `scope` (a selector of the labeling area). `parsed` is what
 * the browser made of the text. Rules other than style, media and supports are left out.
 */
export function scopedRules(parsed: CSSRuleList, scope: string): string[] {
  const rules: string[] = [];
  for (const rule of Array.from(parsed)) {
    const kind = rule.constructor.name;
    if (kind === 'CSSStyleRule') {
      const { selectorText, style } = rule as CSSStyleRule;
      const body = declarations(style);
      if (body !== '') rules.push(`${scopeSelectors(selectorText, scope)} { ${body} }`);
    } else if (kind === 'CSSMediaRule' || kind === 'CSSSupportsRule') {
      const group = rule as CSSMediaRule;
      const keyword = kind === 'CSSMediaRule' ? '@media' : '@supports';
      const inner = scopedRules(group.cssRules, scope);
      if (inner.length > 0) rules.push(`${keyword} ${group.conditionText} { ${inner.join(' ')} }`);
    }
  }
  return rules;
}

/** Declarations that may stand, as CSS text. */
export function declarations(style: CSSStyleDeclaration): string {
  const kept: string[] = [];
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    if (!isHarmless(name, value)) continue;
    const priority = style.getPropertyPriority(name);
    kept.push(`${name}: ${value}${priority ? ` !${priority}` : ''};`);
  }
  return kept.join(' ');
}

/** Each selector of a list below the scope; `:root`, `html` and `body` mean the labeling area itself. */
export function scopeSelectors(list: string, scope: string): string {
  return splitList(list)
    .map((selector) => {
      const outer = /^(:root|html|body|:host)(?![\w-])/i.exec(selector);
      const rest = selector.slice(outer?.[0].length ?? 0);
      // Siblings of the area lie outside of it: `:root ~ x` matches nothing.
      const beside = /^\s*[~+]/.test(rest);
      return outer && !beside ? `${scope}${rest}` : `${scope} ${selector}`;
    })
    .join(', ');
}

/** Splits at commas that stand outside of brackets and quotes. */
function splitList(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    const char = list.charAt(i);
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '\\') i++;
    else if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(list.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(list.slice(start).trim());
  return parts.filter((part) => part !== '');
}
