/** How far the log is chained and signed: who takes something out of it would be found out. */
import { Button, Dialog, Panel, RelativeTime, ShieldCheck } from '@labelkeep/kit';
import { useState } from 'react';
import { count, counted } from '../../../shared/numbers';
import styles from '../organization.module.css';
import type { Chain } from './queries';

export function ChainState({ chain }: { chain: Chain }) {
  const [isOpen, setOpen] = useState(false);
  const { checkpoint } = chain;
  return (
    <Panel>
      <div className={styles.buttons}>
        <ShieldCheck size={16} aria-hidden="true" />
        <span>
          {counted(chain.entries, 'entry', 'entries')} in a chain
          {checkpoint ? (
            <>
              , signed up to number {count(checkpoint.sequence)} <RelativeTime value={checkpoint.at} />
            </>
          ) : (
            ', not signed yet'
          )}
          {chain.pending > 0 && `, ${count(chain.pending)} about to be added`}. Kept for{' '}
          {counted(chain.retention_days, 'day')}.
        </span>
        <Button size="small" variant="quiet" onPress={() => setOpen(true)}>
          How to check it
        </Button>
      </div>
      <Dialog title="The chain of the audit log" isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className={styles.form}>
          <p>
            Each entry carries the hash of the one before it; from time to time the server signs the newest hash. Export
            the log and compute the hashes anew: the last one has to be the one below, and the signature has to fit the
            key.
          </p>
          <dl className={styles.facts}>
            <dt>First number</dt>
            <dd>{chain.first_sequence === null ? '–' : count(chain.first_sequence)}</dd>
            <dt>Last number</dt>
            <dd>{chain.last_sequence === null ? '–' : count(chain.last_sequence)}</dd>
            <dt>Last hash</dt>
            <dd className={styles.hash}>{chain.last_hash ?? '–'}</dd>
            {checkpoint && (
              <>
                <dt>Signed hash</dt>
                <dd className={styles.hash}>{checkpoint.hash}</dd>
                <dt>Signed with</dt>
                <dd className={styles.hash}>{checkpoint.key}</dd>
              </>
            )}
            {chain.public_keys.map((key) => (
              <PublicKey key={key.id} {...key} name={key.id} />
            ))}
          </dl>
        </div>
      </Dialog>
    </Panel>
  );
}

function PublicKey({ name, public_key: value }: { name: string; public_key: string }) {
  return (
    <>
      <dt>Public key</dt>
      <dd className={styles.hash}>
        {name}: {value}
      </dd>
    </>
  );
}
