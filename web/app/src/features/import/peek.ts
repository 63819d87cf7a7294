/**
 * A look at the first row of what is to be imported, before it is sent: which columns it has, and what the preview can show.
 * The server reads the file for real; what cannot be read here is simply not previewed.
 */
import type { Picked } from './send';

/** A row with columns, or one value for whichever key the labeling setup reads. */
export type Peek = { kind: 'row'; row: Record<string, unknown> } | { kind: 'value'; value: unknown };

/** Bytes that are looked at. */
const HEAD = 256 * 1024;

/** Looks into the first thing picked. An address of a picture must be revoked with `forget`. */
export async function peek(picked: readonly Picked[]): Promise<Peek | undefined> {
  const [first] = picked;
  if (first?.kind !== 'file') return undefined;
  const { file } = first;
  const extension = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  if (/^(png|jpe?g|gif|bmp|webp|svg|wav|mp3|ogg|flac|m4a|mp4|webm)$/.test(extension)) {
    return { kind: 'value', value: URL.createObjectURL(file) };
  }
  const text = (await file.slice(0, HEAD).text()).replace(/^\uFEFF/, '');
  if (extension === 'json') return ofJson(text);
  if (extension === 'csv' || extension === 'tsv') return ofTable(text, extension === 'tsv' ? '\t' : ',');
  if (extension === 'txt') {
    const line = text.split(/\r?\n/).find((candidate) => candidate.trim() !== '');
    return line === undefined ? undefined : { kind: 'value', value: line };
  }
  return undefined;
}

/** Lets a picture of `peek` go. */
export function forget(peeked: Peek | undefined): void {
  if (peeked?.kind === 'value' && typeof peeked.value === 'string' && peeked.value.startsWith('blob:')) {
    URL.revokeObjectURL(peeked.value);
  }
}

function ofJson(text: string): Peek | undefined {
  const whole = firstObject(text);
  if (whole === undefined) return undefined;
  try {
    const item: unknown = JSON.parse(whole);
    if (!isRecord(item)) return undefined;
    return { kind: 'row', row: isRecord(item['data']) ? item['data'] : item };
  } catch {
    return undefined;
  }
}

/** The first whole object of a JSON text, of which only the beginning may be here. */
export function firstObject(text: string): string | undefined {
  const from = text.indexOf('{');
  let depth = 0;
  let quoted = false;
  for (let place = from; place >= 0 && place < text.length; place += 1) {
    const character = text[place];
    if (quoted) {
      if (character === '\\') place += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth += 1;
    else if (character === '}' && --depth === 0) return text.slice(from, place + 1);
  }
  return undefined;
}

function ofTable(text: string, separator: string): Peek | undefined {
  const [head, first] = records(text, separator, 2);
  if (!head || !first) return undefined;
  return { kind: 'row', row: Object.fromEntries(head.map((name, index) => [name, first[index] ?? ''])) };
}

/** The first records of a table (RFC 4180: quotes keep separators and line ends). */
export function records(text: string, separator: string, number: number): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let place = 0; place < text.length && found.length < number; place += 1) {
    const character = text[place];
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[place + 1] === '"') {
        field += '"';
        place += 1;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      record.push(field);
      field = '';
    } else if (character === '\n') {
      found.push([...record, field.replace(/\r$/, '')]);
      record = [];
      field = '';
    } else field += character;
  }
  if (found.length < number && (field !== '' || record.length > 0)) found.push([...record, field.replace(/\r$/, '')]);
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
