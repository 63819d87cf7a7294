/** How far the log is chained and signed: who takes something out of it would be found out. */
import { Button, Dialog, Panel, RelativeTime, ShieldCheck } from '@labelkeep/kit';
import { useState } from 'react';
import { count, counted } from '../../../shared/numbers';
import styles from '../organization.module.css';
import type { Chain } from './queries';

export function ChainState({ chain }: { chain: Chain | undefined }) {
  return (
    <Panel>
      {chain ? (
        <State chain={chain} />
      ) : (
        // As high as what comes, so that nothing below moves.
        <div className={styles.buttons}>
          <ShieldCheck size={16} aria-hidden="true" />
          <span className={styles.muted}>Reading the log</span>
          <Button size="small" variant="quiet" isDisabled>
            How to check it
          </Button>
        </div>
      )}
    </Panel>
  );
}

function State({ chain }: { chain: Chain }) {
  const [isOpen, setOpen] = useState(false);
  const { checkpoint } = chain;
  return (
    <>
      <div className={styles.buttons}>
        <ShieldCheck size={16} aria-hidden="true" />
        <span>
          {counted(chain.entries, 'entry', 'entries')}, each linked to the one before it
          {chain.pending > 0 && `; ${count(chain.pending)} about to be linked`}.{' '}
          {checkpoint ? (
            <>
              Signed up to number {count(checkpoint.sequence)}, <RelativeTime value={checkpoint.at} />.
            </>
          ) : (
            'Not signed yet.'
          )}{' '}
          Kept for {counted(chain.retention_days, 'day')}.
        </span>
        <Button size="small" variant="quiet" onPress={() => setOpen(true)}>
          How to check it
        </Button>
      </div>
      <Dialog title="The chain of the audit log" isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className={styles.form}>
          <p>
            Each entry carries the hash of the one before it, and from time to time the server signs the newest hash.
            Who changes an entry, or takes one out, breaks the chain. Export the log and compute the hashes anew: the
            last one has to be the one below, and the signature has to fit the key. On the server,{' '}
            <code>labelkeep audit verify</code> does it.
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
    </>
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
