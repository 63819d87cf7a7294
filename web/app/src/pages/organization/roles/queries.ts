/** What is asked before roles are turned on, and what is shown anew afterwards. */
import { api, type Role } from '@labelkeep/api';
import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import type { Named } from '../../../shared/people';

export interface Proposal {
  user: Named & { id: number };
  role: Role;
  proposed_role: Role;
  projects_count: number;
  /** At most 50. */
  projects: { id: number; title: string; created: boolean; worked: boolean }[];
}

export interface Preview {
  roles_on: boolean;
  default_role: Role;
  count: number;
  next: string | null;
  roles: { role: Role; name: string; actions: string[] }[];
  results: Proposal[];
}

const path = (organization: number) => `/api/organizations/${organization}/roles-preview/`;

export const firstPreviewQuery = (organization: number) =>
  queryOptions({
    queryKey: ['roles-preview', organization],
    queryFn: () => api.get<Preview>(path(organization), { page_size: 1 }),
  });

/** All people, a thousand at a time. */
export const previewQuery = (organization: number) =>
  infiniteQueryOptions({
    queryKey: ['roles-preview', organization, 'all'],
    queryFn: ({ pageParam }) => api.get<Preview>(path(organization), { page_size: 1000, page: pageParam }),
    initialPageParam: 1,
    getNextPageParam: (last, _, page) => (last.next ? page + 1 : undefined),
  });

/** After everybody's role has changed there is nothing that may be shown as it was. */
export function useRolesChanged() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries();
}
