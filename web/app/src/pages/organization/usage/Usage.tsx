/** How much the installation is used: visits, annotations, and what kinds of data are labeled. */
import { api } from '@labelkeep/api';
import { Button, Columns, EmptyState, Panel, Ranking, Select, Spinner, Table, type TableColumn } from '@labelkeep/kit';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { count } from '../../../shared/numbers';
import styles from '../organization.module.css';
import { pageName } from './pages';

interface Statistics {
  enabled: boolean;
  since: string;
  until: string;
  days: { date: string; visits: number; annotations: number }[];
  pages: { page: string; visits: number }[];
  tags: { name: string; projects: number }[];
  data_types: { name: string; projects: number }[];
}

const SPANS = [
  { id: '7', label: 'The last 7 days' },
  { id: '30', label: 'The last 30 days' },
  { id: '90', label: 'The last 90 days' },
  { id: '365', label: 'The last 365 days' },
];

const DAY = 86_400_000;

export function Usage() {
  const [span, setSpan] = useState('30');
  const [isTable, setTable] = useState(false);
  const statistics = useQuery({
    queryKey: ['statistics', span],
    queryFn: () => {
      const date = (time: number) => new Date(time).toISOString().slice(0, 10);
      return api.get<Statistics>('/api/statistics/', {
        since: date(Date.now() - (Number(span) - 1) * DAY),
        until: date(Date.now()),
      });
    },
    placeholderData: keepPreviousData,
  });
  if (statistics.isError) {
    return (
      <EmptyState
        title="The statistics cannot be shown"
        actions={<Button onPress={() => void statistics.refetch()}>Try again</Button>}
      >
        {messageOf(statistics.error)}
      </EmptyState>
    );
  }
  if (!statistics.data) return <Spinner label="Counting" />;
  const { data } = statistics;
  return (
    <>
      {!data.enabled && (
        <p className={styles.warning}>
          Counting is turned off for this installation. What was counted before is still shown.
        </p>
      )}
      <p className={styles.text}>
        Counted here for the administrators of this installation, by day and without names; nothing of it leaves the
        server.
      </p>
      <div className={styles.bar}>
        <div className={styles.choice}>
          <Select label="Time" isLabelHidden value={span} onChange={setSpan} options={SPANS} />
        </div>
        <Button onPress={() => setTable(!isTable)}>{isTable ? 'Show as pictures' : 'Show as tables'}</Button>
      </div>
      {isTable ? (
        <Panel title="Days">
          <Table label="Days" columns={DAYS} rows={[...data.days].reverse()} rowKey={({ date }) => date} />
        </Panel>
      ) : (
        <div className={styles.pictures}>
          <Panel title="Annotations">
            <Columns
              label="Annotations submitted"
              unit="annotations"
              bars={data.days.map(({ date, annotations }) => ({ label: dayName(date), value: annotations }))}
            />
          </Panel>
          <Panel title="Visits">
            <Columns
              label="Pages opened"
              unit="visits"
              bars={data.days.map(({ date, visits }) => ({ label: dayName(date), value: visits }))}
            />
          </Panel>
        </div>
      )}
      <div className={styles.pictures}>
        <Counts
          title="Kinds of data"
          rows={data.data_types.map(({ name, projects }) => ({ name, number: projects }))}
          unit="Projects"
          emptyText={HOURLY}
          isTable={isTable}
        />
        <Counts
          title="Labeling tags"
          rows={data.tags.map(({ name, projects }) => ({ name, number: projects }))}
          unit="Projects"
          emptyText={HOURLY}
          isTable={isTable}
        />
        <Counts
          title="Pages"
          rows={data.pages.map(({ page, visits }) => ({ name: pageName(page), number: visits }))}
          unit="Visits"
          emptyText="No page was opened in this time."
          isTable={isTable}
        />
      </div>
    </>
  );
}

/** Projects are not counted as they change. */
const HOURLY = 'Nothing yet. Projects are looked at once an hour.';

/** `29 Nov 2026`. The server counts days in UTC. */
function dayName(date: string): string {
  return new Date(date).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
}

const DAYS: TableColumn<Statistics['days'][number]>[] = [
  { id: 'date', header: 'Day (UTC)', render: ({ date }) => <time dateTime={date}>{dayName(date)}</time> },
  { id: 'annotations', header: 'Annotations', align: 'end', render: ({ annotations }) => count(annotations) },
  { id: 'visits', header: 'Visits', align: 'end', render: ({ visits }) => count(visits) },
];

/** Rows that the picture shows; the table has all. */
const SHOWN = 12;

function Counts({
  title,
  rows,
  unit,
  emptyText,
  isTable,
}: {
  title: string;
  rows: { name: string; number: number }[];
  unit: string;
  emptyText: string;
  isTable: boolean;
}) {
  if (rows.length === 0) {
    return (
      <Panel title={title}>
        <p className={styles.muted}>{emptyText}</p>
      </Panel>
    );
  }
  return (
    <Panel title={`${title}, by ${unit.toLowerCase()}`}>
      {isTable ? (
        <Table
          label={title}
          columns={[
            { id: 'name', header: title, render: ({ name }) => <bdi>{name}</bdi> },
            { id: 'number', header: unit, align: 'end', render: ({ number }) => count(number) },
          ]}
          rows={rows}
          rowKey={({ name }) => name}
        />
      ) : (
        <Ranking
          label={title}
          bars={rows.slice(0, SHOWN).map(({ name, number }) => ({ label: name, value: number }))}
        />
      )}
    </Panel>
  );
}
