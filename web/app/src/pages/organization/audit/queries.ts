/** The audit log, as the server tells it. */
import { api } from '@labelkeep/api';
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';

export interface Entry {
  id: number;
  sequence: number | null;
  hash: string | null;
  at: string;
  actor: { id: number; email: string | null; first_name: string; last_name: string } | null;
  token: number | { id: number } | null;
  address: string | null;
  agent: string | null;
  method: string | null;
  route: string | null;
  status: number | null;
  action: string;
  object: string;
  project: { id: number; title: string | null } | null;
  result: 'ok' | 'denied' | 'failed';
  detail: Record<string, unknown> | null;
}

export interface Chain {
  entries: number;
  first_sequence: number | null;
  last_sequence: number | null;
  last_hash: string | null;
  pending: number;
  checkpoint: { sequence: number; at: string; hash: string; key: string; pruned: boolean } | null;
  public_keys: { id: string; public_key: string }[];
  retention_days: number;
}

interface Page {
  results: Entry[];
  next_cursor: string | null;
  examined_until: string | null;
  chain: Chain;
}

export interface Filter {
  actor?: number;
  action?: string;
  object?: string;
  result?: string;
  since?: string;
  until?: string;
  search?: string;
}

/** The filter as query parameters: what is empty is left out. */
export function parametersOf(filter: Filter): Record<string, string | number | undefined> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''));
}

export const auditQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      api.get<Page>('/api/audit/', { ...parametersOf(filter), page_size: 50, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
