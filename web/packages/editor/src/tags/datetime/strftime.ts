/**
 * Dates as texts in a strftime format, read and written. Times are those of a clock on the wall:
 * no zone is applied, except that epoch numbers (`%s`, `%Q`) and offsets (`%Z`) are the browser's.
 */

/** Parts of a date as people count them: months and days from 1. Absent parts are not known. */
export interface DateParts {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
/** Formats that stand for others. */
const COMPOSED: Readonly<Record<string, string>> = {
  c: '%-m/%-d/%Y, %-I:%M:%S %p',
  x: '%-m/%-d/%Y',
  X: '%-I:%M:%S %p',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  T: '%H:%M:%S',
};
const TOKEN = /%([-_0]?)([a-zA-Z%])|[^%]+|%/g;

interface Token {
  /** Directive letter; empty for plain text. */
  readonly letter: string;
  readonly pad: string;
  readonly text: string;
}

function tokens(format: string): readonly Token[] {
  const found: Token[] = [];
  for (const [text, pad = '', letter = ''] of format.matchAll(TOKEN)) {
    const composed = Object.hasOwn(COMPOSED, letter) ? COMPOSED[letter] : undefined;
    if (composed) found.push(...tokens(composed));
    else found.push({ letter, pad, text });
  }
  return found;
}

/** The date of the parts in the browser's zone; what is not known is the start of 1900. */
function toDate({ year = 1900, month = 1, day = 1, hour = 0, minute = 0, second = 0 }: DateParts): Date {
  const date = new Date(2000, month - 1, day, hour, minute, second);
  // The constructor takes the years 0 to 99 for the last century.
  date.setFullYear(year, month - 1, day);
  return date;
}

function fromDate(date: Date): DateParts {
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

/** Writes parts in a format. Directives that are not known are written as they stand. */
export function formatDate(format: string, parts: DateParts): string {
  const date = toDate(parts);
  return tokens(format)
    .map((token) => written(token, date))
    .join('');
}

function written({ letter, pad, text }: Token, date: Date): string {
  const padded = (value: number, width: number, fill = '0') => {
    const used = pad === '-' ? '' : pad === '_' ? ' ' : pad === '0' ? '0' : fill;
    const digits = String(Math.abs(value));
    return (value < 0 ? '-' : '') + (used === '' ? digits : digits.padStart(width, used));
  };
  const hour = date.getHours();
  switch (letter) {
    case 'Y':
      return padded(date.getFullYear(), 4);
    case 'y':
      return padded(((date.getFullYear() % 100) + 100) % 100, 2);
    case 'm':
      return padded(date.getMonth() + 1, 2);
    case 'B':
      return MONTHS[date.getMonth()] ?? '';
    case 'b':
    case 'h':
      return (MONTHS[date.getMonth()] ?? '').slice(0, 3);
    case 'd':
      return padded(date.getDate(), 2);
    case 'e':
      return padded(date.getDate(), 2, ' ');
    case 'j':
      return padded(dayOfYear(date), 3);
    case 'A':
      return DAYS[date.getDay()] ?? '';
    case 'a':
      return (DAYS[date.getDay()] ?? '').slice(0, 3);
    case 'u':
      return String(date.getDay() || 7);
    case 'w':
      return String(date.getDay());
    case 'q':
      return String(Math.floor(date.getMonth() / 3) + 1);
    case 'H':
      return padded(hour, 2);
    case 'I':
      return padded(hour % 12 || 12, 2);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'M':
      return padded(date.getMinutes(), 2);
    case 'S':
      return padded(date.getSeconds(), 2);
    case 'L':
      return padded(0, 3);
    case 'f':
      return padded(0, 6);
    case 's':
      return String(Math.floor(date.getTime() / 1000));
    case 'Q':
      return String(date.getTime());
    case 'Z':
    case 'z':
      return zone(date);
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return text;
  }
}

/** Counted in days of UTC, which have no summer time. */
function dayOfYear(date: Date): number {
  const year = isLeap(date.getFullYear()) ? 2000 : 2001;
  return 1 + (Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 1)) / 86_400_000;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
}

/** Reads a text in a format. Null when it does not fit, or names a day that does not exist. */
export function parseDate(format: string, text: string): DateParts | null {
  const found: Record<string, number> = {};
  let rest = text;
  for (const token of tokens(format)) {
    const left = taken(token, rest, found);
    if (left === null) return null;
    rest = left;
  }
  return rest.trim() === '' ? settled(found) : null;
}

/** Takes what a token stands for from the start of the text; gives the rest, or null. */
function taken({ letter, text }: Token, rest: string, found: Record<string, number>): string | null {
  const number = (key: string, width: number, sign = false) => {
    const match = new RegExp(`^\\s*(${sign ? '-?' : ''}\\d{1,${width}})`).exec(rest);
    if (!match) return null;
    found[key] = Number(match[1]);
    return rest.slice(match[0].length);
  };
  const name = (key: string, names: readonly string[], short: boolean) => {
    const lower = rest.toLowerCase();
    const at = names.findIndex((one) => lower.startsWith((short ? one.slice(0, 3) : one).toLowerCase()));
    if (at < 0) return null;
    found[key] = at;
    return rest.slice(short ? 3 : (names[at] ?? '').length);
  };
  switch (letter) {
    case '':
    case '%':
      return plain(letter === '%' ? '%' : text, rest);
    case 'Y':
      return number('Y', 4, true);
    case 'y':
    case 'm':
    case 'd':
    case 'H':
    case 'I':
    case 'M':
    case 'S':
      return number(letter, 2);
    case 'e':
      return number('d', 2);
    case 'j':
    case 'L':
      return number(letter, 3);
    case 'f':
      return number('f', 6);
    case 'u':
    case 'w':
    case 'q':
      return number(letter, 1);
    case 's':
    case 'Q':
      return number(letter, 16, true);
    case 'B':
      return name('monthName', MONTHS, false);
    case 'b':
    case 'h':
      return name('monthName', MONTHS, true);
    case 'A':
      return name('weekday', DAYS, false);
    case 'a':
      return name('weekday', DAYS, true);
    case 'p':
      return name('half', ['am', 'pm'], false);
    case 'Z':
    case 'z': {
      const match = /^\s*(Z|[+-]\d{2}:?\d{2})/.exec(rest);
      return match ? rest.slice(match[0].length) : null;
    }
    case 'n':
    case 't':
      return /^\s/.test(rest) ? rest.replace(/^\s+/, '') : null;
    default:
      return plain(text, rest);
  }
}

function plain(text: string, rest: string): string | null {
  return rest.startsWith(text) ? rest.slice(text.length) : null;
}

function settled(found: Readonly<Record<string, number>>): DateParts | null {
  const epoch = found['Q'] ?? (found['s'] === undefined ? undefined : found['s'] * 1000);
  if (epoch !== undefined) return Number.isFinite(new Date(epoch).getTime()) ? fromDate(new Date(epoch)) : null;
  const short = found['y'];
  const year = found['Y'] ?? (short === undefined ? undefined : short + (short > 68 ? 1900 : 2000));
  let month = found['m'] ?? (found['monthName'] === undefined ? undefined : found['monthName'] + 1);
  let day = found['d'];
  const counted = found['j'];
  if (counted !== undefined && month === undefined) {
    const date = toDate({ year: year ?? 1900, month: 1, day: counted });
    month = date.getMonth() + 1;
    day = date.getDate();
  }
  const half = found['half'];
  let hour = found['H'];
  if (hour === undefined && found['I'] !== undefined) hour = (found['I'] % 12) + (half === 1 ? 12 : 0);
  const parts = { year, month, day, hour, minute: found['M'], second: found['S'] };
  return isReal(parts)
    ? (Object.fromEntries(Object.entries(parts).filter(([, one]) => one !== undefined)) as DateParts)
    : null;
}

function isReal({ year, month, day, hour, minute, second }: { [K in keyof DateParts]: number | undefined }): boolean {
  if (month !== undefined && (month < 1 || month > 12)) return false;
  const last = new Date(Date.UTC(isLeap(year ?? 2000) ? 2000 : 2001, month ?? 1, 0)).getUTCDate();
  if (day !== undefined && (day < 1 || day > last)) return false;
  const below = (value: number | undefined, limit: number) => value === undefined || (value >= 0 && value < limit);
  return below(hour, 24) && below(minute, 60) && below(second, 60);
}
