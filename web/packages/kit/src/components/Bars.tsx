/** Small pictures of numbers. What they show stands in a table behind them, too. */
import styles from './bars.module.css';

export interface Bar {
  /** What the bar stands for; read and shown on hover. */
  label: string;
  value: number;
  /** What the bar stands for has a colour of its own. */
  color?: string;
}

/** Upright bars over time, the oldest first. */
export function Columns({ label, bars, unit }: { label: string; bars: readonly Bar[]; unit: string }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  const total = bars.reduce((sum, bar) => sum + bar.value, 0);
  return (
    <figure className={styles.figure}>
      <figcaption>
        <span>{label}</span>
        <strong>{total.toLocaleString()}</strong>
      </figcaption>
      <svg
        className={styles.columns}
        viewBox={`0 0 ${Math.max(1, bars.length)} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${total.toLocaleString()} ${unit}, at most ${most.toLocaleString()} a day`}
      >
        {bars.map((bar, index) => (
          <g key={bar.label}>
            <title>{`${bar.label}: ${bar.value.toLocaleString()} ${unit}`}</title>
            <rect className={styles.ground} x={index} y={0} width={1} height={100} />
            <rect
              className={styles.bar}
              x={index + 0.12}
              y={100 - (bar.value / most) * 100}
              width={0.76}
              height={(bar.value / most) * 100}
            />
          </g>
        ))}
      </svg>
      <div className={styles.ends} aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
    </figure>
  );
}

/** Lying bars with their names and numbers, in the order given. */
export function Ranking({ label, bars }: { label: string; bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ol className={styles.ranking} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.label}>
          <bdi title={bar.label}>{bar.label}</bdi>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect
              className={styles.bar}
              width={(bar.value / most) * 100}
              height={8}
              {...(bar.color ? { style: { fill: bar.color } } : {})}
            />
          </svg>
          <span>{bar.value.toLocaleString()}</span>
        </li>
      ))}
    </ol>
  );
}
