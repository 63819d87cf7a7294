/** Whether the organization works with roles. Without them everybody is a member, and may do everything. */
import { api, type Role } from '@labelkeep/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { may, useMe } from './me';

export const defaultRoleQuery = (organization: number) =>
  queryOptions({
    queryKey: ['default-role', organization],
    queryFn: () => api.get<{ default_role: Role }>(`/api/organizations/${organization}/set-default-role`),
  });

/** Undefined before it is known. Only owners have to ask: the role of everybody else tells. */
export function useAreRolesOn(): boolean | undefined {
  const me = useMe();
  const isOwner = me.data?.role === 'OW';
  const present = useQuery({
    ...defaultRoleQuery(me.data?.active_organization ?? 0),
    enabled: isOwner && may(me.data, 'MemberView'),
  });
  if (!isOwner) return me.data && me.data.role !== 'ME';
  return present.data && present.data.default_role !== 'ME';
}
