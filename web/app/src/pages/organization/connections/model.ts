/** Connections as they travel: keys that storages of several projects use, and that nobody there sees. */
import { api } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';
import type { FormField } from '../../settings/storages/model';

export interface Connection {
  id: number;
  type: string;
  title: string;
  /** Only the projects of this workspace use it. */
  workspace: number | null;
  /** Buckets, or `bucket/prefix`; none: whatever the keys open. */
  places: string[];
  /** How many storages use it. */
  storages: number;
  updated_at: string;
  /** Fields of the provider that are no secrets. */
  [field: string]: unknown;
}

export interface ConnectionType {
  name: string;
  title: string;
  fields: FormField[];
}

export const CONNECTIONS = '/api/storage-connections/';

export const connectionsQuery = () =>
  queryOptions({ queryKey: ['connections'], queryFn: () => api.get<Connection[]>(CONNECTIONS) });

export const connectionTypesQuery = () =>
  queryOptions({
    queryKey: ['connection-types'],
    queryFn: () => api.get<ConnectionType[]>(`${CONNECTIONS}types`),
    staleTime: 600_000,
  });

/** One place in each line. */
export const placesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
