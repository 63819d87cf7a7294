/** What is asked about members, and what is done to them. */
import { api, type Query, type Role } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../../shared/errors';
import { aRole, type Member, nameOf, type Paged } from '../../../shared/people';

/** Rows of a page of the table. */
export const PAGE = 50;

export const membersQuery = (organization: number, query: Query) =>
  queryOptions({
    queryKey: ['members', organization, query],
    queryFn: () =>
      api.get<Paged<Member>>(`/api/organizations/${organization}/memberships`, { page_size: PAGE, ...query }),
    placeholderData: keepPreviousData,
  });

/** Sends a change of somebody, says what happened, and shows it everywhere. */
function useAct<Input>(send: (input: Input) => Promise<unknown>, said: (input: Input) => string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (_, input) => toast.success(said(input)),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['members'] }),
        queries.invalidateQueries({ queryKey: ['default-role'] }),
        queries.invalidateQueries({ queryKey: ['roles-preview'] }),
      ]);
    },
  });
}

const path = (organization: number, rest = '') => `/api/organizations/${organization}/memberships${rest}`;

export function useSetRole(organization: number) {
  return useAct(
    ({ member, role }: { member: Member; role: Role }) =>
      api.patch(path(organization), { user_id: member.user.id, role }),
    ({ member, role }) => `${nameOf(member.user)} is ${aRole(role)} now`,
  );
}

export function useSetActive(organization: number) {
  return useAct(
    ({ member, active }: { member: Member; active: boolean }) =>
      api.patch(path(organization), { user_id: member.user.id, active }),
    ({ member, active }) => `${nameOf(member.user)} ${active ? 'may sign in again' : 'can no longer sign in'}`,
  );
}

export function useErase(organization: number) {
  return useAct(
    (member: Member) => api.post(path(organization, `/${member.user.id}/erase/`)),
    (member) => `${nameOf(member.user)} is erased`,
  );
}

export function useRemove(organization: number) {
  return useAct(
    (member: Member) => api.delete(path(organization, `/${member.user.id}/`)),
    (member) => `${nameOf(member.user)} is no longer a member`,
  );
}

export function useHandOver(organization: number) {
  const queries = useQueryClient();
  return useAct(
    async (member: Member) => {
      await api.post(`/api/organizations/${organization}/transfer-ownership/`, { user_id: member.user.id });
      await queries.invalidateQueries({ queryKey: ['me'] });
    },
    (member) => `${nameOf(member.user)} is the owner now, and you are an administrator`,
  );
}
