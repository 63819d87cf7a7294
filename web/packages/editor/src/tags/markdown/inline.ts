/** Inline Markdown: emphasis, code, links, pictures and line breaks, by the delimiter rules of CommonMark. Pure. */
import { foldName, type References } from './blocks';

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'em' | 'strong' | 'del'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly title: string; readonly children: readonly Inline[] }
  | { readonly kind: 'image'; readonly src: string; readonly title: string; readonly alt: string };

/** Texts that are longer are shown as they are: nobody writes such a paragraph by hand. */
const MAX_LENGTH = 100_000;

type Node = { inline: Inline } | Delimiter | Bracket;
interface Delimiter {
  char: string;
  count: number;
  opens: boolean;
  closes: boolean;
}
interface Bracket {
  bracket: '[' | '![';
  /** Where the text inside begins. */
  at: number;
}

const PUNCTUATION = /[\p{P}\p{S}]/u;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['copy', '©'],
  ['reg', '®'],
  ['hellip', '…'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['times', '×'],
  ['rarr', '→'],
  ['larr', '←'],
  ['euro', '€'],
]);

export function parseInline(text: string, references: References): readonly Inline[] {
  if (text.length > MAX_LENGTH) return [{ kind: 'text', text }];
  return new Reader(text, references).read();
}

class Reader {
  private readonly nodes: Node[] = [];
  private readonly brackets: number[] = [];
  private at = 0;
  /** Lengths of backtick runs that have no end, so that each is looked for once. */
  private readonly openTicks = new Set<number>();

  constructor(
    private readonly text: string,
    private readonly references: References,
  ) {}

  read(): readonly Inline[] {
    while (this.at < this.text.length) this.step();
    return finish(this.nodes);
  }

  private step(): void {
    const { text } = this;
    const char = text.charAt(this.at);
    const rest = () => text.slice(this.at, this.at + 2100);
    if (char === '\\') {
      const next = text.charAt(this.at + 1);
      if (next === '\n') this.push({ kind: 'break' }, 2);
      else if (ESCAPABLE.test(next)) this.push({ kind: 'text', text: next }, 2);
      else this.push({ kind: 'text', text: '\\' }, 1);
    } else if (char === '`') this.code();
    else if (char === '*' || char === '_' || char === '~') this.delimiter(char);
    else if (char === '[') this.open('[', 1);
    else if (char === '!' && text.charAt(this.at + 1) === '[') this.open('![', 2);
    else if (char === ']') this.close();
    else if (char === '<') {
      const found = /^<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>|^<([\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>/i.exec(rest());
      const href = found?.[1] ?? (found?.[2] ? `mailto:${found[2]}` : '');
      if (found)
        this.push(
          { kind: 'link', href, title: '', children: [{ kind: 'text', text: found[1] ?? found[2] ?? '' }] },
          found[0].length,
        );
      else this.push({ kind: 'text', text: '<' }, 1);
    } else if (char === '&') {
      const found = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,31}));/i.exec(rest());
      const decoded = found && decode(found[1], found[2], found[3]);
      if (found && decoded) this.push({ kind: 'text', text: decoded }, found[0].length);
      else this.push({ kind: 'text', text: '&' }, 1);
    } else if (char === '\n') {
      const before = this.nodes.at(-1);
      const hard = before && 'inline' in before && before.inline.kind === 'text' && / {2,}$/.test(before.inline.text);
      if (before && 'inline' in before && before.inline.kind === 'text') {
        before.inline = { kind: 'text', text: before.inline.text.replace(/ +$/, '') };
      }
      this.push(hard ? { kind: 'break' } : { kind: 'text', text: '\n' }, 1);
      while (text.charAt(this.at) === ' ') this.at++;
    } else {
      const address =
        char === 'h' && !/\w/.test(text.charAt(this.at - 1))
          ? /^https?:\/\/[^\s<>]*[^\s<>?!.,:*_~'")\]]/.exec(rest())
          : null;
      if (address) {
        this.push(
          { kind: 'link', href: address[0], title: '', children: [{ kind: 'text', text: address[0] }] },
          address[0].length,
        );
        return;
      }
      let end = this.at + 1;
      while (end < text.length && !/[\\`*_~[\]!<&\nh]/.test(text.charAt(end))) end++;
      this.push({ kind: 'text', text: text.slice(this.at, end) }, end - this.at);
    }
  }

  private push(inline: Inline, length: number): void {
    const last = this.nodes.at(-1);
    if (inline.kind === 'text' && last && 'inline' in last && last.inline.kind === 'text') {
      last.inline = { kind: 'text', text: last.inline.text + inline.text };
    } else this.nodes.push({ inline });
    this.at += length;
  }

  private code(): void {
    const run = this.run('`');
    const start = this.at + run;
    for (let end = start; !this.openTicks.has(run); ) {
      end = this.text.indexOf('`', end);
      if (end < 0) {
        this.openTicks.add(run);
        break;
      }
      let length = 0;
      while (this.text.charAt(end + length) === '`') length++;
      if (length === run) {
        let inner = this.text.slice(start, end).replaceAll('\n', ' ');
        if (/^ .* $/.test(inner) && inner.trim() !== '') inner = inner.slice(1, -1);
        this.push({ kind: 'code', text: inner }, end + length - this.at);
        return;
      }
      end += length;
    }
    this.push({ kind: 'text', text: '`'.repeat(run) }, run);
  }

  private delimiter(char: string): void {
    const count = this.run(char);
    const before = this.text.charAt(this.at - 1) || ' ';
    const after = this.text.charAt(this.at + count) || ' ';
    const left = !/\s/.test(after) && (!PUNCTUATION.test(after) || /\s/.test(before) || PUNCTUATION.test(before));
    const right = !/\s/.test(before) && (!PUNCTUATION.test(before) || /\s/.test(after) || PUNCTUATION.test(after));
    const word = char === '_';
    const opens = left && (!word || !right || PUNCTUATION.test(before));
    const closes = right && (!word || !left || PUNCTUATION.test(after));
    if (char === '~' && count > 2) this.push({ kind: 'text', text: char.repeat(count) }, count);
    else {
      this.nodes.push({ char, count, opens, closes });
      this.at += count;
    }
  }

  private run(char: string): number {
    let count = 0;
    while (this.text.charAt(this.at + count) === char) count++;
    return count;
  }

  private open(bracket: '[' | '![', length: number): void {
    this.brackets.push(this.nodes.length);
    this.at += length;
    this.nodes.push({ bracket, at: this.at });
  }

  private close(): void {
    const from = this.brackets.pop();
    const opener = from === undefined ? undefined : (this.nodes[from] as Bracket);
    if (from === undefined || !opener) return this.push({ kind: 'text', text: ']' }, 1);
    const inside = this.text.slice(opener.at, this.at);
    const target = this.target(inside);
    if (!target) return this.push({ kind: 'text', text: ']' }, 1);
    const children = finish(this.nodes.splice(from).slice(1));
    this.at += target.length;
    if (opener.bracket === '![') {
      this.nodes.push({ inline: { kind: 'image', src: target.href, title: target.title, alt: plain(children) } });
      return;
    }
    this.nodes.push({ inline: { kind: 'link', href: target.href, title: target.title, children } });
    // Links hold no links: brackets that are still open around this one are text.
    for (const index of this.brackets) {
      const node = this.nodes[index];
      if (node && 'bracket' in node && node.bracket === '[')
        this.nodes[index] = { inline: { kind: 'text', text: '[' } };
    }
    this.brackets.length = 0;
  }

  /** What follows the text in brackets: `](address "title")`, `][name]`, `][]` or nothing. */
  private target(inside: string): { href: string; title: string; length: number } | null {
    const rest = this.text.slice(this.at + 1, this.at + 4200);
    const direct =
      /^\(\s*(?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\(([^()]*)\)))?\s*\)/.exec(
        rest,
      );
    if (direct) {
      const href = (direct[1] ?? direct[2] ?? '').replace(/\\([!-/:-@[-`{-~])/g, '$1');
      return { href, title: direct[3] ?? direct[4] ?? direct[5] ?? '', length: direct[0].length + 1 };
    }
    const named = /^\[([^[\]]{0,999})\]/.exec(rest);
    const known = this.references.get(foldName(named?.[1] || inside));
    return known ? { ...known, length: (named?.[0].length ?? 0) + 1 } : null;
  }
}

/** Pairs delimiters; what has no partner is text. */
function finish(nodes: Node[]): readonly Inline[] {
  // For each kind of closer, nothing that opens stands before this place.
  const bottoms = new Map<string, number>();
  for (let at = 0; at < nodes.length; at++) {
    const closer = nodes[at] as Node;
    if (!('char' in closer) || !closer.closes || closer.count === 0) continue;
    const key = `${closer.char}${closer.opens}${closer.count % 3}`;
    const bottom = bottoms.get(key) ?? -1;
    let from = at - 1;
    for (; from > bottom; from--) if (pairs(nodes[from] as Node, closer)) break;
    if (from <= bottom) {
      bottoms.set(key, at - 1);
      continue;
    }
    const opener = nodes[from] as Delimiter;
    const two = opener.count >= 2 && closer.count >= 2;
    const used = closer.char === '~' ? closer.count : two ? 2 : 1;
    const children = nodes.slice(from + 1, at).map(asText);
    opener.count -= used;
    closer.count -= used;
    const kind = closer.char === '~' ? 'del' : used === 2 ? 'strong' : 'em';
    nodes.splice(from + 1, at - from - 1, { inline: { kind, children: merge(children) } });
    bottoms.clear();
    // The closer stands at from + 2 now; what is left of it may close more.
    at = closer.count > 0 ? from + 1 : from + 2;
  }
  return merge(nodes.map(asText));
}

function pairs(node: Node, closer: Delimiter): boolean {
  if (!('char' in node) || node.char !== closer.char || !node.opens || node.count === 0) return false;
  if (closer.char === '~') return node.count === closer.count;
  const either = (node.opens && node.closes) || (closer.opens && closer.closes);
  return !either || (node.count + closer.count) % 3 !== 0 || (node.count % 3 === 0 && closer.count % 3 === 0);
}

function asText(node: Node): Inline {
  if ('inline' in node) return node.inline;
  return { kind: 'text', text: 'char' in node ? node.char.repeat(node.count) : node.bracket };
}

function merge(inlines: readonly Inline[]): readonly Inline[] {
  const out: Inline[] = [];
  for (const inline of inlines) {
    const last = out.at(-1);
    if (inline.kind === 'text' && last?.kind === 'text')
      out[out.length - 1] = { kind: 'text', text: last.text + inline.text };
    else if (inline.kind !== 'text' || inline.text !== '') out.push(inline);
  }
  return out;
}

function plain(inlines: readonly Inline[]): string {
  return inlines
    .map((one) =>
      'text' in one ? one.text : 'children' in one ? plain(one.children) : one.kind === 'image' ? one.alt : ' ',
    )
    .join('');
}

function decode(decimal: string | undefined, hex: string | undefined, name: string | undefined): string | null {
  if (name !== undefined) return ENTITIES.get(name) ?? null;
  const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? String.fromCodePoint(code) : '\ufffd';
}
