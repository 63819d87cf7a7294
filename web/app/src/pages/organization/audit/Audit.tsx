/** What was done, by whom, from where, and whether it was allowed. Nothing here can be changed. */
import { api } from '@labelkeep/api';
import {
  Button,
  Chip,
  Download,
  EmptyState,
  Panel,
  RelativeTime,
  Select,
  Spinner,
  Table,
  type TableColumn,
  TextField,
} from '@labelkeep/kit';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { counted } from '../../../shared/numbers';
import { nameOf } from '../../../shared/people';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import { membersQuery } from '../people/queries';
import { actionName } from './actions';
import { ChainState } from './ChainState';
import { EntryDrawer } from './EntryDrawer';
import { auditQuery, type Entry, type Filter, parametersOf } from './queries';

const RESULTS = [
  { id: '', label: 'Every result' },
  { id: 'ok', label: 'Done' },
  { id: 'denied', label: 'Denied' },
  { id: 'failed', label: 'Failed' },
];

export function Audit({ organization }: SectionProps) {
  const [filter, setFilter] = useState<Filter>({});
  const [opened, setOpened] = useState<Entry>();
  const log = useInfiniteQuery(auditQuery(useDeferredValue(filter)));
  const actions = useQuery({
    queryKey: ['audit-actions'],
    queryFn: () => api.get<{ actions: string[] }>('/api/audit/actions/'),
  });
  const members = useQuery(membersQuery(organization, { page_size: 1000 }));
  const people = new Map((members.data?.results ?? []).map(({ user }) => [`user:${user.id}`, nameOf(user)]));
  const named = (actions.data?.actions ?? [])
    .map((action) => ({ id: action, label: actionName(action), description: action }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const set = (change: Filter) => setFilter({ ...filter, ...change });
  const pages = log.data?.pages ?? [];
  const rows = pages.flatMap(({ results }) => results);
  const last = pages.at(-1);
  const isFiltered = Object.keys(parametersOf(filter)).length > 0;
  const exported = new URLSearchParams(
    Object.entries(parametersOf(filter)).map(([name, value]) => [name, String(value)]),
  );
  return (
    <>
      <ChainState chain={pages[0]?.chain} />
      <Panel
        title="Audit log"
        actions={
          <div className={styles.buttons}>
            {isFiltered && (
              <Button variant="quiet" onPress={() => setFilter({})}>
                Clear the filters
              </Button>
            )}
            <Button
              icon={<Download size={16} />}
              onPress={() => window.location.assign(`/api/audit/export/?${exported}`)}
            >
              {isFiltered ? 'Export what is filtered' : 'Export all entries'}
            </Button>
          </div>
        }
      >
        <div className={styles.bar}>
          <div className={styles.search}>
            <TextField
              label="Search"
              placeholder="Code, object, address"
              value={filter.search ?? ''}
              onChange={(search) => set({ search })}
            />
          </div>
          <div className={styles.role}>
            <Select
              label="Person"
              value={String(filter.actor ?? '')}
              onChange={(id) => setFilter(({ actor: _, ...rest }) => (id ? { ...rest, actor: Number(id) } : rest))}
              options={[
                { id: '', label: 'Everybody' },
                ...(members.data?.results ?? []).map(({ user }) => ({
                  id: String(user.id),
                  label: nameOf(user),
                  description: user.email,
                })),
              ]}
            />
          </div>
          <div className={styles.role}>
            <Select
              label="Action"
              value={filter.action ?? ''}
              onChange={(action) => set({ action })}
              options={[{ id: '', label: 'Every action' }, ...named]}
            />
          </div>
          <div className={styles.narrow}>
            <Select
              label="Result"
              value={filter.result ?? ''}
              onChange={(result) => set({ result })}
              options={RESULTS}
            />
          </div>
          <div className={styles.narrow}>
            <TextField label="From" type="date" value={filter.since ?? ''} onChange={(since) => set({ since })} />
          </div>
          <div className={styles.narrow}>
            <TextField label="To" type="date" value={filter.until ?? ''} onChange={(until) => set({ until })} />
          </div>
          <div className={styles.narrow}>
            <TextField
              label="Object"
              placeholder="project:7"
              value={filter.object ?? ''}
              onChange={(object) => set({ object })}
            />
          </div>
        </div>
        {log.isPending && <Spinner label="Reading the log" />}
        {log.isError && (
          <EmptyState
            title="The log cannot be shown"
            actions={<Button onPress={() => void log.refetch()}>Try again</Button>}
          >
            {messageOf(log.error)}
          </EmptyState>
        )}
        {log.isSuccess && rows.length === 0 && !log.hasNextPage && (
          <EmptyState title={isFiltered ? 'Nothing fits' : 'Nothing was done yet'}>
            {isFiltered ? 'Take a filter away to see more.' : 'What people do here is recorded from now on.'}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <Table
            label="Audit log"
            columns={columnsOf(people, setOpened)}
            rows={rows}
            rowKey={({ id }) => id}
            isStale={log.isPlaceholderData}
          />
        )}
        {log.hasNextPage && (
          <div className={styles.bar}>
            <Button isPending={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
              Show older
            </Button>
            {last?.examined_until && (
              <span className={styles.muted}>
                {counted(rows.length, 'entry', 'entries')} found, back to <RelativeTime value={last.examined_until} />
              </span>
            )}
          </div>
        )}
      </Panel>
      <EntryDrawer entry={opened} onClose={() => setOpened(undefined)} onFilter={set} />
    </>
  );
}

/** Somebody, as far as the log still knows them. */
export function actorOf({ actor, address, detail }: Entry): string {
  if (actor) return actor.email ? nameOf({ ...actor, email: actor.email }) : `Somebody who is gone (${actor.id})`;
  if (detail?.actor === 'scim') return 'Provisioning (SCIM)';
  // Without an account: what was typed in a form, or the server by itself.
  if (typeof detail?.email === 'string') return `${detail.email}, not signed in`;
  return address ? 'Not signed in' : 'The server';
}

function columnsOf(people: ReadonlyMap<string, string>, open: (entry: Entry) => void): TableColumn<Entry>[] {
  return [
    { id: 'at', header: 'When', width: 130, render: ({ at }) => <RelativeTime value={at} /> },
    {
      id: 'actor',
      header: 'Who',
      isCut: true,
      render: (entry) => (
        <bdi title={entry.actor?.email ?? ''}>
          {actorOf(entry)}
          {entry.token !== null && ' (token)'}
        </bdi>
      ),
    },
    {
      id: 'action',
      header: 'Action',
      isCut: true,
      render: (entry) => (
        <span title={entry.action}>
          {actionName(entry.action)}
          {/* What was asked for is all that is known of it. */}
          {entry.action.startsWith('request.') && (
            <>
              {' '}
              <code>{entry.route}</code>
            </>
          )}
        </span>
      ),
    },
    {
      id: 'object',
      header: 'Object',
      isCut: true,
      render: ({ object, project }) => (
        <>
          {object && <code>{object}</code>}{' '}
          <bdi>{object.startsWith('user:') ? people.get(object) : project?.title}</bdi>
        </>
      ),
    },
    { id: 'address', header: 'From', isCut: true, width: 130, render: ({ address }) => address },
    {
      id: 'result',
      header: 'Result',
      width: 100,
      render: ({ result }) => <ResultState result={result} />,
    },
    {
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      align: 'end',
      width: 90,
      render: (entry) => (
        <Button size="small" variant="quiet" onPress={() => open(entry)}>
          Details
        </Button>
      ),
    },
  ];
}

export function ResultState({ result }: { result: Entry['result'] }) {
  if (result === 'ok') return <span className={styles.muted}>Done</span>;
  return <Chip color="var(--color-danger)">{result === 'denied' ? 'Denied' : 'Failed'}</Chip>;
}
