/** How a project gets on: how far it is, how much is done a day, what was found, and who does it. */
import { api, type ProjectStatistics } from '@labelkeep/api';
import {
  Avatar,
  Button,
  Columns,
  EmptyState,
  LinkButton,
  PageHeader,
  Panel,
  Progress,
  RelativeTime,
  Segments,
  Select,
  Spinner,
  Table,
  type TableColumn,
} from '@labelkeep/kit';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { isMissing, messageOf } from '../../../shared/errors';
import { useGo } from '../../../shared/navigation';
import { count, counted } from '../../../shared/numbers';
import { nameOf } from '../../../shared/people';
import { projectQuery } from '../../../shared/queries';
import { useTitle } from '../../../shared/title';
import { duration } from '../cells/render';
import data from '../data.module.css';
import { labelColors } from '../model/columns';
import { Labels } from './Labels';
import styles from './overview.module.css';

const SPANS = [
  { id: '7', label: 'The last 7 days' },
  { id: '30', label: 'The last 30 days' },
  { id: '90', label: 'The last 90 days' },
];

type Day = ProjectStatistics['days'][number];
type Worker = ProjectStatistics['people'][number];

export function OverviewPage() {
  const { id: text } = useParams({ strict: false }) as { id: string };
  const id = Number(text);
  const go = useGo();
  const [days, setDays] = useState('30');
  const [as, setAs] = useState('pictures');
  const project = useQuery(projectQuery(id));
  const statistics = useQuery({
    queryKey: ['project-statistics', id, days],
    queryFn: () => api.get<ProjectStatistics>('/api/dm/statistics/', { project: id, days }),
    placeholderData: keepPreviousData,
  });
  const colors = useMemo(() => labelColors(project.data?.label_config ?? ''), [project.data?.label_config]);
  useTitle('Overview', project.data?.title);
  const error = project.error ?? statistics.error;
  if (error) {
    return (
      <EmptyState
        isPage
        title="The overview cannot be shown"
        actions={
          <>
            {!isMissing(error) && <Button onPress={() => void statistics.refetch()}>Try again</Button>}
            <Button onPress={() => go('/projects/')}>All projects</Button>
          </>
        }
      >
        {isMissing(error)
          ? 'The project may have been deleted, or it belongs to another organization.'
          : messageOf(error)}
      </EmptyState>
    );
  }
  if (!project.data || !statistics.data) return <Spinner label="Counting" />;
  const title = project.data.title || 'Untitled project';
  const { tasks, days: past, people, labels } = statistics.data;
  const submitted = past.reduce((sum, day) => sum + day.submitted, 0);
  const busy = past.filter((day) => day.submitted > 0).length;
  const isTable = as === 'tables';
  return (
    <div className={data.plain}>
      <PageHeader
        title="Overview"
        breadcrumbs={[
          { label: 'Projects', href: '/projects/' },
          { label: title, href: `/projects/${id}/data` },
          { label: 'Overview' },
        ]}
        actions={
          <>
            <div className={styles.span}>
              <Select label="Time" isLabelHidden value={days} onChange={setDays} options={SPANS} />
            </div>
            <Segments
              label="Show as"
              value={as}
              onChange={setAs}
              options={[
                { id: 'pictures', label: 'Pictures' },
                { id: 'tables', label: 'Tables' },
              ]}
            />
            <LinkButton href={`/projects/${id}/data`}>The tasks</LinkButton>
          </>
        }
      />
      {tasks.total === 0 ? (
        <EmptyState
          title="Nothing to count yet"
          actions={<Button onPress={() => go(`/projects/${id}/data?import=1`)}>Import data</Button>}
        >
          When the project has tasks, this page shows how the work on them gets on.
        </EmptyState>
      ) : (
        <>
          <Panel title="Progress">
            <Progress
              label={`${Math.floor((100 * tasks.finished) / tasks.total)} % finished`}
              value={tasks.finished}
              max={tasks.total}
              detail={`${count(tasks.finished)} of ${counted(tasks.total, 'task')}`}
            />
            <dl className={styles.facts}>
              <Fact name="With annotations" value={count(tasks.annotated)} />
              <Fact name="Annotations" value={count(tasks.annotations)} />
              <Fact name="Skipped" value={count(tasks.skipped_annotations)} />
              <Fact name="Predictions" value={count(tasks.predictions)} />
              <Fact name="Ground truth" value={count(tasks.ground_truths)} />
              <Fact
                name="Time for an annotation"
                value={statistics.data.seconds_per_task === null ? '–' : duration(statistics.data.seconds_per_task)}
              />
              <Fact name="On a working day" value={busy === 0 ? '–' : count(Math.round(submitted / busy))} />
              <Fact name="At this pace finished" value={remaining(tasks.total - tasks.finished, past)} />
            </dl>
          </Panel>
          {isTable ? (
            <Panel title="Days">
              <Table label="Days" columns={DAYS} rows={[...past].reverse()} rowKey={({ day }) => day} />
            </Panel>
          ) : (
            <div className={styles.pair}>
              <Panel title="Throughput">
                <Columns
                  label="Annotations submitted"
                  unit="annotations"
                  bars={past.map((day) => ({ label: dayName(day.day), value: day.submitted }))}
                />
              </Panel>
              <Panel title="Time">
                <Columns
                  label="Minutes of labeling"
                  unit="minutes"
                  bars={past.map((day) => ({ label: dayName(day.day), value: Math.round(day.seconds / 60) }))}
                />
              </Panel>
            </div>
          )}
          <Panel title="People">
            {people.length === 0 ? (
              <p className={data.text}>Nobody has labeled in this time.</p>
            ) : (
              <Table label="People" columns={PEOPLE} rows={people} rowKey={({ user }) => user} />
            )}
          </Panel>
          <Labels labels={labels} colors={colors} isTable={isTable} />
        </>
      )}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** How long the rest takes, at the pace of the days that were asked for. */
function remaining(left: number, days: readonly Day[]): string {
  if (left <= 0) return 'now';
  const done = days.reduce((sum, day) => sum + day.submitted, 0);
  if (done === 0) return '–';
  const need = Math.ceil(left / (done / days.length));
  return need > 3650 ? 'in more than ten years' : `in ${counted(need, 'day')}`;
}

function dayName(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
}

const DAYS: TableColumn<Day>[] = [
  { id: 'day', header: 'Day', render: ({ day }) => dayName(day) },
  { id: 'submitted', header: 'Submitted', align: 'end', render: ({ submitted }) => count(submitted) },
  { id: 'skipped', header: 'Skipped', align: 'end', render: ({ skipped }) => count(skipped) },
  { id: 'updated', header: 'Updated', align: 'end', render: ({ updated }) => count(updated) },
  { id: 'time', header: 'Time', align: 'end', render: ({ seconds }) => duration(seconds) },
];

const PEOPLE: TableColumn<Worker>[] = [
  {
    id: 'who',
    header: 'Who',
    render: (person) => (
      <span className={styles.person}>
        <Avatar name={nameOf(person)} picture={person.avatar} size="small" />
        <bdi>{nameOf(person)}</bdi>
      </span>
    ),
  },
  { id: 'tasks', header: 'Tasks', align: 'end', render: ({ tasks }) => count(tasks) },
  { id: 'submitted', header: 'Submitted', align: 'end', render: ({ submitted }) => count(submitted) },
  { id: 'skipped', header: 'Skipped', align: 'end', render: ({ skipped }) => count(skipped) },
  { id: 'updated', header: 'Updated', align: 'end', render: ({ updated }) => count(updated) },
  { id: 'time', header: 'Time', align: 'end', render: ({ seconds }) => duration(seconds) },
  {
    id: 'each',
    header: 'For a task',
    align: 'end',
    render: ({ seconds_per_task: each }) => (each === null ? '–' : duration(each)),
  },
  {
    id: 'last',
    header: 'Last',
    align: 'end',
    render: ({ last_at: last }) => (last ? <RelativeTime value={last} /> : '–'),
  },
];
