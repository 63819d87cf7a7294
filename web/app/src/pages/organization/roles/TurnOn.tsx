/**
 * The one guided step from "everybody may do everything" to roles: what changes, who becomes what, what comes of it.
 * Where single roles were given before it was taken, it is for those who are members still; nothing when nobody is.
 */
import { api, type Role } from '@labelkeep/api';
import {
  Button,
  ConfirmDialog,
  EmptyState,
  Pager,
  Panel,
  SearchField,
  Select,
  ShieldCheck,
  Spinner,
  Table,
  type TableColumn,
  toast,
} from '@labelkeep/kit';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { count, counted } from '../../../shared/numbers';
import { nameOf, PersonCell, ROLES, roleOptions } from '../../../shared/people';
import styles from '../organization.module.css';
import { type Proposal, previewQuery, useRolesChanged } from './queries';

const GIVEN: readonly Role[] = ['AD', 'MA', 'RE', 'AN', 'DI'];
const PAGE = 50;

/** Roles that see every project, make their own, or see nothing. */
const SEE_OTHERWISE: readonly Role[] = ['OW', 'AD', 'MA', 'DI'];

interface Result {
  members: number;
  project_members: number;
  projects_published: number;
}

export function TurnOn({ organization, areOn }: { organization: number; areOn: boolean }) {
  const preview = useInfiniteQuery(previewQuery(organization));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = preview;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const [own, setOwn] = useState<ReadonlyMap<number, Role>>(new Map());
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const [asking, setAsking] = useState(false);
  const changed = useRolesChanged();
  const people = useMemo(
    () => (preview.data?.pages.flatMap(({ results }) => results) ?? []).filter(({ role }) => !areOn || role === 'ME'),
    [preview.data, areOn],
  );
  const roleOf = (proposal: Proposal) => own.get(proposal.user.id) ?? proposal.proposed_role;
  const turnOn = useMutation({
    mutationFn: () =>
      api.post<Result>(`/api/organizations/${organization}/roles/`, {
        on: true,
        roles: [...own].map(([user, role]) => ({ user, role })),
      }),
    onSuccess: async (result) => {
      toast.success(
        `Roles are on for ${counted(result.members, 'person', 'people')}; ${counted(result.project_members, 'membership')} of projects made`,
      );
      await changed();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(false),
  });
  if (preview.isError) {
    return (
      <EmptyState
        title="The proposal cannot be shown"
        actions={<Button onPress={() => void preview.refetch()}>Try again</Button>}
      >
        {messageOf(preview.error)}
      </EmptyState>
    );
  }
  if (areOn && people.length === 0) return null;
  if (!preview.data) return <Spinner label="Working out a proposal" />;

  const fitting = people.filter(({ user }) =>
    `${nameOf(user)} ${user.email}`.toLowerCase().includes(search.toLowerCase()),
  );
  const columns: TableColumn<Proposal>[] = [
    { id: 'name', header: 'Name', isCut: true, render: ({ user }) => <PersonCell person={user} /> },
    { id: 'email', header: 'E-mail', isCut: true, render: ({ user }) => <bdi title={user.email}>{user.email}</bdi> },
    {
      id: 'role',
      header: 'Role',
      width: 176,
      render: (proposal) =>
        proposal.proposed_role === 'OW' ? (
          ROLES.OW.name
        ) : (
          <div className={styles.role}>
            <Select
              label={`Role of ${nameOf(proposal.user)}`}
              isLabelHidden
              value={roleOf(proposal)}
              onChange={(role) => {
                const next = new Map(own);
                if (role === proposal.proposed_role) next.delete(proposal.user.id);
                else next.set(proposal.user.id, role as Role);
                setOwn(next);
              }}
              options={roleOptions(GIVEN)}
            />
          </div>
        ),
    },
    {
      id: 'projects',
      header: 'Sees',
      isCut: true,
      render: (proposal) => <Sees {...{ proposal, role: roleOf(proposal) }} />,
    },
  ];
  const numbers = ([...GIVEN, 'OW'] as Role[])
    .map((role) => ({ role, number: people.filter((proposal) => roleOf(proposal) === role).length }))
    .filter(({ number }) => number > 0);
  const projects = new Set(people.flatMap((proposal) => proposal.projects.map(({ id }) => id))).size;
  const whom = counted(people.length, 'person', 'people');
  const label = areOn ? `Give ${whom} a role` : `Turn roles on for ${whom}`;
  const without = people.filter(
    (proposal) => proposal.projects_count === 0 && !SEE_OTHERWISE.includes(roleOf(proposal)),
  ).length;
  return (
    <>
      <Panel
        title={
          areOn
            ? `${counted(people.length, 'person is', 'people are')} without a role and ${people.length === 1 ? 'sees' : 'see'} everything`
            : 'Roles are off: everybody sees and changes everything'
        }
      >
        <p className={styles.text}>
          With roles, people see only the projects they belong to, and each role does its part. Nobody loses access to
          what they work on now: everybody who made or annotated something in a project becomes its member.
        </p>
        <ul className={styles.cards} aria-label="Roles">
          {(['AD', 'MA', 'RE', 'AN'] as Role[]).map((role) => (
            <li key={role}>
              <strong>{ROLES[role].name}</strong>
              <span className={styles.muted}>{ROLES[role].meaning}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Who becomes what">
        <p className={styles.text}>
          Who made a project is proposed as manager, everybody else as annotator. Change what does not fit.
        </p>
        <div className={styles.bar}>
          <div className={styles.search}>
            <SearchField
              label="Find a person"
              placeholder="Name or address"
              value={search}
              onChange={(text) => {
                setSearch(text);
                setPage(1);
              }}
            />
          </div>
        </div>
        {fitting.length === 0 && <p className={styles.muted}>Nobody fits “{search}”.</p>}
        {fitting.length > 0 && (
          <Table
            label="Proposed roles"
            columns={columns}
            rows={fitting.slice((page - 1) * PAGE, page * PAGE)}
            rowKey={({ user }) => user.id}
          />
        )}
        <Pager page={page} pageSize={PAGE} count={fitting.length} onPage={setPage} />
      </Panel>
      <Panel title="What comes of it">
        <ul className={styles.points}>
          <li>{numbers.map(({ role, number }) => numberOf(role, number)).join(', ')}.</li>
          {projects > 0 && (
            <li>
              In {counted(projects, 'project')}, people who work there become members; projects in which somebody has
              annotated are published, so that annotators go on seeing them.
            </li>
          )}
          {without > 0 && (
            <li>
              {counted(without, 'person belongs', 'people belong')} to no project yet, and{' '}
              {without === 1 ? 'sees' : 'see'} none before somebody adds them.
            </li>
          )}
          {!areOn && <li>Who joins later by the link becomes an annotator. You can turn roles off again.</li>}
        </ul>
        <Button
          variant="primary"
          icon={<ShieldCheck size={16} />}
          isDisabled={hasNextPage}
          onPress={() => setAsking(true)}
        >
          {label}
        </Button>
      </Panel>
      <ConfirmDialog
        title={areOn ? 'Give everybody a role?' : 'Turn roles on?'}
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => turnOn.mutate()}
        isPending={turnOn.isPending}
        confirmLabel={label}
      >
        It takes effect at once, also for people who are working now.
      </ConfirmDialog>
    </>
  );
}

/** `2 annotators`, `1 deactivated`. */
function numberOf(role: Role, number: number): string {
  const name = ROLES[role].name.toLowerCase();
  return role === 'DI' ? `${count(number)} ${name}` : counted(number, name);
}

/** What somebody sees afterwards. */
function Sees({ proposal, role }: { proposal: Proposal; role: Role }) {
  if (role === 'OW' || role === 'AD') return <>Every project</>;
  if (role === 'DI') return <span className={styles.muted}>Nothing</span>;
  if (proposal.projects_count === 0) return <span className={styles.muted}>No project yet</span>;
  const titles = proposal.projects.map(({ title }) => title || 'Untitled project').join(', ');
  return (
    <span title={titles}>
      {counted(proposal.projects_count, 'project')}: <bdi>{titles}</bdi>
    </span>
  );
}
