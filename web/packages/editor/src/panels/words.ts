/** People, times and numbers in words, the same on tabs, in the history and in details. */
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

const UNITS: readonly (readonly [string, number])[] = [
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
  const found = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  if (!found) return 'just now';
  const [unit, size] = found;
  const count = Math.round(Math.abs(seconds) / size);
  // Written here and not by the browser, whose first use of its locale tables costs some 50 ms while a task opens.
  const past = seconds < 0;
  if (count === 1 && unit === 'day') return past ? 'yesterday' : 'tomorrow';
  if (count === 1 && size > 86_400) return `${past ? 'last' : 'next'} ${unit}`;
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return past ? `${words} ago` : `in ${words}`;
}

/** The time of day, "14:05"; written here for the same reason. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

export function exactly(iso: string | number): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : at.toLocaleString();
}

/** 3,725 seconds are "1 h 2 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A coordinate as it is shown: three digits behind the point. What is stored keeps all of them. */
export function shownNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** 0.1 + 0.2 is 0.3: the last digits of a calculated number are nothing that a person meant. */
export function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}

/** An answer in words: lists with commas, paths with strokes. */
export function answerText(answer: unknown): string {
  if (Array.isArray(answer)) {
    return answer.map((one: unknown) => (Array.isArray(one) ? one.join(' / ') : answerText(one))).join(', ');
  }
  if (typeof answer === 'number') return String(withoutNoise(answer));
  if (typeof answer === 'object' && answer !== null) {
    return JSON.stringify(answer, (_, one: unknown) => (typeof one === 'number' ? withoutNoise(one) : one));
  }
  return String(answer ?? '');
}
