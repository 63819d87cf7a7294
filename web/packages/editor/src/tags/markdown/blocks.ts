/**
 * Markdown (CommonMark, with the tables and strike-through of GitHub) to a tree of blocks. HTML is text here.
 * Pure; linear in the text but for nesting, which is limited.
 */

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly tight: boolean;
      readonly items: readonly (readonly Block[])[];
    }
  | {
      readonly kind: 'table';
      readonly align: readonly ('left' | 'center' | 'right' | null)[];
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** Targets of `[name]: address "title"`, by folded name. */
export type References = ReadonlyMap<string, { readonly href: string; readonly title: string }>;

export interface Markdown {
  readonly blocks: readonly Block[];
  readonly references: References;
}

/** Quotes and lists inside each other; deeper ones are plain text. */
const MAX_DEPTH = 24;

const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^( {0,3})(`{3,}|~{3,})([^`]*)$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-+*]|\d{1,9}[.)])(?:([ \t]+)(.*)|)$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
const DELIMITER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const REFERENCE = /^ {0,3}\[([^[\]]{1,999})\]:[ \t]*<?([^\s<>]+)>?(?:[ \t]+["'(](.*)["')])?[ \t]*$/;

export function parseMarkdown(text: string): Markdown {
  const references = new Map<string, { href: string; title: string }>();
  const lines = text
    .replaceAll('\0', '\ufffd')
    .split(/\r\n|\r|\n/)
    .map(expandTabs);
  return { blocks: readBlocks(lines, references, 0), references };
}

/** Name of a reference as it is compared. */
export function foldName(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase();
}

function readBlocks(
  lines: readonly string[],
  references: Map<string, { href: string; title: string }>,
  depth: number,
): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === '') {
      at++;
      continue;
    }
    const heading = HEADING.exec(line);
    const fence = FENCE.exec(line);
    if (/^ {4}/.test(line)) {
      const from = at;
      while (at < lines.length && (/^ {4}/.test(lines[at] as string) || (lines[at] as string).trim() === '')) at++;
      const code = lines.slice(from, at).map((one) => one.slice(4));
      while (code.at(-1)?.trim() === '') code.pop();
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: (heading[2] ?? '').replace(/^#+$/, '') });
      at++;
    } else if (fence) {
      const [, indent = '', mark = ''] = fence;
      const close = new RegExp(`^ {0,3}${mark[0] === '~' ? '~' : '`'}{${mark.length},}[ \\t]*$`);
      const from = ++at;
      while (at < lines.length && !close.test(lines[at] as string)) at++;
      const strip = new RegExp(`^ {0,${indent.length}}`);
      blocks.push({
        kind: 'code',
        text: lines
          .slice(from, at)
          .map((one) => one.replace(strip, ''))
          .join('\n'),
      });
      at++;
    } else if (RULE.test(line)) {
      blocks.push({ kind: 'rule' });
      at++;
    } else if (QUOTE.test(line) && depth < MAX_DEPTH) {
      const inner: string[] = [];
      for (; at < lines.length; at++) {
        const one = lines[at] as string;
        if (QUOTE.test(one)) inner.push(one.replace(QUOTE, ''));
        // A paragraph may go on without the mark.
        else if (one.trim() !== '' && inner.at(-1)?.trim() !== '' && !beginsBlock(one)) inner.push(one);
        else break;
      }
      blocks.push({ kind: 'quote', blocks: readBlocks(inner, references, depth + 1) });
    } else if (ITEM.test(line) && depth < MAX_DEPTH) {
      const list = readList(lines, at, references, depth);
      blocks.push(list.block);
      at = list.next;
    } else {
      const next = readParagraph(lines, at, references, blocks);
      at = next;
    }
  }
  return blocks;
}

function readParagraph(
  lines: readonly string[],
  from: number,
  references: Map<string, { href: string; title: string }>,
  blocks: Block[],
): number {
  let at = from;
  const text: string[] = [];
  for (; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.trim() === '') break;
    const reference = text.length === 0 ? REFERENCE.exec(line) : null;
    if (reference) {
      const name = foldName(reference[1] ?? '');
      if (!references.has(name)) references.set(name, { href: reference[2] ?? '', title: reference[3] ?? '' });
      continue;
    }
    if (text.length > 0) {
      const setext = SETEXT.exec(line);
      if (setext) {
        blocks.push({ kind: 'heading', level: setext[1]?.startsWith('=') ? 1 : 2, text: text.join('\n').trim() });
        return at + 1;
      }
      if (
        text.length === 1 &&
        DELIMITER.test(line) &&
        line.includes('-') &&
        cells(text[0] ?? '').length === cells(line).length &&
        (line.includes('|') || text[0]?.includes('|'))
      ) {
        return readTable(lines, at, text[0] ?? '', blocks);
      }
      if (beginsBlock(line)) break;
    }
    text.push(line.replace(/^ +/, ''));
  }
  if (text.length > 0) blocks.push({ kind: 'paragraph', text: text.join('\n').trimEnd() });
  return at;
}

/** Does this line end a paragraph? An ordered list does when it begins with one. */
function beginsBlock(line: string): boolean {
  if (HEADING.test(line) || FENCE.test(line) || RULE.test(line) || QUOTE.test(line)) return true;
  const item = ITEM.exec(line);
  return item !== null && (item[4] ?? '').trim() !== '' && (!/\d/.test(item[2] ?? '') || /^1[.)]$/.test(item[2] ?? ''));
}

function readList(
  lines: readonly string[],
  from: number,
  references: Map<string, { href: string; title: string }>,
  depth: number,
): { block: Block; next: number } {
  const first = ITEM.exec(lines[from] as string);
  const marker = first?.[2] ?? '-';
  const sign = marker.slice(-1);
  const ordered = /\d/.test(marker);
  const items: (readonly Block[])[] = [];
  let tight = true;
  let at = from;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at] as string);
    if (!item || RULE.test(lines[at] as string)) break;
    const own = item[2] ?? '';
    if (own.slice(-1) !== sign || /\d/.test(own) !== ordered) break;
    const gap = item[3] ?? ' ';
    const indent = (item[1]?.length ?? 0) + own.length + (gap.length > 4 ? 1 : gap.length);
    const inner = [' '.repeat(gap.length > 4 ? gap.length - 1 : 0) + (item[4] ?? '')];
    let blank = false;
    for (at++; at < lines.length; at++) {
      const line = lines[at] as string;
      if (line.trim() === '') {
        blank = true;
        inner.push('');
      } else if (line.startsWith(' '.repeat(indent))) {
        if (blank) tight = false;
        blank = false;
        inner.push(line.slice(indent));
      } else if (!blank && !beginsBlock(line) && !ITEM.test(line)) inner.push(line);
      else break;
    }
    if (blank && at < lines.length && ITEM.test(lines[at] as string)) tight = false;
    items.push(readBlocks(inner, references, depth + 1));
  }
  const start = ordered ? Number.parseInt(marker, 10) : 1;
  return { block: { kind: 'list', ordered, start, tight, items }, next: at };
}

function readTable(lines: readonly string[], delimiter: number, head: string, blocks: Block[]): number {
  const align = cells(lines[delimiter] as string).map((cell) => {
    const [left, right] = [cell.startsWith(':'), cell.endsWith(':')];
    return left && right ? 'center' : right ? 'right' : left ? 'left' : null;
  });
  const rows: string[][] = [];
  let at = delimiter + 1;
  for (; at < lines.length && (lines[at] as string).trim() !== '' && !beginsBlock(lines[at] as string); at++) {
    const row = cells(lines[at] as string).slice(0, align.length);
    while (row.length < align.length) row.push('');
    rows.push(row);
  }
  blocks.push({ kind: 'table', align, head: cells(head), rows });
  return at;
}

/** Cells of a row; `\|` is a bar and no border. */
function cells(line: string): string[] {
  const found: string[] = [];
  let cell = '';
  const text = line.trim().replace(/^\|/, '');
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && text.charAt(i + 1) === '|') {
      cell += '|';
      i++;
    } else if (char === '|') {
      found.push(cell.trim());
      cell = '';
    } else cell += char;
  }
  if (cell.trim() !== '') found.push(cell.trim());
  return found;
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let out = '';
  for (const char of line) out += char === '\t' ? ' '.repeat(4 - (out.length % 4)) : char;
  return out;
}
