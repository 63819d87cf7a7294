/** Who works in the project, and how its tasks are handed out. */
import { api, type Project, type Role, type User } from '@labelkeep/api';
import {
  Button,
  Chip,
  Dialog,
  Download,
  EmptyState,
  Pager,
  Panel,
  RadioGroup,
  RelativeTime,
  SearchField,
  Select,
  Spinner,
  Table,
  type TableColumn,
  toast,
  UserPlus,
  Users,
} from '@labelkeep/kit';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AssignDialog } from '../../../features/assign/AssignDialog';
import { PublishHint } from '../../../features/publish/PublishHint';
import { messageOf } from '../../../shared/errors';
import { mayIn, useMe } from '../../../shared/me';
import { counted } from '../../../shared/numbers';
import { type Choice, loadMembers, Picker } from '../../../shared/Picker';
import { nameOf, type Paged, PersonCell, ROLES } from '../../../shared/people';
import { useAreRolesOn } from '../../../shared/roles';
import { useChange } from '../index';
import styles from './members.module.css';

interface ProjectMember extends User {
  organization_membership: { role: Role; active: boolean } | null;
  /** Belongs to it through its workspace or their role. */
  implicit_member: boolean;
  project_role: 'AN' | 'RE' | null;
}

interface ProjectRole {
  id: number;
  user: number;
  role: 'AN' | 'RE';
}

const PAGE = 50;

/** Roles that belong to every project. */
const SEE_ALL: readonly string[] = ['OW', 'AD'];

export function Members({ project }: { project: Project }) {
  const [assigning, setAssigning] = useState(false);
  const [adding, setAdding] = useState(false);
  return (
    <div className={styles.page}>
      <PublishHint project={project} />
      {mayIn(project, 'ProjectChange') && <Assignment project={project} onAssign={() => setAssigning(true)} />}
      <MemberList project={project} onAdd={() => setAdding(true)} />
      {adding && <AddPeople project={project} onClose={() => setAdding(false)} />}
      {assigning && <AssignDialog project={project} onClose={() => setAssigning(false)} />}
    </div>
  );
}

function Assignment({ project, onAssign }: { project: Project; onAssign: () => void }) {
  const change = useChange(project);
  return (
    <Panel
      title="Handing out tasks"
      actions={
        mayIn(project, 'AssignAnnotators') && project.task_number > 0 ? (
          <Button size="small" onPress={onAssign}>
            Assign all tasks
          </Button>
        ) : undefined
      }
    >
      <RadioGroup
        label="Annotators get"
        value={project.assignment ?? 'automatic'}
        onChange={(assignment) =>
          change.mutate(
            { assignment },
            {
              onSuccess: () => toast.success('Saved'),
              onError: (error) => toast.error(messageOf(error)),
            },
          )
        }
        options={[
          { value: 'automatic', label: 'Any open task', description: 'In the order of the annotation settings.' },
          {
            value: 'manual',
            label: 'Only assigned tasks',
            description: 'They see and get what was assigned to them. Select tasks in the table to assign them.',
          },
        ]}
      />
    </Panel>
  );
}

function useReload(project: Project) {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ['project-members', 'project-roles'].map((key) => queries.invalidateQueries({ queryKey: [key, project.id] })),
    );
}

function AddPeople({ project, onClose }: { project: Project; onClose: () => void }) {
  const me = useMe();
  const organization = me.data?.active_organization ?? 0;
  const [chosen, setChosen] = useState<Choice[]>([]);
  const reload = useReload(project);
  const add = useMutation({
    mutationFn: () =>
      api.post<{ assignments: number }>(`/api/projects/${project.id}/members/bulk/`, {
        all: false,
        included: chosen.map(({ id }) => id),
        excluded: [],
      }),
    onSuccess: ({ assignments }) => {
      toast.success(`${counted(assignments, 'person', 'people')} added`);
      onClose();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: reload,
  });
  return (
    <Dialog
      title="Add people"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant="primary"
            isDisabled={chosen.length === 0}
            isPending={add.isPending}
            onPress={() => add.mutate()}
          >
            {chosen.length === 0 ? 'Add to the project' : `Add ${counted(chosen.length, 'person', 'people')}`}
          </Button>
        </>
      }
    >
      <Picker
        label="People of the organization"
        placeholder="Find a person"
        queryKey={['members', organization]}
        load={loadMembers(organization)}
        chosen={chosen}
        onChange={setChosen}
      />
    </Dialog>
  );
}

function MemberList({ project, onAdd }: { project: Project; onAdd: () => void }) {
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const [sort, setSort] = useState('email');
  const reload = useReload(project);
  const canChange = mayIn(project, 'ProjectMembers');
  const areRolesOn = useAreRolesOn();
  const members = useQuery({
    queryKey: ['project-members', project.id, search, page, sort],
    queryFn: () =>
      api.get<Paged<ProjectMember>>(`/api/projects/${project.id}/members/paginated/`, {
        page,
        page_size: PAGE,
        ordering: sort,
        search: search || undefined,
      }),
    placeholderData: keepPreviousData,
  });
  const roles = useQuery({
    queryKey: ['project-roles', project.id],
    queryFn: () => api.get<ProjectRole[]>(`/api/projects/${project.id}/roles`),
    enabled: canChange,
  });
  const remove = useMutation({
    mutationFn: (user: ProjectMember) => api.delete(`/api/projects/${project.id}/members/`, { user: user.id }),
    onSuccess: (_, user) => toast.success(`${nameOf(user)} no longer belongs to the project`),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: reload,
  });
  const setRole = useMutation({
    mutationFn: async ({ user, role }: { user: ProjectMember; role: string }) => {
      const present = roles.data?.find((entry) => entry.user === user.id);
      if (role !== 'own') await api.post('/api/projects/roles/', { project: project.id, user: user.id, role });
      else if (present) await api.delete(`/api/projects/roles/${present.id}/`);
    },
    onSuccess: () => toast.success('Saved'),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: reload,
  });
  const columns: TableColumn<ProjectMember>[] = [
    {
      id: 'name',
      header: 'Name',
      isCut: true,
      render: (user) => (
        <PersonCell person={user}>
          {user.organization_membership?.active === false && <Chip>Deactivated</Chip>}
        </PersonCell>
      ),
    },
    {
      id: 'email',
      header: 'E-mail',
      sort: 'email',
      isCut: true,
      render: ({ email }) => <bdi title={email}>{email}</bdi>,
    },
    {
      id: 'role',
      header: 'Role here',
      width: 220,
      render: (user) => {
        const general = user.organization_membership?.role;
        // A role of the project's own is for annotators and reviewers; the others are the same everywhere.
        if (!canChange || (general !== 'AN' && general !== 'RE')) {
          return general ? ROLES[user.project_role ?? general].name : '–';
        }
        return (
          <div className={styles.role}>
            <Select
              label={`Role of ${nameOf(user)} here`}
              isLabelHidden
              value={user.project_role ?? 'own'}
              isDisabled={setRole.isPending && setRole.variables.user.id === user.id}
              onChange={(role) => role !== (user.project_role ?? 'own') && setRole.mutate({ user, role })}
              options={[
                { id: 'own', label: `${ROLES[general].name}, as everywhere` },
                { id: 'AN', label: ROLES.AN.name, description: ROLES.AN.meaning },
                { id: 'RE', label: ROLES.RE.name, description: ROLES.RE.meaning },
              ]}
            />
          </div>
        );
      },
    },
    {
      id: 'activity',
      header: 'Last activity',
      sort: 'last_activity',
      width: 130,
      render: ({ last_activity: at }) => (at ? <RelativeTime value={at} /> : 'Never'),
    },
    {
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      align: 'end',
      width: 160,
      render: (user) =>
        // Owners and administrators belong to every project: to remove them would change nothing.
        SEE_ALL.includes(user.organization_membership?.role ?? '') ? (
          <Chip>By role</Chip>
        ) : user.implicit_member ? (
          <Chip>By workspace</Chip>
        ) : canChange ? (
          <Button
            size="small"
            variant="quiet"
            label={`Remove ${nameOf(user)} from the project`}
            isPending={remove.isPending && remove.variables.id === user.id}
            onPress={() => remove.mutate(user)}
          >
            Remove
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel
      title="Members"
      actions={
        canChange ? (
          <div className={styles.actions}>
            <Button
              size="small"
              icon={<Download size={14} />}
              onPress={() => window.location.assign(`/api/projects/${project.id}/members/export/`)}
            >
              Export as CSV
            </Button>
            <Button size="small" variant="primary" icon={<UserPlus size={14} />} onPress={onAdd}>
              Add people
            </Button>
          </div>
        ) : undefined
      }
    >
      {areRolesOn === false && (
        <p className={styles.note}>
          Roles are off: everybody in the organization sees and changes this project. Its members are those who can be
          assigned tasks, and who keep it when roles are turned on.
        </p>
      )}
      <div className={styles.search}>
        <SearchField
          label="Find a member"
          placeholder="Name or address"
          value={search}
          onChange={(text) => {
            setSearch(text);
            setPage(1);
          }}
        />
      </div>
      {members.isPending && <Spinner label="Loading members" />}
      {members.isError && (
        <EmptyState
          title="The members cannot be shown"
          actions={<Button onPress={() => void members.refetch()}>Try again</Button>}
        >
          {messageOf(members.error)}
        </EmptyState>
      )}
      {members.data?.count === 0 && (
        <EmptyState icon={<Users size={32} />} title={search ? `Nobody fits “${search}”` : 'Nobody belongs to it yet'}>
          {search
            ? 'Look for another part of the name or address.'
            : 'With roles on, annotators and reviewers see only the projects they belong to.'}
        </EmptyState>
      )}
      {(members.data?.count ?? 0) > 0 && (
        <Table
          label="Members of the project"
          columns={columns}
          rows={members.data?.results ?? []}
          rowKey={({ id }) => id}
          sort={sort}
          onSort={(next) => {
            setSort(next);
            setPage(1);
          }}
          isStale={members.isPlaceholderData}
        />
      )}
      <Pager page={page} pageSize={PAGE} count={members.data?.count ?? 0} onPage={setPage} />
    </Panel>
  );
}
