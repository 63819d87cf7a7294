/** Small parts: keys, chips, people, times, waiting. */
import type { ReactNode } from 'react';
import styles from './small.module.css';

/** A key. */
export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}

/** A word with a colour; the colour is never the only sign. */
export function Chip({ color, children }: { color?: string; children: ReactNode }) {
  return (
    <span className={styles.chip}>
      {color && (
        <svg className={styles.dot} viewBox="0 0 8 8" aria-hidden="true">
          <circle cx="4" cy="4" r="4" fill={color} />
        </svg>
      )}
      {children}
    </span>
  );
}

/** Somebody, by their picture or their initials. The name stands beside it, or is that of the button around it. */
export function Avatar({
  name,
  picture,
  size = 'medium',
}: {
  name: string;
  /** Its address. */
  picture?: string | null;
  size?: 'small' | 'medium' | 'large';
}) {
  return (
    <span className={styles.avatar} data-size={size} title={name} aria-hidden="true">
      {picture ? <img src={picture} alt="" /> : initialsOf(name)}
    </span>
  );
}

/** Two letters of a name or an address. */
export function initialsOf(name: string): string {
  const letters = name
    .split(/[\s@.]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => [...part][0]?.toUpperCase());
  return letters.join('') || '?';
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
// Made when they are needed: the first of its kind costs some 50 ms, which a page without times should not pay.
let relative: Intl.RelativeTimeFormat | undefined;
let exact: Intl.DateTimeFormat | undefined;

/** `3 hours ago`; the exact time on hover. */
export function relativeTime(value: string, now = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!unit) return 'just now';
  relative ??= new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  return relative.format(Math.round(seconds / unit[1]), unit[0]);
}

export function RelativeTime({ value }: { value: string }) {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return null;
  exact ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
  return (
    <time dateTime={value} title={exact.format(date)}>
      {relativeTime(value)}
    </time>
  );
}

/** Waits in place; appears only after a moment, so that quick answers do not flicker. */
export function Spinner({ label = 'Loading' }: { label?: string }) {
  return (
    <div className={styles.waiting} role="status">
      <span className={styles.spinner} aria-hidden="true" />
      {label}
    </div>
  );
}

/** How far something is. Without a value it works, and nobody knows how long. */
export function Progress({
  label,
  value,
  max = 1,
  detail,
}: {
  label: string;
  value?: number;
  max?: number;
  detail?: string;
}) {
  return (
    <div className={styles.progress}>
      <div className={styles.progressHead}>
        <bdi>{label}</bdi>
        {detail && <span className={styles.number}>{detail}</span>}
      </div>
      <progress {...(value === undefined ? {} : { value })} max={max} aria-label={label} />
    </div>
  );
}

/** What a place is for, and the first step. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
  isPage = false,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Stands in place of a whole page, and heads it. */
  isPage?: boolean;
}) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <section className={styles.empty}>
      {icon && <div className={styles.emptyIcon}>{icon}</div>}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className={styles.emptyActions}>{actions}</div>}
    </section>
  );
}

/** A part of a page on its own surface. */
export function Panel({ title, actions, children }: { title?: string; actions?: ReactNode; children?: ReactNode }) {
  return (
    <section className={styles.panel} aria-label={title}>
      {(title || actions) && (
        <header>
          {title && <h2>{title}</h2>}
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

/** The mark: a keep, a small tower, whose doorway is a label tag. Drawn on a grid of 16. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path fill="currentColor" d="M2 1h3v2h1.5V1h3v2H11V1h3v5l-1.5 1.2V15H10v-4.4L8 8.6l-2 2V15H3.5V7.2L2 6z" />
      <circle cx="8" cy="11.4" r="0.9" fill="currentColor" />
    </svg>
  );
}
