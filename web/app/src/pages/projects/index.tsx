/** All projects: find one, begin one, or take a sample. */
import { api, type Project } from '@labelkeep/api';
import {
  Button,
  Chip,
  ConfirmDialog,
  EmptyState,
  FolderOpen,
  IconButton,
  LinkButton,
  Menu,
  type MenuEntry,
  MoreHorizontal,
  PageHeader,
  Pin,
  Plus,
  RelativeTime,
  SearchField,
  Select,
  Settings,
  Spinner,
  Trash,
  toast,
} from '@labelkeep/kit';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { isolated, quoted } from '../../shared/isolated';
import { may, mayIn, useMe } from '../../shared/me';
import { AppLink, useGo } from '../../shared/navigation';
import { count, counted } from '../../shared/numbers';
import { useAreRolesOn } from '../../shared/roles';
import { useTitle } from '../../shared/title';
import { workspacesQuery } from '../../shared/workspaces';
import styles from './projects.module.css';
import { SampleMenu, Samples } from './Samples';

interface Page {
  count: number;
  next: string | null;
  results: Project[];
}

const FIELDS =
  'id,title,description,task_number,finished_task_number,total_annotations_number,total_predictions_number,queue_total,queue_done,pinned_at,created_at,created_by,color,permissions,is_published';

export function ProjectsPage() {
  useTitle('Projects');
  const [search, setSearch] = useState('');
  const go = useGo();
  const me = useMe();
  const { workspace } = useSearch({ strict: false }) as { workspace?: number };
  const workspaces = useQuery({ ...workspacesQuery(), enabled: may(me.data, 'WorkspaceView') });
  const mayCreate = may(me.data, 'ProjectCreate');
  const projects = useInfiniteQuery({
    queryKey: ['projects', search, workspace],
    queryFn: ({ pageParam }) =>
      api.get<Page>('/api/projects/', {
        page: pageParam,
        page_size: 60,
        title: search || undefined,
        workspaces: workspace,
        include: FIELDS,
      }),
    initialPageParam: 1,
    getNextPageParam: (last, _, page) => (last.next ? page + 1 : undefined),
    placeholderData: (previous) => previous,
  });
  const rows = projects.data?.pages.flatMap((page) => page.results) ?? [];
  const total = projects.data?.pages[0]?.count ?? 0;
  const none = projects.isSuccess && total === 0 && search === '' && workspace === undefined;

  return (
    <div className={styles.page}>
      <PageHeader
        title="Projects"
        description={none ? undefined : projects.isSuccess ? counted(total, 'project') : undefined}
        actions={
          none ? undefined : (
            <>
              <SearchField label="Find a project" placeholder="Find a project" value={search} onChange={setSearch} />
              {(workspaces.data?.length ?? 0) > 0 && (
                <div className={styles.workspace}>
                  <Select
                    label="Workspace"
                    isLabelHidden
                    value={String(workspace ?? '')}
                    onChange={(id) => go(id ? `/projects/?workspace=${id}` : '/projects/')}
                    options={[
                      { id: '', label: 'All workspaces' },
                      ...(workspaces.data ?? []).map(({ id, title }) => ({ id: String(id), label: title })),
                    ]}
                  />
                </div>
              )}
              {mayCreate && (
                <>
                  <SampleMenu />
                  <Button variant="primary" icon={<Plus size={16} />} onPress={() => go('/projects/create')}>
                    New project
                  </Button>
                </>
              )}
            </>
          )
        }
      />
      {projects.isPending && <Spinner label="Loading projects" />}
      {projects.isError && (
        <EmptyState
          title="The projects could not be loaded"
          actions={<Button onPress={() => void projects.refetch()}>Try again</Button>}
        >
          {messageOf(projects.error)}
        </EmptyState>
      )}
      {none && me.data && !mayCreate && (
        <EmptyState icon={<FolderOpen size={32} />} title="You belong to no project yet">
          A manager of {me.data.active_organization_meta.title} can add you to one; it appears here then.
        </EmptyState>
      )}
      {none && mayCreate && (
        <>
          <EmptyState
            icon={<FolderOpen size={32} />}
            title="Label your first data"
            actions={
              <LinkButton variant="primary" href="/projects/create">
                New project
              </LinkButton>
            }
          >
            A project holds your data, what you want to know of it, and the answers. Begin one with your own texts or
            pictures, or look around in a sample first.
          </EmptyState>
          <Samples />
        </>
      )}
      {projects.isSuccess && total === 0 && search === '' && workspace !== undefined && (
        <EmptyState
          title="This workspace holds no project"
          actions={<Button onPress={() => go('/projects/')}>Show all projects</Button>}
        >
          Projects are moved to it on the page of workspaces.
        </EmptyState>
      )}
      {projects.isSuccess && total === 0 && search !== '' && (
        <EmptyState
          title={`No project is called “${search}”`}
          actions={<Button onPress={() => setSearch('')}>Show all projects</Button>}
        >
          The search looks at titles, without regard to case.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <ul className={styles.list} aria-label="Projects">
          {rows.map((project) => (
            <ProjectRow key={project.id} project={project} />
          ))}
        </ul>
      )}
      {projects.hasNextPage && (
        <Button isPending={projects.isFetchingNextPage} onPress={() => void projects.fetchNextPage()}>
          Show more of {count(total)}
        </Button>
      )}
    </div>
  );
}

function ProjectRow({ project }: { project: Project }) {
  const go = useGo();
  const queries = useQueryClient();
  const areRolesOn = useAreRolesOn();
  const [deleting, setDeleting] = useState(false);
  const done = project.task_number > 0 ? project.finished_task_number / project.task_number : 0;
  const reload = () => queries.invalidateQueries({ queryKey: ['projects'] });

  const pin = async () => {
    try {
      await api.patch(`/api/projects/${project.id}/`, {
        pinned_at: project.pinned_at ? null : new Date().toISOString(),
      });
      await reload();
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  const remove = async () => {
    try {
      await api.delete(`/api/projects/${project.id}/`);
      toast.success(`${quoted(project.title || 'Untitled project')} was deleted`);
      await reload();
    } catch (error) {
      toast.error(messageOf(error));
    }
    setDeleting(false);
  };

  const items: MenuEntry[] = [];
  if (mayIn(project, 'ProjectChange')) {
    items.push(
      {
        id: 'pin',
        label: project.pinned_at ? 'Unpin' : 'Pin to the top',
        icon: <Pin size={16} />,
        onAction: () => void pin(),
      },
      {
        id: 'settings',
        label: 'Settings',
        icon: <Settings size={16} />,
        onAction: () => go(`/projects/${project.id}/settings`),
      },
    );
  }
  if (mayIn(project, 'ProjectDelete')) {
    items.push({
      id: 'delete',
      label: 'Delete',
      icon: <Trash size={16} />,
      danger: true,
      onAction: () => setDeleting(true),
    });
  }

  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <AppLink href={`/projects/${project.id}/data`} className={styles.title}>
          <bdi>{project.title || 'Untitled project'}</bdi>
        </AppLink>
        {project.pinned_at && <Chip>Pinned</Chip>}
        {areRolesOn && project.is_published === false && <Chip>Not published</Chip>}
        {project.description && (
          <p className={styles.description}>
            <bdi>{project.description}</bdi>
          </p>
        )}
      </div>
      <div className={styles.progress}>
        <progress value={done} max={1} aria-label={`${Math.round(done * 100)} percent finished`} />
        <span className={styles.numbers}>
          {count(project.finished_task_number)} of {counted(project.task_number, 'task')}
        </span>
      </div>
      <span className={styles.numbers}>{counted(project.total_annotations_number, 'annotation')}</span>
      <span className={styles.time}>
        <RelativeTime value={project.created_at} />
      </span>
      <span className={styles.menu}>
        {items.length > 0 && (
          <Menu
            label={`Actions for ${isolated(project.title)}`}
            trigger={
              <IconButton
                label={`Actions for ${isolated(project.title) || 'this project'}`}
                icon={<MoreHorizontal size={16} />}
              />
            }
            items={items}
          />
        )}
      </span>
      <ConfirmDialog
        title="Delete this project?"
        isOpen={deleting}
        onClose={() => setDeleting(false)}
        onConfirm={() => void remove()}
        confirmLabel={`Delete ${counted(project.task_number, 'task')} and ${counted(project.total_annotations_number, 'annotation')}`}
        danger
      >
        {quoted(project.title || 'Untitled project')} goes with all its tasks, annotations and uploaded files. This
        cannot be taken back.
      </ConfirmDialog>
    </li>
  );
}
