/** `resolver="csv|column=2|separator=;|headless"`: the text is one cell of the first row of a CSV file. */

export interface CsvResolver {
  /** Name of a column, or its number from 0; empty for the first. */
  readonly column: string;
  /** Empty: found out from the file. */
  readonly separator: string;
  /** The first line is data, not names. */
  readonly headless: boolean;
}

/** Null when there is no resolver, or one of a kind that is not known. */
export function parseResolver(written: string | undefined): CsvResolver | null {
  const [kind, ...options] = (written ?? '').split('|');
  if (kind?.trim().toLowerCase() !== 'csv') return null;
  const read = (name: string) =>
    options.find((one) => one.trimStart().toLowerCase().startsWith(`${name}=`))?.replace(/^[^=]*=/, '') ?? '';
  return {
    column: read('column').trim(),
    separator: read('separator').replace('\\t', '\t'),
    headless: options.some((one) => one.trim().toLowerCase() === 'headless'),
  };
}

/** The cell, or null when the file has no such column. */
export function cellOf(text: string, { column, separator, headless }: CsvResolver): string | null {
  const by = separator === '' ? guess(text) : separator;
  const [first = [], second = []] = firstRows(text, by);
  const row = headless ? first : second;
  if (column === '') return row[0] ?? null;
  const named = headless ? -1 : first.findIndex((name) => name.trim() === column);
  const index = named >= 0 ? named : /^\d+$/.test(column) ? Number(column) : -1;
  return row[index] ?? null;
}

function guess(text: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const counted = [',', ';', '\t', '|'].map((one) => ({ one, count: line.split(one).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).one;
}

/** The first two rows; quoted cells may hold separators, line breaks and doubled quotes. */
function firstRows(text: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const push = () => {
    rows.at(-1)?.push(cell);
    cell = '';
  };
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (text.startsWith(separator, at)) {
      push();
      at += separator.length - 1;
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text.charAt(at + 1) === '\n') at++;
      push();
      if (rows.length === 2) return rows;
      rows.push([]);
    } else cell += char;
  }
  push();
  return rows;
}
