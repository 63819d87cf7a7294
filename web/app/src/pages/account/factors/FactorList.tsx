/** Passkeys or authenticator apps, one below the other. */
import { Button, KeyRound, RelativeTime, UserRoundKey } from '@labelkeep/kit';
import styles from '../account.module.css';
import { type Factor, KINDS } from './queries';

interface FactorListProps {
  label: string;
  factors: readonly Factor[];
  /** Why the only factor stays; the button is off then. */
  isLast: boolean;
  onRename: (factor: Factor) => void;
  onRemove: (factor: Factor) => void;
}

export function FactorList({ label, factors, isLast, onRename, onRemove }: FactorListProps) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {factors.map((factor) => {
        const name = factor.name || KINDS[factor.kind].name;
        const Icon = factor.kind === 'passkey' ? UserRoundKey : KeyRound;
        return (
          <li key={factor.id}>
            <Icon size={20} aria-hidden="true" />
            <div className={styles.main}>
              <strong>
                <bdi>{name}</bdi>
              </strong>
              <small>
                set up <RelativeTime value={factor.created_at} /> ·{' '}
                {factor.last_used_at ? (
                  <>
                    last used <RelativeTime value={factor.last_used_at} />
                  </>
                ) : (
                  'not used yet'
                )}
                {factor.synced && ' · on several of your devices'}
              </small>
            </div>
            <div className={styles.buttons}>
              <Button size="small" label={`Rename ${name}`} onPress={() => onRename(factor)}>
                Rename
              </Button>
              <Button size="small" label={`Remove ${name}`} isDisabled={isLast} onPress={() => onRemove(factor)}>
                Remove
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
