/** Everything that the log knows of one entry. */
import { Button, Dialog, RelativeTime } from '@labelkeep/kit';
import type { ReactNode } from 'react';
import { AppLink } from '../../../shared/navigation';
import styles from '../organization.module.css';
import { actorOf, ResultState } from './Audit';
import { actionName } from './actions';
import type { Entry, Filter } from './queries';

export function EntryDrawer({
  entry,
  onClose,
  onFilter,
}: {
  entry: Entry | undefined;
  onClose: () => void;
  onFilter: (change: Filter) => void;
}) {
  if (!entry) return null;
  const narrow = (change: Filter) => {
    onFilter(change);
    onClose();
  };
  const token = typeof entry.token === 'number' ? entry.token : entry.token?.id;
  const facts: [string, ReactNode][] = [
    [
      'When',
      <>
        <time dateTime={entry.at}>{new Date(entry.at).toLocaleString()}</time> (<RelativeTime value={entry.at} />)
      </>,
    ],
    ['Who', <bdi>{actorOf(entry)}</bdi>],
    ['E-mail', entry.actor?.email],
    ['Token', token],
    ['Action', <code>{entry.action}</code>],
    ['Object', entry.object && <code>{entry.object}</code>],
    [
      'Project',
      entry.project &&
        (entry.project.title === null ? (
          `${entry.project.id}, which is gone`
        ) : (
          <AppLink href={`/projects/${entry.project.id}/data`}>
            <bdi>{entry.project.title || 'Untitled project'}</bdi>
          </AppLink>
        )),
    ],
    ['Result', <ResultState result={entry.result} />],
    ['Request', entry.route && <code>{`${entry.method ?? ''} ${entry.route}`}</code>],
    ['Answer', entry.status],
    ['Address', entry.address],
    ['Program', entry.agent],
    ['Number', entry.sequence ?? 'about to be chained'],
    ['Hash', entry.hash && <span className={styles.hash}>{entry.hash}</span>],
  ];
  return (
    <Dialog title={actionName(entry.action)} isOpen onClose={onClose} placement="side">
      <div className={styles.drawer}>
        <dl className={styles.facts}>
          {facts
            .filter(([, value]) => value !== null && value !== undefined && value !== '')
            .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}-value`}>{value}</dd>])}
        </dl>
        {entry.detail && Object.keys(entry.detail).length > 0 && (
          <section>
            <h3>Details</h3>
            <pre className={styles.json}>{JSON.stringify(entry.detail, undefined, 2)}</pre>
          </section>
        )}
        <div className={styles.buttons}>
          <Button size="small" onPress={() => narrow({ action: entry.action })}>
            Only this action
          </Button>
          {entry.object && (
            <Button size="small" onPress={() => narrow({ object: entry.object })}>
              Only this object
            </Button>
          )}
          {entry.actor && (
            <Button size="small" onPress={() => entry.actor && narrow({ actor: entry.actor.id })}>
              Only this person
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
