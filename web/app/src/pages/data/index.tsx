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
  Tag,
  Trash,
  toast,
  Upload,
} from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { ExportDialog } from '../../features/export/ExportDialog';
import { ImportDialog } from '../../features/import/ImportDialog';
import { messageOf } from '../../shared/errors';
import { useGo } from '../../shared/navigation';
import { count, counted } from '../../shared/numbers';
import { projectQuery } from '../../shared/queries';
import { columnsFor } from './columns';
import styles from './data.module.css';
import { useTaskWindow } from './use-task-window';

const LabelPage = lazy(async () => ({ default: (await import('../label')).LabelPage }));

interface DataSearch {
  task?: number | string;
  labeling?: number | string;
  import?: number | string;
  tab?: number | string;
}

export function DataPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const search = useSearch({ strict: false }) as DataSearch;
  const project = Number(id);
  if (search.task || search.labeling) {
    return (
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <LabelPage project={project} task={search.task ? Number(search.task) : undefined} />
      </Suspense>
    );
  }
  return <TaskList key={project} project={project} importing={Boolean(search.import)} />;
}

function TaskList({ project: id, importing }: { project: number; importing: boolean }) {
  const go = useGo();
  const queries = useQueryClient();
  const project = useQuery(projectQuery(id));
  const [isImporting, setImporting] = useState(importing);
  const [isExporting, setExporting] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [deleting, setDeleting] = useState<'selected' | 'all'>();
  const total = project.data?.task_number ?? 0;
  const tasks = useTaskWindow(id, total);
  const summary = useQuery({
    queryKey: ['summary', id],
    queryFn: () => api.get<{ all_data_columns: Record<string, number> }>(`/api/projects/${id}/summary/`),
  });
  const columns = useMemo(
    () => columnsFor(Object.keys(summary.data?.all_data_columns ?? {}), project.data?.label_config ?? ''),
    [summary.data, project.data?.label_config],
  );

  const reload = async () => {
    tasks.clear();
    setSelected(new Set());
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['project', id] }),
      queries.invalidateQueries({ queryKey: ['summary', id] }),
      queries.invalidateQueries({ queryKey: ['tasks', id] }),
    ]);
  };
  const remove = async () => {
    try {
      if (deleting === 'all') await api.delete(`/api/projects/${id}/tasks/`);
      else for (const task of selected) await api.delete(`/api/tasks/${task}/`);
      toast.success(deleting === 'all' ? 'All tasks were deleted' : `${counted(selected.size, 'task')} deleted`);
    } catch (error) {
      toast.error(messageOf(error));
    }
    setDeleting(undefined);
    await reload();
  };

  if (project.isError) {
    return (
      <EmptyState
        title="This project cannot be shown"
        actions={<Button onPress={() => go('/projects/')}>All projects</Button>}
      >
        {messageOf(project.error)} It may have been deleted, or it belongs to another organization.
      </EmptyState>
    );
  }
  if (!project.data) return <Spinner label="Loading the project" />;
  const left = Math.max(0, project.data.queue_total - project.data.queue_done);

  return (
    <main className={styles.page}>
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
            <Button icon={<Upload size={16} />} onPress={() => setImporting(true)}>
              Import
            </Button>
            <Button icon={<Download size={16} />} isDisabled={total === 0} onPress={() => setExporting(true)}>
              Export
            </Button>
            <Button icon={<Settings size={16} />} onPress={() => go(`/projects/${id}/settings`)}>
              Settings
            </Button>
            <Menu
              label="More actions"
              trigger={<IconButton label="More actions" icon={<MoreHorizontal size={16} />} />}
              items={[
                ...(selected.size > 0
                  ? [
                      {
                        id: 'delete',
                        label: `Delete ${counted(selected.size, 'selected task')}`,
                        icon: <Trash size={16} />,
                        danger: true,
                        onAction: () => setDeleting('selected'),
                      },
                    ]
                  : []),
                {
                  id: 'delete-all',
                  label: 'Delete all tasks',
                  icon: <Trash size={16} />,
                  danger: true,
                  onAction: () => setDeleting('all'),
                },
              ]}
            />
            <Button
              variant="primary"
              icon={<Play size={16} />}
              isDisabled={left === 0}
              onPress={() => go(`/projects/${id}/data?labeling=1`)}
            >
              {left === 0 ? 'Nothing left to label' : `Label all ${counted(left, 'task')}`}
            </Button>
          </>
        }
      />
      {!project.data.config_has_control_tags && (
        <div className={styles.notice}>
          <Tag size={16} />
          <span>This project does not say yet what is to be labeled.</span>
          <Button size="small" onPress={() => go(`/projects/${id}/settings/labeling`)}>
            Set up labeling
          </Button>
        </div>
      )}
      {total === 0 ? (
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
            rowHeight={44}
          />
        </div>
      )}
      <ImportDialog
        project={id}
        isOpen={isImporting}
        onClose={() => setImporting(false)}
        onImported={() => void reload()}
      />
      <ExportDialog project={project.data} isOpen={isExporting} onClose={() => setExporting(false)} />
      <ConfirmDialog
        title={deleting === 'all' ? 'Delete all tasks?' : 'Delete the selected tasks?'}
        isOpen={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        onConfirm={() => void remove()}
        confirmLabel={`Delete ${counted(deleting === 'all' ? total : selected.size, 'task')}`}
        danger
      >
        Their annotations, drafts and predictions go with them. This cannot be taken back.
      </ConfirmDialog>
    </main>
  );
}
