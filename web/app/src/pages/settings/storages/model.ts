/** Storages of a project as they travel: where tasks come from (sources), and where annotations go (targets). */

export type Side = 'source' | 'target';

export type Status = 'initialized' | 'queued' | 'in_progress' | 'failed' | 'completed' | 'completed_with_errors';

export interface Storage {
  id: number;
  type: string;
  title: string | null;
  description: string | null;
  status: Status;
  last_sync: string | null;
  last_sync_count: number | null;
  last_sync_job: string | null;
  traceback: string | null;
  meta: { tasks_existed?: number; tasks_failed_validation?: number; objects_changed?: number };
  synchronizable: boolean;
  /** Whether the store says which objects are new. */
  events?: boolean;
  /** The connection of the organization whose keys it uses. */
  connection: number | null;
  project: number;
  /** Fields of the provider. */
  [field: string]: unknown;
}

export interface StorageType {
  name: string;
  title: string;
}

export interface FormField {
  type: 'text' | 'password' | 'textarea' | 'toggle' | 'counter';
  name: string;
  label: string;
  required?: boolean;
  placeholder?: string;
  description?: string;
  /** Never given back: what is not typed stays as it is. */
  secret?: boolean;
  /** A switch without which it is not asked for. */
  when?: string | null;
  /** A switch that makes it superfluous. */
  unless?: string | null;
  min?: number | null;
  max?: number | null;
  value?: number | boolean | null;
  /** Where the storage uses a connection, that one says it. */
  ofConnection?: boolean;
}

/** A connection of the organization that a project may use. */
export interface ConnectionChoice {
  id: number;
  type: string;
  title: string;
  places: string[];
}

export interface FormRow {
  columnCount: number;
  fields: FormField[];
}

export interface Notes {
  waiting: number;
  failed: number;
  annotations: { annotation: number; error: string }[];
  objects: { key: string; has_changed: boolean; problem: string | null }[];
}

export interface FileEntry {
  /** None: there are more than are shown. */
  key: string | null;
  last_modified: string | null;
  size: number | null;
}

export type Values = Record<string, string | number | boolean | null>;

/** Where the storages of a side are asked for. */
export const base = (side: Side) => (side === 'source' ? '/api/storages' : '/api/storages/export');

export const pathOf = (side: Side, storage: Storage) => `${base(side)}/${storage.type}/${storage.id}`;

export const listPath = (side: Side) => (side === 'source' ? '/api/storages/' : '/api/storages/export');

export const createPath = (side: Side, type: string) =>
  side === 'source' ? `/api/storages/${type}/` : `/api/storages/export/${type}`;

export const isUnderWay = (storage: Storage) => storage.status === 'queued' || storage.status === 'in_progress';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** How addresses begin, where that is not the name of the kind. */
const SCHEMES: Record<string, string> = { gcs: 'gs', s3s: 's3', azure: 'azure-blob', azure_spi: 'azure-blob' };

/** Where it is, in one line. */
export function placeOf(storage: Storage): string {
  if (storage.type === 'localfiles') return text(storage.path);
  if (storage.type === 'redis') {
    const path = text(storage.path);
    return `redis://${text(storage.host)}:${text(storage.port) || '6379'}/${Number(storage.db)}${path ? ` ${path}` : ''}`;
  }
  const prefix = text(storage.prefix).replace(/\/+$/, '');
  const bucket = text(storage.bucket) || text(storage.container);
  return `${SCHEMES[storage.type] ?? storage.type}://${bucket}${prefix ? `/${prefix}` : ''}`;
}

export const nameOf = (storage: Storage) => storage.title?.trim() || placeOf(storage);

/** What a form begins with: what the storage has, or what is usual. */
export function valuesOf(rows: readonly FormRow[], storage?: Storage): Values {
  const values: Values = {};
  for (const field of rows.flatMap((row) => row.fields)) {
    const known = storage?.[field.name] ?? field.value;
    if (field.type === 'toggle') values[field.name] = known === true;
    else if (field.type === 'counter') values[field.name] = typeof known === 'number' ? known : (field.min ?? 1);
    else values[field.name] = text(known);
  }
  return values;
}

/** Whether a field is asked for, as the switches are. */
export const isAsked = ({ when, unless }: FormField, values: Values): boolean =>
  (!when || values[when] === true) && !(unless && values[unless] === true);

/** What is sent: a secret that was not typed stays as it is. */
export function bodyOf(
  rows: readonly FormRow[],
  values: Values,
  project: number,
  storage?: Storage,
  fixed: Values = {},
): Values {
  const body: Values = { project, ...fixed };
  if (storage) body.id = storage.id;
  for (const field of rows.flatMap((row) => row.fields)) {
    const value = values[field.name];
    if (value === undefined || (field.secret && value === '')) continue;
    body[field.name] = value;
  }
  return body;
}

/** The form without what a connection says. */
export function withConnection(rows: readonly FormRow[]): FormRow[] {
  return rows
    .map((row) => ({ ...row, fields: row.fields.filter(({ ofConnection }) => !ofConnection) }))
    .filter(({ fields }) => fields.length > 0);
}

/** The form without the choices that need the server; nothing when the store has no links of its own. */
export function withoutServer(rows: readonly FormRow[]): FormRow[] | undefined {
  const names = rows.flatMap((row) => row.fields.map(({ name }) => name));
  if (!names.includes('presign')) return;
  return rows
    .map((row) => ({ ...row, fields: row.fields.filter(({ name }) => name !== 'presign' && name !== 'use_blob_urls') }))
    .filter(({ fields }) => fields.length > 0);
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.2 MB` */
export function sizeOf(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
