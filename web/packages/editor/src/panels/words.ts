/** People and times in words, the same on tabs, in the history and in details. */
import type { EditorUser } from '../core/options';

/** "Ann Berg", or the e-mail address; what the wire's `created_username` says when there is no object. */
export function personName(person: EditorUser | number | string | null | undefined, username?: string): string {
  if (typeof person === 'object' && person !== null) {
    const name = [person.first_name, person.last_name].filter(Boolean).join(' ').trim();
    return name || person.email || `User ${person.id}`;
  }
  // "First Last mail, 12".
  const told = username?.split(',')[0]?.trim() ?? '';
  return told || (person === null || person === undefined ? '' : `User ${person}`);
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 hours ago"; the exact time belongs on hover (`exactly`). */
export function when(iso: string | number, now: number = Date.now()): string {
  const at = typeof iso === 'number' ? iso : Date.parse(iso);
  if (Number.isNaN(at)) return '';
  const seconds = (at - now) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  if (unit === 'second') return 'just now';
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

export function exactly(iso: string | number): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : at.toLocaleString();
}
