/** Workspaces: what they are, and what is asked about them. */
import { api, type User } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

export interface Workspace {
  id: number;
  title: string;
  description: string;
  color: string;
  is_personal: boolean;
  is_archived: boolean;
  created_by: number | null;
  created_at: string;
  projects_count: number;
  permissions: string[];
}

/** A user as the lists of workspaces and projects have it. */
export type ListedUser = User & {
  organization_membership: { role: string; active: boolean } | null;
};

export const workspacesQuery = (archived = false) =>
  queryOptions({
    queryKey: ['workspaces', { archived }],
    queryFn: () =>
      // The server lists both kinds when it is not told which.
      api.get<Workspace[]>('/api/workspaces/', { ordering: 'title', is_archived: archived }),
  });

/** Shared workspaces that the person may change, for a picker. */
export async function loadWorkspaces(search: string) {
  const all = await api.get<Workspace[]>('/api/workspaces/', {
    ordering: 'title',
    is_personal: false,
    is_archived: false,
  });
  const fitting = all.filter(
    ({ title, permissions }) =>
      permissions.includes('WorkspaceChange') && title.toLowerCase().includes(search.toLowerCase()),
  );
  return { count: fitting.length, choices: fitting.slice(0, 50).map(({ id, title }) => ({ id, label: title })) };
}
