/** What stands in a cell, by the look of its column. The same is on cards, in more room. */
import type { ListedTask, Person } from '@labelkeep/api';
import { Check, RelativeTime } from '@labelkeep/kit';
import type { ReactNode } from 'react';
import { AppLink } from '../../../shared/navigation';
import { count } from '../../../shared/numbers';
import type { Column } from '../model/columns';
import { AudioCell } from './AudioCell';
import styles from './cells.module.css';
import { ImageCell } from './ImageCell';
import { LabelChips, NameChips } from './LabelChips';
import { PeopleCell } from './PeopleCell';
import { VideoCell } from './VideoCell';

export interface CellContext {
  people: ReadonlyMap<number, Person>;
  /** Colours of labels by `control/label`. */
  colors: ReadonlyMap<string, string>;
  /** Lines of text that there is room for. */
  lines: number;
  /** Pixels that a picture is wide; as in a row of the table when it is not said. */
  width?: number;
}

/** Pixels of the width of a picture in the table. */
const ROW_PICTURE = 120;

/** Characters of a text that a cell holds at most; nobody reads more in a table. */
const LONGEST = 600;

export function renderCell(column: Column, context: CellContext): (task: ListedTask) => ReactNode {
  return (task) => <Cell column={column} task={task} context={context} />;
}

function Cell({ column, task, context }: { column: Column; task: ListedTask; context: CellContext }) {
  const value = readValue(column, task);
  switch (column.look) {
    case 'id':
      return column.key === 'id' ? (
        <AppLink href={`/projects/${task.project}/data?task=${task.id}`} className={styles.id} tabIndex={-1}>
          {task.id}
        </AppLink>
      ) : (
        String(value ?? '')
      );
    case 'state':
      return <State task={task} />;
    case 'number':
      return <Amount value={value} />;
    case 'score':
      return typeof value === 'number' ? value.toFixed(3) : <Nothing />;
    case 'duration':
      return typeof value === 'number' ? duration(value) : <Nothing />;
    case 'time':
      return typeof value === 'string' ? <RelativeTime value={value} /> : <Nothing />;
    case 'boolean':
      return value === true ? <Check size={14} aria-label="yes" /> : <Nothing />;
    case 'people':
      return <PeopleCell ids={idsIn(value)} people={context.people} />;
    case 'names':
      return <NameChips names={namesIn(value)} />;
    case 'labels':
      return task.labels ? <LabelChips labels={task.labels} colors={context.colors} /> : <Words value={value} />;
    case 'image':
      return typeof value === 'string' && isShowable(value) ? (
        <ImageCell url={value} name={fileName(value)} width={context.width ?? ROW_PICTURE} />
      ) : (
        <Any value={value} />
      );
    case 'audio':
      return typeof value === 'string' && isShowable(value) ? <AudioCell url={value} /> : <Any value={value} />;
    case 'video':
      return typeof value === 'string' && isShowable(value) ? (
        <VideoCell url={value} name={fileName(value)} />
      ) : (
        <Any value={value} />
      );
    case 'text':
      return <Words value={value} lines={context.lines} />;
    case 'any':
      return <Any value={value} lines={context.lines} />;
  }
}

export function readValue(column: Column, task: ListedTask): unknown {
  if (!column.isData) return task[column.key as keyof ListedTask];
  const value = task.data[column.key];
  if (value !== undefined || column.key !== '$undefined$') return value;
  // Tasks that came before the configuration have their value under its only key now.
  const keys = Object.keys(task.data);
  return keys.length === 1 ? task.data[keys[0] as string] : undefined;
}

function Nothing() {
  return <span className={styles.muted}>–</span>;
}

function State({ task }: { task: ListedTask }) {
  if (task.is_labeled) {
    return (
      <span className={styles.finished}>
        <Check size={14} /> Finished
      </span>
    );
  }
  if (task.total_annotations > 0) return 'Begun';
  if (task.cancelled_annotations > 0) return 'Skipped';
  return <span className={styles.muted}>Open</span>;
}

/** Nothing is quieter than a nought. */
function Amount({ value }: { value: unknown }) {
  if (typeof value !== 'number') return <Nothing />;
  return value === 0 ? <span className={styles.muted}>0</span> : count(value);
}

/** Seconds as people say them: `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds <= 0) return '–';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function Words({ value, lines = 1 }: { value: unknown; lines?: number }) {
  if (value === undefined || value === null || value === '') return <Nothing />;
  const text = String(value).slice(0, LONGEST);
  return (
    <bdi
      className={lines > 1 ? styles.lines : styles.cut}
      {...(lines > 1 ? { style: { WebkitLineClamp: lines } } : {})}
    >
      {text}
    </bdi>
  );
}

/** A value whose type nobody has said. */
function Any({ value, lines = 1 }: { value: unknown; lines?: number }) {
  if (Array.isArray(value)) {
    const isPlain = value.every((entry) => typeof entry === 'string' || typeof entry === 'number');
    return isPlain ? (
      <NameChips names={value.map(String)} />
    ) : (
      <code className={styles.json} title={json(value, 2_000)}>
        {value.length === 1 ? '1 item' : `${count(value.length)} items`}
      </code>
    );
  }
  if (typeof value === 'object' && value !== null) {
    return (
      <code
        className={lines > 1 ? `${styles.json} ${styles.lines}` : styles.json}
        title={json(value, 2_000, 2)}
        {...(lines > 1 ? { style: { WebkitLineClamp: lines } } : {})}
      >
        {json(value, LONGEST)}
      </code>
    );
  }
  return <Words value={value} lines={lines} />;
}

function json(value: unknown, longest: number, indent?: number): string {
  return JSON.stringify(value, undefined, indent).slice(0, longest);
}

function idsIn(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => {
    const id = typeof entry === 'object' && entry !== null ? (entry as { user_id?: unknown }).user_id : entry;
    return typeof id === 'number' ? [id] : [];
  });
}

function namesIn(value: unknown): string[] {
  const entries = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/,\s*/) : [];
  return entries.map(String).filter((name) => name !== '');
}

function fileName(url: string): string {
  if (url.startsWith('data:')) return 'data';
  const name = url.split(/[?#]/, 1)[0]?.split('/').at(-1) || objectName(url);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The last part of the address of an object that a link of ours leads to. */
function objectName(url: string): string {
  const encoded = new URLSearchParams(url.slice(url.indexOf('?'))).get('fileuri') ?? '';
  try {
    const bytes = Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    return new TextDecoder().decode(bytes).split('/').at(-1) || url;
  } catch {
    return url;
  }
}

/** Addresses that a picture, a sound or a video may have (SEC-178). */
function isShowable(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|data:(image\/(png|jpeg|gif|webp|bmp)|audio\/[\w.+-]+);)/i.test(url);
}
