/** Invitations that wait for one address each. */
import { api, type Role } from '@labelkeep/api';
import {
  Button,
  Chip,
  EmptyState,
  Mail,
  Pager,
  Panel,
  RelativeTime,
  SearchField,
  Spinner,
  Table,
  type TableColumn,
  toast,
  UserPlus,
} from '@labelkeep/kit';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { type Named, nameOf, type Paged, ROLES } from '../../../shared/people';
import { defaultRoleQuery } from '../../../shared/roles';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import { InviteDialog } from './InviteDialog';

export interface Invitation {
  id: number;
  email: string;
  role: Role;
  projects: { id: number; title: string }[];
  workspaces: { id: number; title: string }[];
  created_by: Named | null;
  created_at: string;
  expires_at: string;
  expired: boolean;
  sent: boolean;
  invite_url: string | null;
}

const PAGE = 50;

export function PersonalInvitations({ organization, me }: SectionProps) {
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const [inviting, setInviting] = useState(false);
  const waiting = useQuery({
    queryKey: ['invitations', search, page],
    queryFn: () =>
      api.get<Paged<Invitation>>('/api/invitations/', { page, page_size: PAGE, search: search || undefined }),
    placeholderData: keepPreviousData,
  });
  const newcomers = useQuery(defaultRoleQuery(organization));
  const revoke = useMutation({
    mutationFn: ({ email }: Invitation) => api.post('/api/invite/revoke', { email }),
    onSuccess: (_, { email }) => toast.success(`The invitation of ${email} no longer works`),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const columns: TableColumn<Invitation>[] = [
    { id: 'email', header: 'E-mail', isCut: true, render: ({ email }) => <bdi title={email}>{email}</bdi> },
    {
      id: 'role',
      header: 'Role',
      width: 120,
      // An invitation of the time before roles gives what newcomers get.
      render: ({ role }) => ROLES[role === 'ME' ? (newcomers.data?.default_role ?? 'ME') : role].name,
    },
    {
      id: 'places',
      header: 'Projects and workspaces',
      isCut: true,
      render: ({ projects, workspaces }) => {
        const titles = [...projects, ...workspaces].map(({ title }) => title || 'Untitled').join(', ');
        return titles ? <bdi title={titles}>{titles}</bdi> : <span className={styles.muted}>–</span>;
      },
    },
    { id: 'by', header: 'By', isCut: true, render: ({ created_by: by }) => (by ? <bdi>{nameOf(by)}</bdi> : '–') },
    {
      id: 'end',
      header: 'Ends',
      width: 130,
      render: ({ expired, expires_at: end }) =>
        expired ? <Chip color="var(--color-warning)">Ended</Chip> : <RelativeTime value={end} />,
    },
    {
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      align: 'end',
      width: 90,
      render: (invitation) => (
        <Button
          size="small"
          variant="quiet"
          label={`Revoke the invitation of ${invitation.email}`}
          isPending={revoke.isPending && revoke.variables.id === invitation.id}
          onPress={() => revoke.mutate(invitation)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  const none = waiting.data?.count === 0;
  const invite = (
    <Button variant="primary" icon={<UserPlus size={16} />} onPress={() => setInviting(true)}>
      Invite people
    </Button>
  );
  return (
    <Panel title="Personal invitations" actions={none && !search ? undefined : invite}>
      {waiting.isPending && <Spinner label="Loading invitations" />}
      {waiting.isError && (
        <EmptyState
          title="The invitations cannot be shown"
          actions={<Button onPress={() => void waiting.refetch()}>Try again</Button>}
        >
          {messageOf(waiting.error)}
        </EmptyState>
      )}
      {none && !search && (
        <EmptyState icon={<Mail size={32} />} title="Nobody is invited at present" actions={invite}>
          An invitation is for one address, gives a role and projects, and lives for a week.
        </EmptyState>
      )}
      {waiting.data && !(none && !search) && (
        <>
          <div className={styles.bar}>
            <div className={styles.search}>
              <SearchField
                label="Find an invitation"
                placeholder="Part of the address"
                value={search}
                onChange={(text) => {
                  setSearch(text);
                  setPage(1);
                }}
              />
            </div>
          </div>
          {none ? (
            <p className={styles.muted}>No invitation fits “{search}”.</p>
          ) : (
            <Table
              label="Invitations"
              columns={columns}
              rows={waiting.data.results}
              rowKey={({ id }) => id}
              isStale={waiting.isPlaceholderData}
            />
          )}
          <Pager page={page} pageSize={PAGE} count={waiting.data.count} onPage={setPage} />
        </>
      )}
      {inviting && <InviteDialog organization={organization} me={me} onClose={() => setInviting(false)} />}
    </Panel>
  );
}
