/** Who: pictures or initials, with all names on hover. */
import type { Person } from '@labelkeep/api';
import { Avatar } from '@labelkeep/kit';
import { nameOf } from '../../../shared/people';
import styles from './cells.module.css';

/** People that have a place in a cell. */
const SHOWN = 3;

export function PeopleCell({ ids, people }: { ids: readonly number[]; people: ReadonlyMap<number, Person> }) {
  if (ids.length === 0) return <span className={styles.muted}>–</span>;
  const known = ids.map((id) => {
    const person = people.get(id);
    return { id, name: person ? nameOf(person) : `Person ${id}`, picture: person?.avatar ?? null };
  });
  const names = known.map(({ name }) => name).join(', ');
  return (
    <span className={styles.people} title={names}>
      {known.slice(0, SHOWN).map(({ id, name, picture }) => (
        <Avatar key={id} name={name} picture={picture} size="small" />
      ))}
      {known.length === 1 && <bdi className={styles.cut}>{known[0]?.name}</bdi>}
      {known.length > SHOWN && <span className={styles.muted}>+{known.length - SHOWN}</span>}
      {known.length > 1 && <span className={styles.hidden}>{names}</span>}
    </span>
  );
}
