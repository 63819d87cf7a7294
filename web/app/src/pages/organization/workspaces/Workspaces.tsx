/** Workspaces: shelves for projects, each with its people. */
import {
  Button,
  Chip,
  EmptyState,
  FolderOpen,
  Panel,
  Plus,
  SearchField,
  Select,
  Spinner,
  Table,
  type TableColumn,
} from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { may } from '../../../shared/me';
import { AppLink } from '../../../shared/navigation';
import { count } from '../../../shared/numbers';
import { type Workspace, workspacesQuery } from '../../../shared/workspaces';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import { WorkspaceDrawer } from './WorkspaceDrawer';
import { WorkspaceForm } from './WorkspaceForm';

export function Workspaces({ organization, me }: SectionProps) {
  const [kind, setKind] = useState('present');
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState(false);
  const [openedId, setOpened] = useState<number>();
  const list = useQuery(workspacesQuery(kind === 'archived'));
  const all = list.data ?? [];
  const rows = all.filter(({ title }) => title.toLowerCase().includes(search.toLowerCase()));
  const opened = all.find(({ id }) => id === openedId);
  const create = may(me, 'WorkspaceCreate') && (
    <Button variant="primary" icon={<Plus size={16} />} onPress={() => setCreating(true)}>
      New workspace
    </Button>
  );
  const columns: TableColumn<Workspace>[] = [
    {
      id: 'title',
      header: 'Workspace',
      isCut: true,
      render: (workspace) => (
        <span className={styles.titled}>
          <Swatch color={workspace.color} />
          <bdi title={workspace.title}>{workspace.title}</bdi>
          {workspace.is_personal && <Chip>Only you</Chip>}
          {workspace.is_archived && <Chip>Archived</Chip>}
        </span>
      ),
    },
    {
      id: 'description',
      header: 'Description',
      isCut: true,
      render: ({ description }) => <bdi title={description}>{description}</bdi>,
    },
    {
      id: 'projects',
      header: 'Projects',
      align: 'end',
      width: 100,
      render: ({ id, projects_count: projects }) =>
        projects > 0 ? <AppLink href={`/projects/?workspace=${id}`}>{count(projects)}</AppLink> : '0',
    },
    {
      id: 'actions',
      header: 'Actions',
      isHeaderHidden: true,
      align: 'end',
      width: 100,
      render: ({ id, permissions }) => (
        <Button size="small" onPress={() => setOpened(id)}>
          {permissions.includes('WorkspaceChange') ? 'Manage' : 'Show'}
        </Button>
      ),
    },
  ];
  return (
    <Panel title="Workspaces" actions={create || undefined}>
      <p className={styles.text}>
        A workspace holds projects. Its members see all projects in it; your own sandbox is seen by you alone.
      </p>
      <div className={styles.bar}>
        <div className={styles.search}>
          <SearchField label="Find a workspace" placeholder="Find a workspace" value={search} onChange={setSearch} />
        </div>
        <div className={styles.choice}>
          <Select
            label="Which workspaces"
            isLabelHidden
            value={kind}
            onChange={setKind}
            options={[
              { id: 'present', label: 'In use' },
              { id: 'archived', label: 'Archived' },
            ]}
          />
        </div>
      </div>
      {list.isPending && <Spinner label="Loading workspaces" />}
      {list.isError && (
        <EmptyState
          title="The workspaces cannot be shown"
          actions={<Button onPress={() => void list.refetch()}>Try again</Button>}
        >
          {messageOf(list.error)}
        </EmptyState>
      )}
      {list.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={<FolderOpen size={32} />}
          title={
            search
              ? `No workspace is called “${search}”`
              : kind === 'archived'
                ? 'Nothing is archived'
                : 'No workspace yet'
          }
        >
          {search ? 'The search looks at titles.' : 'Workspaces group projects by team, customer or subject.'}
        </EmptyState>
      )}
      {rows.length > 0 && <Table label="Workspaces" columns={columns} rows={rows} rowKey={({ id }) => id} />}
      {creating && <WorkspaceForm onClose={() => setCreating(false)} />}
      <WorkspaceDrawer organization={organization} workspace={opened} onClose={() => setOpened(undefined)} />
    </Panel>
  );
}

/** The colour of a workspace; its name stands beside it. */
export function Swatch({ color }: { color: string }) {
  return (
    <svg className={styles.swatch} viewBox="0 0 12 12" aria-hidden="true">
      <rect x="0.5" y="0.5" width="11" height="11" rx="3" fill={color} stroke="var(--color-line-strong)" />
    </svg>
  );
}
