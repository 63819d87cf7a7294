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

/** What the labeling area itself may get from a configuration: how it looks, never whether and where it is. */
const AREA =
  /^(background(-.+)?|color|direction|font(-.+)?|letter-spacing|line-height|padding(-.+)?|text-.+|word-(break|spacing)|--[\w-]+)$/;
/** What moves or hides where it is set on everything. */
const HIDING = /^(display|filter|opacity|position|rotate|scale|transform|translate|visibility)$/;

/**
 * Rules of a style sheet, each below `scope` (a selector of the labeling area). `parsed` is what
 * the browser made of the text. Rules other than style, media and supports are left out. With
 * `guarded`, rules for the area itself change its look alone, and rules for everything in it hide nothing: a task
 * that can’t be seen could not be worked on, nor the configuration be understood.
 */
export function scopedRules(parsed: CSSRuleList, scope: string, guarded = false): string[] {
  const rules: string[] = [];
  for (const rule of Array.from(parsed)) {
    const kind = rule.constructor.name;
    if (kind === 'CSSStyleRule') {
      const { selectorText, style } = rule as CSSStyleRule;
      for (const selector of splitList(selectorText)) {
        const scoped = scopeSelector(selector, scope);
        const body = declarations(style, guarded ? guardOf(scoped, scope) : undefined);
        if (body !== '') rules.push(`${scoped} { ${body} }`);
      }
    } else if (kind === 'CSSMediaRule' || kind === 'CSSSupportsRule') {
      const group = rule as CSSMediaRule;
      const keyword = kind === 'CSSMediaRule' ? '@media' : '@supports';
      const inner = scopedRules(group.cssRules, scope, guarded);
      if (inner.length > 0) rules.push(`${keyword} ${group.conditionText} { ${inner.join(' ')} }`);
    }
  }
  return rules;
}

type Guard = (property: string, value: string) => boolean;

function guardOf(scoped: string, scope: string): Guard | undefined {
  // Pseudo-elements are neither the area nor its content.
  if (scoped.includes('::')) return undefined;
  // What stands in brackets narrows or widens; `:not(.a)` is as broad as it can be.
  let plain = scoped.slice(scope.length);
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\([^()]*\)/g, '');
  }
  const parts = plain.split(/[\s>+~]+/);
  if (parts.length === 1) return (property) => AREA.test(property);
  // It ends in everything: in `*`, in a bare `div` (every View is one), or in pseudo-classes alone.
  const broad = /^(\*|div|main|section|span)?(:[\w-]+)*$/i.test(parts.at(-1) ?? '');
  return broad ? (property, value) => !hides(property, value) : undefined;
}

function hides(property: string, value: string): boolean {
  if (!HIDING.test(property)) return false;
  if (property === 'display') return /none/i.test(value);
  if (property === 'visibility') return !/^(visible|inherit|initial|unset)$/i.test(value);
  if (property === 'position') return !/^(static|relative)$/i.test(value);
  return true;
}

/** Declarations that may stand, as CSS text. */
export function declarations(style: CSSStyleDeclaration, guard: Guard = () => true): string {
  const kept: string[] = [];
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    if (!isHarmless(name, value) || !guard(name, value)) continue;
    const priority = style.getPropertyPriority(name);
    kept.push(`${name}: ${value}${priority ? ` !${priority}` : ''};`);
  }
  return kept.join(' ');
}

/** Each selector of a list below the scope; `:root`, `html` and `body` mean the labeling area itself. */
export function scopeSelectors(list: string, scope: string): string {
  return splitList(list)
    .map((selector) => scopeSelector(selector, scope))
    .join(', ');
}

function scopeSelector(selector: string, scope: string): string {
  const outer = /^(:root|html|:host)(?![\w-])(\s*>?\s*body(?![\w-]))?|^body(?![\w-])/i.exec(selector);
  const rest = selector.slice(outer?.[0].length ?? 0);
  // Siblings of the area lie outside of it: `:root ~ x` matches nothing.
  const beside = /^\s*[~+]/.test(rest);
  return outer && !beside ? `${scope}${rest}` : `${scope} ${selector}`;
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
