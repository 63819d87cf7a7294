/**
 * A small XML reader for labeling configurations: elements, attributes, text, comments, CDATA and
 * the five named entities. DTDs are refused, so nothing can be expanded or fetched. It stops at the
 * first mistake and says where it is.
 */
import type { Diagnostic } from './diagnostic';
import { ConfigNode, type Position } from './node';
import { tagSpec } from './registry';

export interface XmlResult {
  /** Null when the text is not well-formed. */
  readonly root: ConfigNode | null;
  readonly errors: readonly Diagnostic[];
  /** Text of the first comment after the root: sample task data may stand there. */
  readonly trailingComment: string | null;
}

/** Limits of the server: readers walk the tree recursively, and a configuration is no data file. */
const MAX_DEPTH = 100;
const MAX_ELEMENTS = 10_000;
const MAX_LENGTH = 1024 * 1024;
const NAME_START = /[\p{L}_:]/u;
const NAME = /[\p{L}\p{N}_:.\-·]/u;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

class XmlError extends Error {
  constructor(
    message: string,
    readonly at: number,
    readonly length: number,
  ) {
    super(message);
  }
}

/** Parses a whole document; never throws. */
export function parseXml(text: string): XmlResult {
  const reader = new Reader(text);
  try {
    const root = reader.document();
    return { root, errors: [], trailingComment: reader.trailingComment };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const at = reader.position(error.at);
    const diagnostic: Diagnostic = {
      severity: 'error',
      code: 'xml',
      message: `${error.message}: line ${at.line}, column ${at.column - 1}`,
      line: at.line,
      column: at.column,
      from: Math.min(error.at, text.length),
      to: Math.min(error.at + Math.max(1, error.length), text.length),
    };
    return { root: null, errors: [diagnostic], trailingComment: null };
  }
}

class Reader {
  trailingComment: string | null = null;
  private at = 0;
  private elements = 0;
  private readonly lineStarts: number[] = [0];

  constructor(private readonly text: string) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.lineStarts.push(i + 1);
  }

  /** Line and column of an offset; columns count Unicode code points. */
  position(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const start = this.lineStarts[low] ?? 0;
    let column = 1;
    for (const _ of this.text.slice(start, offset)) column++;
    return { line: low + 1, column, offset };
  }

  document(): ConfigNode {
    if (this.text.length > MAX_LENGTH) throw this.error(`The configuration is larger than ${MAX_LENGTH} characters`);
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
    this.misc(false);
    if (this.at >= this.text.length)
      throw this.error('The configuration is empty: write a <View> with at least one object');
    if (!this.looking('<')) throw this.error('Text stands before the first element: begin with <View>');
    const root = this.element(null, 0);
    this.misc(true);
    if (this.at < this.text.length) {
      throw this.error('Something follows the end of the root element: a configuration has one root');
    }
    return root;
  }

  /** White space, comments and processing instructions around the root. */
  private misc(afterRoot: boolean): void {
    for (;;) {
      this.space();
      if (this.looking('<!--')) {
        const comment = this.comment();
        if (afterRoot && this.trailingComment === null) this.trailingComment = comment;
      } else if (this.looking('<?')) this.until('?>', 'The <?…?> instruction is not closed');
      else if (this.looking('<!')) throw this.error('A DTD or other <!…> declaration is not allowed here', 2);
      else return;
    }
  }

  private element(parent: ConfigNode | null, depth: number): ConfigNode {
    const start = this.at;
    if (depth >= MAX_DEPTH) throw this.error(`The configuration is nested deeper than ${MAX_DEPTH} elements`);
    if (++this.elements > MAX_ELEMENTS) throw this.error(`The configuration has more than ${MAX_ELEMENTS} elements`);
    this.at++;
    const name = this.name('A tag name is missing after “<”');
    const node = new ConfigNode(tagSpec(name)?.name ?? name, this.position(start));
    node.parent = parent;
    this.attributes(node);
    if (this.take('/>')) {
      node.end = this.position(this.at);
      return node;
    }
    if (!this.take('>')) throw this.error(`The tag <${name}> is not closed with “>”`);
    const contentStart = this.at;
    node.text = this.content(node, name, start, depth).trim();
    node.markup = this.text.slice(contentStart, this.at);
    // CSS, Markdown and mark-up are the tag's own text: elements in it are none of the language.
    if (tagSpec(node.tag)?.text) node.children.length = 0;
    this.at += 2;
    const closing = this.name('A tag name is missing after “</”');
    if (closing !== name) {
      throw new XmlError(
        `<${name}> is closed by </${closing}>: each element is closed by its own name`,
        this.at - closing.length,
        closing.length,
      );
    }
    this.space();
    if (!this.take('>')) throw this.error(`The closing tag </${name}> lacks its “>”`);
    node.end = this.position(this.at);
    return node;
  }

  /** Reads children up to the closing tag and gives the text between them. */
  private content(node: ConfigNode, name: string, start: number, depth: number): string {
    let text = '';
    for (;;) {
      const next = this.text.indexOf('<', this.at);
      if (next < 0) {
        this.at = this.text.length;
        throw this.error(`<${name}> of line ${this.position(start).line} is never closed: add </${name}>`);
      }
      text += this.decode(this.at, next);
      this.at = next;
      if (this.looking('</')) return text;
      if (this.looking('<!--')) this.comment();
      else if (this.looking('<![CDATA[')) {
        const from = this.at + 9;
        this.until(']]>', 'The CDATA section is not closed with “]]>”');
        text += this.text.slice(from, this.at - 3);
      } else if (this.looking('<?')) this.until('?>', 'The <?…?> instruction is not closed');
      else if (this.looking('<!')) throw this.error('A DTD or other <!…> declaration is not allowed here', 2);
      else node.children.push(this.element(node, depth + 1));
    }
  }

  private attributes(node: ConfigNode): void {
    for (;;) {
      const spaced = this.space();
      if (this.at >= this.text.length) throw this.error(`The tag <${node.tag}> is not closed with “>”`);
      if (this.looking('>') || this.looking('/>')) return;
      const start = this.at;
      const name = this.name(`An attribute name was expected in <${node.tag}>`);
      if (!spaced) throw new XmlError(`A space is missing before the attribute “${name}”`, start, name.length);
      this.space();
      if (!this.take('=')) throw this.error(`The attribute “${name}” has no value: write ${name}="…"`);
      this.space();
      const quote = this.text.charAt(this.at);
      if (quote !== '"' && quote !== "'") throw this.error(`The value of “${name}” must stand in quotes`);
      const from = this.at + 1;
      const to = this.text.indexOf(quote, from);
      if (to < 0) throw this.error(`The value of “${name}” lacks its closing quote`);
      const bad = this.text.slice(from, to).indexOf('<');
      if (bad >= 0) throw new XmlError(`“<” must be written &lt; inside the value of “${name}”`, from + bad, 1);
      const value = this.decode(from, to).replace(/[\t\n\r]/g, ' ');
      this.at = to + 1;
      const attribute = { name, value, position: this.position(start), valuePosition: this.position(from) };
      const doubled = [...node.attributes].some((other) => other.name === name);
      if (doubled) throw new XmlError(`The attribute “${name}” is given twice`, start, name.length);
      node.setAttribute(attribute);
    }
  }

  /** Text with its entities resolved. */
  private decode(from: number, to: number): string {
    const raw = this.text.slice(from, to);
    if (!raw.includes('&')) return raw;
    let out = '';
    let done = 0;
    for (let at = raw.indexOf('&'); at >= 0; at = raw.indexOf('&', done)) {
      const end = raw.indexOf(';', at);
      const word = end < 0 ? '' : raw.slice(at + 1, end);
      const char = end < 0 ? undefined : entity(word);
      if (char === undefined) {
        throw new XmlError('“&” must be written &amp; (or be an entity such as &lt; or &#233;)', from + at, 1);
      }
      out += raw.slice(done, at) + char;
      done = end + 1;
    }
    return out + raw.slice(done);
  }

  private comment(): string {
    const from = this.at + 4;
    this.until('-->', 'The comment is not closed with “-->”');
    return this.text.slice(from, this.at - 3);
  }

  private until(mark: string, message: string): void {
    const end = this.text.indexOf(mark, this.at + 2);
    if (end < 0) throw this.error(message);
    this.at = end + mark.length;
  }

  private name(message: string): string {
    const start = this.at;
    for (;;) {
      const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0x20);
      if (!(this.at === start ? NAME_START : NAME).test(char)) break;
      this.at += char.length;
    }
    if (this.at === start) throw this.error(message);
    return this.text.slice(start, this.at);
  }

  private space(): boolean {
    const start = this.at;
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
    return this.at > start;
  }

  private looking(mark: string): boolean {
    return this.text.startsWith(mark, this.at);
  }

  private take(mark: string): boolean {
    if (!this.looking(mark)) return false;
    this.at += mark.length;
    return true;
  }

  private error(message: string, length = 1): XmlError {
    return new XmlError(message, this.at, length);
  }
}

function entity(word: string): string | undefined {
  const named = ENTITIES.get(word);
  if (named !== undefined) return named;
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(word);
  if (!match) return undefined;
  const code = match[1] ? Number.parseInt(match[1], 16) : Number(match[2]);
  const allowed =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff));
  return allowed ? String.fromCodePoint(code) : undefined;
}
