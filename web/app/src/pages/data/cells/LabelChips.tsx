/** What annotations say of a task: each label once, with how often. */
import { Chip } from '@labelkeep/kit';
import { count } from '../../../shared/numbers';
import styles from './cells.module.css';

/** Chips that a cell holds; the rest is a number. */
const SHOWN = 6;

export function LabelChips({
  labels,
  colors,
}: {
  labels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  colors: ReadonlyMap<string, string>;
}) {
  const all = Object.entries(labels).flatMap(([control, counts]) =>
    Object.entries(counts).map(([label, number]) => ({ control, label, number })),
  );
  if (all.length === 0) return <span className={styles.muted}>–</span>;
  all.sort((a, b) => b.number - a.number);
  return (
    <span className={styles.chips} title={all.map(({ label, number }) => `${label}: ${count(number)}`).join('\n')}>
      {all.slice(0, SHOWN).map(({ control, label, number }) => {
        const color = colors.get(`${control}/${label}`);
        return (
          <Chip key={`${control}/${label}`} {...(color ? { color } : {})}>
            <bdi>{label}</bdi>
            {number > 1 && <span className={styles.muted}>{count(number)}</span>}
          </Chip>
        );
      })}
      {all.length > SHOWN && <span className={styles.muted}>+{all.length - SHOWN}</span>}
    </span>
  );
}

/** Words that are a list. */
export function NameChips({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <span className={styles.muted}>–</span>;
  return (
    <span className={styles.chips} title={names.slice(0, 50).join(', ')}>
      {names.slice(0, SHOWN).map((name, index) => (
        <Chip key={index}>
          <bdi>{name.slice(0, 80)}</bdi>
        </Chip>
      ))}
      {names.length > SHOWN && <span className={styles.muted}>+{count(names.length - SHOWN)}</span>}
    </span>
  );
}
