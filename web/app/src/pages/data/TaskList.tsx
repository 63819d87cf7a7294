/** A project's tasks in a table; open one, label all, bring data in, take results out. */
import { api, type Task } from '@labelkeep/api';
import {
  Button,
  ConfirmDialog,
  DataTable,
  Download,
  EmptyState,
  IconButton,
  Menu,
  MoreHorizontal,
  PageHeader,
  Play,
  RefreshCw,
  Settings,
  Spinner,
  type TablePosition,
  Tag,
  Trash,
  toast,
  Upload,
  Users,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { AssignDialog } from '../../features/assign/AssignDialog';
import { ExportDialog } from '../../features/export/ExportDialog';
import { ImportDialog } from '../../features/import/ImportDialog';
import { PublishHint } from '../../features/publish/PublishHint';
import { isMissing, messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { count, counted } from '../../shared/numbers';
import { projectQuery } from '../../shared/queries';
import { useTitle } from '../../shared/title';
import { columnsFor } from './columns';
import styles from './data.module.css';
import { useTaskWindow } from './use-task-window';

/** Where the person was in the tables of this visit, by project. */
const positions = new Map<number, TablePosition>();

function positionOf(project: number): TablePosition {
  const known = positions.get(project) ?? { top: 0, active: 0 };
  positions.set(project, known);
  return known;
}

export function TaskList({ project: id, importing }: { project: number; importing: boolean }) {
  const go = useGo();
  const queries = useQueryClient();
  const project = useQuery(projectQuery(id));
  const [isImporting, setImporting] = useState(importing);
  const [exporting, setExporting] = useState<'project' | 'selected'>();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [deleting, setDeleting] = useState<'selected' | 'all'>();
  const [assigning, setAssigning] = useState(false);
  const total = project.data?.task_number ?? 0;
  const tasks = useTaskWindow(id, total);
  const summary = useQuery({
    // With the number of tasks: an answer that was on its way when tasks came in is not taken for theirs.
    queryKey: ['summary', id, total],
    queryFn: () => api.get<{ all_data_columns: Record<string, number> }>(`/api/projects/${id}/summary/`),
    placeholderData: (previous) => previous,
  });
  const columns = useMemo(
    () => columnsFor(Object.keys(summary.data?.all_data_columns ?? {}), project.data?.label_config ?? ''),
    [summary.data, project.data?.label_config],
  );

  useTitle(project.data?.title);
  // The editor is fetched while the person looks at the list, so that it opens at once.
  useEffect(() => {
    const timer = setTimeout(() => void import('../label').catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);

  const hasPictures = columns.some((column) => column.isPicture);
  const reload = async () => {
    tasks.refresh();
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['project', id] }),
      queries.invalidateQueries({ queryKey: ['summary', id] }),
      queries.invalidateQueries({ queryKey: ['tasks', id] }),
    ]);
  };
  const remove = useMutation({
    mutationFn: async (what: 'selected' | 'all') => {
      if (what === 'all') await api.delete(`/api/projects/${id}/tasks/`);
      else for (const task of selected) await api.delete(`/api/tasks/${task}/`);
      return what === 'all' ? total : selected.size;
    },
    onSuccess: (number) => toast.success(`${counted(number, 'task')} deleted`),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: async () => {
      setDeleting(undefined);
      setSelected(new Set());
      await reload();
    },
  });

  if (project.isError) {
    return (
      <EmptyState
        isPage
        title="This project cannot be shown"
        actions={<Button onPress={() => go('/projects/')}>All projects</Button>}
      >
        {isMissing(project.error)
          ? 'It may have been deleted, or it belongs to another organization.'
          : messageOf(project.error)}
      </EmptyState>
    );
  }
  if (!project.data) return <Spinner label="Loading the project" />;
  const left = Math.max(0, project.data.queue_total - project.data.queue_done);
  const { data } = project;
  const may = (action: string) => mayIn(data, action);
  const mayAssign = may('AssignAnnotators') || may('AssignReviewers');
  // The settings have something for who changes the project, or says who works in it.
  const maySettings = ['ProjectChange', 'AssignAnnotators', 'PredictionChange', 'TaskDelete'].some(may);

  return (
    <div className={styles.page}>
      <PageHeader
        title={project.data.title || 'Untitled project'}
        breadcrumbs={[{ label: 'Projects', href: '/projects/' }, { label: project.data.title || 'Untitled project' }]}
        description={
          total > 0
            ? `${counted(total, 'task')}, ${count(project.data.finished_task_number)} finished, ${counted(project.data.total_annotations_number, 'annotation')}, ${counted(project.data.total_predictions_number, 'prediction')}`
            : undefined
        }
        actions={
          <>
            <IconButton label="Reload" icon={<RefreshCw size={16} />} onPress={() => void reload()} />
            {may('Import') && (
              <Button icon={<Upload size={16} />} onPress={() => setImporting(true)}>
                Import
              </Button>
            )}
            {may('Export') && (
              <Button icon={<Download size={16} />} isDisabled={total === 0} onPress={() => setExporting('project')}>
                Export
              </Button>
            )}
            {maySettings && (
              <Button icon={<Settings size={16} />} onPress={() => go(`/projects/${id}/settings`)}>
                Settings
              </Button>
            )}
            {may('TaskDelete') && (
              <Menu
                label="More actions"
                trigger={<IconButton label="More actions" icon={<MoreHorizontal size={16} />} />}
                items={[
                  {
                    id: 'delete-all',
                    label: 'Delete all tasks',
                    icon: <Trash size={16} />,
                    danger: true,
                    onAction: () => setDeleting('all'),
                  },
                ]}
              />
            )}
            <Button
              variant="primary"
              icon={<Play size={16} />}
              isDisabled={left === 0}
              onPress={() => go(`/projects/${id}/data?labeling=1`)}
            >
              {left > 0 ? `Label all ${counted(left, 'task')}` : total > 0 ? 'Nothing left to label' : 'Label all'}
            </Button>
          </>
        }
      />
      {!project.data.config_has_control_tags && may('ProjectChange') && (
        <div className={styles.notice}>
          <Tag size={16} />
          <span>This project does not say yet what is to be labeled.</span>
          <Button size="small" onPress={() => go(`/projects/${id}/settings/labeling`)}>
            Set up labeling
          </Button>
        </div>
      )}
      {/* One thing after another: without a setup and tasks there is nothing to be published. */}
      {data.config_has_control_tags && total > 0 && mayAssign && <PublishHint project={data} />}
      {selected.size > 0 && (
        <div className={styles.selection} role="status">
          <span>{counted(selected.size, 'task')} selected</span>
          <Button size="small" variant="quiet" onPress={() => setSelected(new Set())}>
            Clear
          </Button>
          {mayAssign && (
            <Button size="small" icon={<Users size={14} />} onPress={() => setAssigning(true)}>
              Assign people
            </Button>
          )}
          {may('Export') && (
            <Button size="small" icon={<Download size={14} />} onPress={() => setExporting('selected')}>
              Export
            </Button>
          )}
          {may('TaskDelete') && (
            <Button size="small" variant="danger" icon={<Trash size={14} />} onPress={() => setDeleting('selected')}>
              Delete
            </Button>
          )}
        </div>
      )}
      {total === 0 && !may('Import') ? (
        <EmptyState icon={<Tag size={32} />} title="Nothing for you to label at present">
          Tasks appear here when they are added to the project or assigned to you.
        </EmptyState>
      ) : total === 0 ? (
        <EmptyState
          icon={<Upload size={32} />}
          title="No data yet"
          actions={
            <Button variant="primary" onPress={() => setImporting(true)}>
              Import data
            </Button>
          }
        >
          Bring in a JSON or CSV file with a task a row, text files with a task a line, or pictures. They can also come
          by API.
        </EmptyState>
      ) : (
        <div className={styles.table}>
          <DataTable<Task>
            label="Tasks"
            columns={columns}
            count={total}
            getRow={tasks.row}
            onVisibleRange={tasks.show}
            onOpen={(task) => go(`/projects/${id}/data?task=${task.id}`)}
            rowId={(task) => task.id}
            selectedIds={selected}
            onSelectionChange={setSelected}
            onSelectRange={(first, last) =>
              void tasks.ids(first, last).then((ids) => setSelected((known) => new Set([...known, ...ids])))
            }
            rowHeight={hasPictures ? 44 : 32}
            position={positionOf(id)}
          />
        </div>
      )}
      <ImportDialog
        project={id}
        isOpen={isImporting}
        onOpen={() => setImporting(true)}
        onClose={() => setImporting(false)}
        onImported={() => void reload()}
      />
      <ExportDialog
        project={project.data}
        isOpen={exporting !== undefined}
        onClose={() => setExporting(undefined)}
        {...(exporting === 'selected' ? { tasks: [...selected] } : {})}
      />
      {assigning && <AssignDialog project={project.data} tasks={[...selected]} onClose={() => setAssigning(false)} />}
      <ConfirmDialog
        title={deleting === 'all' ? 'Delete all tasks?' : 'Delete the selected tasks?'}
        isOpen={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        onConfirm={() => deleting && remove.mutate(deleting)}
        isPending={remove.isPending}
        confirmLabel={`Delete ${counted(deleting === 'all' ? total : selected.size, 'task')}`}
        danger
      >
        Their annotations, drafts and predictions go with them. This cannot be taken back.
      </ConfirmDialog>
    </div>
  );
}
