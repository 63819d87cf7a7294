/** The columns of the task table: the data's keys between what every task has. */
import type { Task } from '@labelkeep/api';
import { Check, Chip, RelativeTime } from '@labelkeep/kit';
import { parseConfig } from '@labelkeep/labeling';
import type { ReactNode } from 'react';
import { AppLink } from '../../shared/navigation';
import { count } from '../../shared/numbers';
import styles from './data.module.css';

export interface Column {
  id: string;
  header: string;
  width: number;
  align?: 'start' | 'end';
  grows?: boolean;
  /** Shows thumbnails, and wants taller rows. */
  isPicture?: boolean;
  render(task: Task): ReactNode;
}

/** Data columns that are shown; the rest would not fit a screen. */
const SHOWN = 6;

export function columnsFor(keys: string[], config: string): Column[] {
  const kinds = kindsOf(config);
  // What the configuration shows comes first.
  const ordered = [...keys].sort((a, b) => Number(kinds.has(b)) - Number(kinds.has(a)));
  return [
    {
      id: 'id',
      header: 'ID',
      width: 80,
      align: 'end',
      render: (task) => (
        <AppLink href={`/projects/${task.project}/data?task=${task.id}`} className={styles.id} tabIndex={-1}>
          {task.id}
        </AppLink>
      ),
    },
    {
      id: 'state',
      header: 'State',
      width: 104,
      render: (task) =>
        task.is_labeled ? (
          <span className={styles.finished}>
            <Check size={14} /> Finished
          </span>
        ) : task.total_annotations > 0 ? (
          'Begun'
        ) : task.cancelled_annotations > 0 ? (
          'Skipped'
        ) : (
          <span className={styles.muted}>Open</span>
        ),
    },
    ...ordered.slice(0, SHOWN).map((key) => ({
      id: `data.${key}`,
      header: key === '$undefined$' ? 'data' : key,
      ...(kinds.get(key) === 'Image'
        ? { width: 120, isPicture: true }
        : { width: kinds.has(key) ? 320 : 160, grows: kinds.has(key) || kinds.size === 0 }),
      render: (task: Task) => <Value value={task.data[key] ?? valueOfOnlyKey(task, key)} kind={kinds.get(key)} />,
    })),
    {
      id: 'annotations',
      header: 'Annotations',
      width: 104,
      align: 'end',
      render: (task) => number(task.total_annotations),
    },
    { id: 'skipped', header: 'Skipped', width: 80, align: 'end', render: (task) => number(task.cancelled_annotations) },
    {
      id: 'predictions',
      header: 'Predictions',
      width: 104,
      align: 'end',
      render: (task) => number(task.total_predictions),
    },
    { id: 'updated', header: 'Changed', width: 130, render: (task) => <RelativeTime value={task.updated_at} /> },
  ];
}

/** Nothing is quieter than a nought. */
function number(value: number): ReactNode {
  return value > 0 ? count(value) : <span className={styles.muted}>0</span>;
}

/** Tasks that came before the configuration have their value under its only key now. */
function valueOfOnlyKey(task: Task, key: string): unknown {
  const keys = Object.keys(task.data);
  return key === '$undefined$' && keys.length === 1 ? task.data[keys[0] as string] : undefined;
}

/** Which tag shows which key. */
function kindsOf(config: string): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const node of parseConfig(config).objects) {
    const key = /^\$(\w+)/.exec((node.attribute('value') ?? node.attribute('valueList'))?.value ?? '')?.[1];
    if (key) kinds.set(key, node.tag);
  }
  return kinds;
}

function Value({ value, kind }: { value: unknown; kind: string | undefined }) {
  if (value === undefined || value === null || value === '') return <span className={styles.muted}>–</span>;
  if (kind === 'Image' && typeof value === 'string' && isShowable(value)) {
    return <img className={styles.thumbnail} src={value} alt="" loading="lazy" decoding="async" />;
  }
  if (Array.isArray(value)) return <Chip>{value.length === 1 ? '1 item' : `${value.length} items`}</Chip>;
  if (typeof value === 'object') return <code className={styles.json}>{JSON.stringify(value)}</code>;
  return <bdi>{String(value).slice(0, 300)}</bdi>;
}

/** Addresses that a picture may have (SEC-178). */
function isShowable(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|data:image\/(png|jpeg|gif|webp|bmp);)/i.test(url);
}
