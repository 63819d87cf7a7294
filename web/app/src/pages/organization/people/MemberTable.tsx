/** A page of members. The role is changed in place; everything else is in the drawer of a person. */
import type { Query, Role, User } from '@labelkeep/api';
import {
  Button,
  Chip,
  ConfirmDialog,
  EmptyState,
  Pager,
  RelativeTime,
  Select,
  Spinner,
  Table,
  type TableColumn,
} from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { may } from '../../../shared/me';
import { AppLink } from '../../../shared/navigation';
import { aRole, givable, type Member, nameOf, PersonCell, ROLES, reaches, roleOptions } from '../../../shared/people';
import { useAreRolesOn } from '../../../shared/roles';
import styles from '../organization.module.css';
import { membersQuery, PAGE, useSetActive, useSetRole } from './queries';

export function MemberTable({
  organization,
  me,
  label,
  filter,
  empty,
  onOpen,
}: {
  organization: number;
  me: User;
  label: string;
  filter: Query;
  empty?: ReactNode;
  onOpen: (member: Member) => void;
}) {
  // Another filter begins at its first page; what is shown stays until its answer is there.
  const filterKey = JSON.stringify(filter);
  const [turned, setTurned] = useState({ filterKey, page: 1 });
  const page = turned.filterKey === filterKey ? turned.page : 1;
  const setPage = (next: number) => setTurned({ filterKey, page: next });
  // A change of a role that is the organization's first.
  const [first, setFirst] = useState<{ member: Member; role: Role }>();
  const [sort, setSort] = useState('name');
  const members = useQuery(membersQuery(organization, { ...filter, ordering: sort, page }));
  const setRole = useSetRole(organization);
  const setActive = useSetActive(organization);
  const manages = may(me, 'MemberManage');
  const areRolesOn = useAreRolesOn() ?? false;

  if (members.isError) {
    return (
      <EmptyState
        title="The people cannot be shown"
        actions={<Button onPress={() => void members.refetch()}>Try again</Button>}
      >
        {messageOf(members.error)}
      </EmptyState>
    );
  }
  if (!members.data) return <Spinner label="Loading people" />;
  if (members.data.count === 0) return empty;

  const columns: TableColumn<Member>[] = [
    {
      id: 'name',
      header: 'Name',
      sort: 'name',
      isCut: true,
      render: ({ user }) => <PersonCell person={user}>{user.id === me.id && <Chip>You</Chip>}</PersonCell>,
    },
    {
      id: 'email',
      header: 'E-mail',
      sort: 'email',
      isCut: true,
      render: ({ user }) => <bdi title={user.email}>{user.email}</bdi>,
    },
    {
      id: 'role',
      header: 'Role',
      sort: 'role',
      width: 176,
      render: (member) =>
        manages && member.active && member.user.id !== me.id && reaches(me.role, member.role) ? (
          <div className={styles.role}>
            <Select
              label={`Role of ${nameOf(member.user)}`}
              isLabelHidden
              value={member.role}
              isDisabled={setRole.isPending && setRole.variables.member.id === member.id}
              onChange={(role) => {
                if (role === member.role) return;
                if (areRolesOn) setRole.mutate({ member, role: role as Role });
                else setFirst({ member, role: role as Role });
              }}
              options={roleOptions(choices(me.role, member.role, areRolesOn))}
            />
          </div>
        ) : (
          ROLES[member.role]?.name
        ),
    },
    {
      id: 'activity',
      header: 'Last activity',
      sort: 'last_activity',
      width: 140,
      render: ({ user }) =>
        user.last_activity ? <RelativeTime value={user.last_activity} /> : <span className={styles.muted}>Never</span>,
    },
    {
      id: 'joined',
      header: 'Joined',
      sort: 'date_joined',
      width: 120,
      render: ({ user }) => <RelativeTime value={user.date_joined} />,
    },
  ];
  if (manages) {
    columns.push({
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      align: 'end',
      width: 176,
      render: (member) => (
        <>
          {!member.active && (
            <Button
              size="small"
              variant="quiet"
              isPending={setActive.isPending && setActive.variables.member.id === member.id}
              onPress={() => setActive.mutate({ member, active: true })}
            >
              Activate
            </Button>
          )}
          <Button size="small" onPress={() => onOpen(member)}>
            Manage
          </Button>
        </>
      ),
    });
  }
  return (
    <>
      <Table
        label={label}
        columns={columns}
        rows={members.data.results}
        rowKey={(member) => member.user.id}
        sort={sort}
        onSort={(next) => {
          setSort(next);
          setPage(1);
        }}
        isStale={members.isPlaceholderData}
      />
      <Pager page={page} pageSize={PAGE} count={members.data.count} onPage={setPage} />
      <ConfirmDialog
        title="Begin with roles?"
        isOpen={first !== undefined}
        onClose={() => setFirst(undefined)}
        onConfirm={() => first && setRole.mutate(first, { onSettled: () => setFirst(undefined) })}
        isPending={setRole.isPending}
        confirmLabel={first ? `Make ${nameOf(first.member.user)} ${aRole(first.role)}` : ''}
      >
        <p>
          Roles are off so far. With this first one, people who join later become annotators; those who are here stay
          members, and go on seeing and changing every project.
        </p>
        {may(me, 'RolesManage') && (
          <p>
            <AppLink href="/organization/roles">Turn roles on for everybody</AppLink> gives each person a role in one
            step.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}

/** The roles that can be chosen for somebody: those that the person may give, with the present one. */
function choices(own: Role | undefined, present: Role, areRolesOn: boolean): Role[] {
  // Owners are made in the drawer, where it is asked; member is what everybody is while roles are off.
  const roles = givable(own, areRolesOn ? ['AD', 'MA', 'RE', 'AN'] : undefined);
  return roles.includes(present) ? roles : [present, ...roles];
}
