/** What a DateTime asks for, how it is stored, and which values it takes. */
import type { ConfigNode } from '@labelkeep/labeling';
import { type DateParts, formatDate, parseDate } from './strftime';

/** Parts that are asked for. `date` means day, month and year; month and year stand alone without it. */
export interface DateKind {
  readonly date: boolean;
  readonly time: boolean;
  readonly month: boolean;
  readonly year: boolean;
}

export function kindOf(node: ConfigNode): DateKind {
  const words = new Set(
    (node.get('only') ?? '')
      .toLowerCase()
      .split(',')
      .map((word) => word.trim()),
  );
  const date = words.has('date');
  const kind = { date, time: words.has('time'), month: words.has('month') && !date, year: words.has('year') && !date };
  return Object.values(kind).some(Boolean) ? kind : { date: true, time: true, month: false, year: false };
}

/** The strftime format of results. */
export function formatOf(node: ConfigNode): string {
  const given = node.get('format');
  if (given) return given;
  const { date, time, month, year } = kindOf(node);
  const day = date ? '%Y-%m-%d' : month && year ? '%Y-%m' : year ? '%Y' : month ? '%m' : '';
  return [day, time ? '%H:%M' : ''].filter((part) => part !== '').join('T');
}

/** Does the format hold seconds? */
export function hasSeconds(node: ConfigNode): boolean {
  return /%[-_0]?[STcXsQ]/.test(formatOf(node));
}

const ISO = [
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%dT%H:%M',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d %H:%M',
  '%Y-%m-%d',
  '%Y-%m',
  '%H:%M:%S',
  '%H:%M',
  '%Y',
];

/** Reads a stored text: in the control's format, or (written by others) in ISO form. */
export function readDate(node: ConfigNode, stored: string): DateParts | null {
  return parseDate(formatOf(node), stored) ?? parseIso(stored);
}

export function parseIso(text: string): DateParts | null {
  // Fractions of seconds and zones of ISO texts are of no use to a clock on the wall.
  const plain = text
    .trim()
    .replace(/(:\d{2})\.\d+/, '$1')
    .replace(/(:\d{2})\s*(Z|[+-]\d{2}:?\d{2})$/, '$1');
  for (const format of ISO) {
    const parts = parseDate(format, plain);
    if (parts) return parts;
  }
  return null;
}

export function writeDate(node: ConfigNode, parts: DateParts): string {
  return formatDate(formatOf(node), parts);
}

/** Is everything there that the control asks for? */
export function isComplete(kind: DateKind, parts: DateParts): boolean {
  const { date, time, month, year } = kind;
  if (date && (parts.year === undefined || parts.month === undefined || parts.day === undefined)) return false;
  if (time && (parts.hour === undefined || parts.minute === undefined)) return false;
  return !(month && parts.month === undefined) && !(year && parts.year === undefined);
}

const ORDER = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** Before (-1), at (0) or after (1) a limit; parts that either does not name do not count. */
function compare(parts: DateParts, limit: DateParts): number {
  for (const key of ORDER) {
    const [a, b] = [parts[key], limit[key]];
    if (a === undefined || b === undefined) continue;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/** Why a value may not be submitted; null when it may. */
export function problemOf(node: ConfigNode, parts: DateParts): string | null {
  const [min, max] = [node.given('min'), node.given('max')];
  const [from, to] = [min ? readDate(node, min) : null, max ? readDate(node, max) : null];
  if (from && compare(parts, from) < 0) return `must be ${min} or later`;
  if (to && compare(parts, to) > 0) return `must be ${max} or earlier`;
  const step = node.number('step', 0);
  if (step <= 0) return null;
  const kind = kindOf(node);
  const [value, start, unit] = kind.time
    ? [seconds(parts), seconds(from ?? {}), 'seconds']
    : kind.date
      ? [days(parts), days(from ?? {}), 'days']
      : [parts.year ?? 0, from?.year ?? 0, 'years'];
  const off = Math.abs((value - start) % step);
  return off === 0 ? null : `must be in steps of ${step} ${unit}${min ? ` from ${min}` : ''}`;
}

function seconds({ hour = 0, minute = 0, second = 0 }: DateParts): number {
  return hour * 3600 + minute * 60 + second;
}

function days({ year = 1970, month = 1, day = 1 }: DateParts): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** `defaultValue` as it would be stored, or undefined. */
export function defaultDate(node: ConfigNode): string | undefined {
  const parts = readDate(node, node.get('defaultValue') ?? '');
  return parts && isComplete(kindOf(node), parts) ? writeDate(node, parts) : undefined;
}

const two = (value: number) => String(value).padStart(2, '0');

/** The value of a native date, time or date-and-time input; empty when parts are missing. */
export function inputValue(type: 'date' | 'time' | 'datetime-local', parts: DateParts | null): string {
  if (!parts) return '';
  const { year, month, day, hour, minute, second } = parts;
  const date =
    year === undefined || month === undefined || day === undefined || year < 1
      ? ''
      : `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const time =
    hour === undefined || minute === undefined ? '' : `${two(hour)}:${two(minute)}${second ? `:${two(second)}` : ''}`;
  if (type === 'date') return date;
  if (type === 'time') return time;
  return date === '' || time === '' ? '' : `${date}T${time}`;
}
