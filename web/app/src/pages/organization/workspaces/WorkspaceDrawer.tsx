/** One workspace: who belongs to it, what lies in it, what it is called, and its end. */
import { api, type Project } from '@labelkeep/api';
import { Button, Chip, ConfirmDialog, Dialog, Pager, SearchField, Spinner, Tabs, toast } from '@labelkeep/kit';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { isolated, quoted } from '../../../shared/isolated';
import { AppLink } from '../../../shared/navigation';
import { counted } from '../../../shared/numbers';
import { type Choice, loadMembers, loadProjects, Picker } from '../../../shared/Picker';
import { nameOf, type Paged, PersonCell } from '../../../shared/people';
import type { ListedUser, Workspace } from '../../../shared/workspaces';
import styles from '../organization.module.css';
import { WorkspaceFields } from './WorkspaceForm';

const PAGE = 20;

export function WorkspaceDrawer({
  organization,
  workspace,
  onClose,
}: {
  organization: number;
  workspace: Workspace | undefined;
  onClose: () => void;
}) {
  const [tab, setTab] = useState('members');
  if (!workspace) return null;
  const mayChange = workspace.permissions.includes('WorkspaceChange');
  const isShared = !workspace.is_personal;
  const items = [
    ...(isShared
      ? [
          {
            id: 'members',
            label: 'Members',
            content: <Members organization={organization} workspace={workspace} mayChange={mayChange} />,
          },
        ]
      : []),
    { id: 'projects', label: 'Projects', content: <Projects workspace={workspace} mayChange={mayChange} /> },
    ...(mayChange && isShared
      ? [{ id: 'settings', label: 'Settings', content: <Settings workspace={workspace} onClose={onClose} /> }]
      : []),
  ];
  const selected = items.some(({ id }) => id === tab) ? tab : 'projects';
  return (
    <Dialog title={workspace.title} isOpen onClose={onClose} placement="side">
      <Tabs key={workspace.id} label="Workspace" selected={selected} onSelect={setTab} items={items} />
    </Dialog>
  );
}

/** Sends a change, and shows it. */
function useChange<Input>(send: (input: Input) => Promise<unknown>, done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => done?.(),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () =>
      Promise.all(['workspaces', 'workspace', 'projects'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

function Members({
  organization,
  workspace,
  mayChange,
}: {
  organization: number;
  workspace: Workspace;
  mayChange: boolean;
}) {
  const path = `/api/workspaces/${workspace.id}/memberships/`;
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState<Choice[]>([]);
  const members = useQuery({
    queryKey: ['workspace', workspace.id, 'members', search, page],
    queryFn: () =>
      api.get<Paged<ListedUser>>(`${path}paginated/`, { page, page_size: PAGE, search: search || undefined }),
    placeholderData: keepPreviousData,
  });
  const add = useChange(
    async () => {
      const made = await api.post<{ created: number }>(`${path}bulk/`, {
        all: false,
        included: chosen.map(({ id }) => id),
        excluded: [],
      });
      toast.success(
        made.created > 0 ? `${counted(made.created, 'person', 'people')} added` : 'They belong to it already',
      );
    },
    () => setChosen([]),
  );
  const remove = useChange((user: ListedUser) => api.delete(path, { user_id: user.id }));
  return (
    <div className={styles.section}>
      {mayChange && (
        <>
          <Picker
            label="Add people"
            placeholder="Find a person"
            queryKey={['members', organization]}
            load={loadMembers(organization)}
            chosen={chosen}
            onChange={setChosen}
          />
          {chosen.length > 0 && (
            <div>
              <Button variant="primary" isPending={add.isPending} onPress={() => add.mutate(undefined)}>
                Add {counted(chosen.length, 'person', 'people')}
              </Button>
            </div>
          )}
        </>
      )}
      <SearchField
        label="Find a member"
        placeholder="Find a member"
        value={search}
        onChange={(text) => {
          setSearch(text);
          setPage(1);
        }}
      />
      {members.isPending && <Spinner label="Loading members" />}
      {members.isError && <p className={styles.error}>{messageOf(members.error)}</p>}
      {members.data?.count === 0 && (
        <p className={styles.muted}>{search ? `Nobody fits “${search}”.` : 'Nobody belongs to it yet.'}</p>
      )}
      <ul className={styles.list} aria-label="Members of the workspace">
        {members.data?.results.map((user) => (
          <li key={user.id}>
            <PersonCell person={user}>
              {user.organization_membership?.active === false && <Chip>Deactivated</Chip>}
            </PersonCell>
            {mayChange && (
              <Button
                size="small"
                variant="quiet"
                label={`Remove ${nameOf(user)}`}
                isPending={remove.isPending && remove.variables.id === user.id}
                onPress={() => remove.mutate(user)}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Pager page={page} pageSize={PAGE} count={members.data?.count ?? 0} onPage={setPage} />
    </div>
  );
}

function Projects({ workspace, mayChange }: { workspace: Workspace; mayChange: boolean }) {
  const path = `/api/workspaces/${workspace.id}/projects/`;
  const [chosen, setChosen] = useState<Choice[]>([]);
  const projects = useQuery({
    queryKey: ['workspace', workspace.id, 'projects'],
    queryFn: () => api.get<Project[]>(path),
  });
  const move = useChange(
    async () => {
      for (const { id } of chosen) await api.post(path, { project: id });
      toast.success(`${counted(chosen.length, 'project')} moved here`);
    },
    () => setChosen([]),
  );
  const takeOut = useChange((project: Project) => api.delete(path, { project: project.id }));
  return (
    <div className={styles.section}>
      {mayChange && !workspace.is_archived && (
        <>
          <Picker
            label="Move projects here"
            placeholder="Find a project"
            queryKey={['projects']}
            load={loadProjects}
            chosen={chosen}
            onChange={setChosen}
          />
          {chosen.length > 0 && (
            <div>
              <Button variant="primary" isPending={move.isPending} onPress={() => move.mutate(undefined)}>
                Move {counted(chosen.length, 'project')} here
              </Button>
            </div>
          )}
        </>
      )}
      {projects.isPending && <Spinner label="Loading projects" />}
      {projects.isError && <p className={styles.error}>{messageOf(projects.error)}</p>}
      {projects.data?.length === 0 && <p className={styles.muted}>No project lies here.</p>}
      <ul className={styles.list} aria-label="Projects of the workspace">
        {projects.data?.map((project) => (
          <li key={project.id}>
            <AppLink href={`/projects/${project.id}/data`}>
              <bdi>{project.title || 'Untitled project'}</bdi>
            </AppLink>
            {mayChange && !workspace.is_personal && (
              <Button
                size="small"
                variant="quiet"
                label={`Take out ${isolated(project.title || 'Untitled project')}`}
                isPending={takeOut.isPending && takeOut.variables.id === project.id}
                onPress={() => takeOut.mutate(project)}
              >
                Take out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Settings({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const [asking, setAsking] = useState(false);
  const archive = useChange(
    (value: boolean) => api.patch(`/api/workspaces/${workspace.id}/`, { is_archived: value }),
    () => {
      toast.success(workspace.is_archived ? 'In use again' : 'Archived');
      onClose();
    },
  );
  const remove = useChange(
    () => api.delete(`/api/workspaces/${workspace.id}/`),
    () => {
      toast.success(`${quoted(workspace.title)} was deleted`);
      onClose();
    },
  );
  return (
    <div className={styles.section}>
      <WorkspaceFields workspace={workspace} onSaved={() => undefined} />
      <p className={styles.muted}>
        An archived workspace is no longer listed, and takes no projects. Only an empty workspace can be deleted.
      </p>
      <div className={styles.buttons}>
        <Button isPending={archive.isPending} onPress={() => archive.mutate(!workspace.is_archived)}>
          {workspace.is_archived ? 'Use it again' : 'Archive'}
        </Button>
        <Button variant="danger" isDisabled={workspace.projects_count > 0} onPress={() => setAsking(true)}>
          Delete
        </Button>
      </div>
      <ConfirmDialog
        title={`Delete ${quoted(workspace.title)}?`}
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate(undefined, { onSettled: () => setAsking(false) })}
        isPending={remove.isPending}
        confirmLabel="Delete the workspace"
        danger
      >
        Its members keep their accounts. This cannot be taken back.
      </ConfirmDialog>
    </div>
  );
}
