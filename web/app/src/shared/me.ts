/** Who is signed in, and what they may do: pages show what is allowed and hide the rest. The server decides again. */
import { api, type Project, type User } from '@labelkeep/api';
import { queryOptions, useQuery } from '@tanstack/react-query';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => api.get<User>('/api/current-user/whoami'),
});

export function useMe() {
  return useQuery(meQuery);
}

/** Whether the person may do the action in the organization. Before anything is known: no. */
export function may(me: User | undefined, action: string): boolean {
  return me !== undefined && (me.role_permissions?.includes(action) ?? true);
}

/** Whether the person may do the action in the project. A server that says nothing about it decides by itself. */
export function mayIn(project: Project | undefined, action: string): boolean {
  return project?.permissions?.includes(action) ?? true;
}
