/** The head of a project's pages: its name, what is in it, and what can be done with all of it. */
import type { Project } from '@labelkeep/api';
import {
  Button,
  ChartColumn,
  Download,
  IconButton,
  LinkButton,
  Menu,
  type MenuEntry,
  MoreHorizontal,
  PageHeader,
  Play,
  RefreshCw,
  Settings,
  Trash,
  Upload,
} from '@labelkeep/kit';
import { mayIn } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { count, counted } from '../../shared/numbers';

export interface ProjectHeadProps {
  project: Project;
  onReload: () => void;
  onImport: () => void;
  onExport: () => void;
  /** Labels what is displayed, in its order; undefined: everything, in the project's order. */
  onLabelDisplayed: (() => void) | undefined;
  /** The server keeps a trash. */
  hasTrash: boolean;
}

export function ProjectHead({ project, onReload, onImport, onExport, onLabelDisplayed, hasTrash }: ProjectHeadProps) {
  const go = useGo();
  const { id, task_number: total } = project;
  const title = project.title || 'Untitled project';
  const left = Math.max(0, project.queue_total - project.queue_done);
  const may = (action: string) => mayIn(project, action);
  // The settings have something for who changes the project, or says who works in it.
  const maySettings = ['ProjectChange', 'AssignAnnotators', 'PredictionChange', 'TaskDelete'].some(may);
  const more: MenuEntry[] = [
    { id: 'reload', label: 'Reload', icon: <RefreshCw size={16} />, onAction: onReload },
    ...(hasTrash
      ? [
          {
            id: 'trash',
            label: 'Trash',
            description: 'What was deleted in the last 30 days',
            icon: <Trash size={16} />,
            onAction: () => go(`/projects/${id}/trash`),
          },
        ]
      : []),
  ];
  return (
    <PageHeader
      title={title}
      breadcrumbs={[{ label: 'Projects', href: '/projects/' }, { label: title }]}
      description={
        total > 0
          ? `${counted(total, 'task')}, ${count(project.finished_task_number)} finished, ${counted(project.total_annotations_number, 'annotation')}, ${counted(project.total_predictions_number, 'prediction')}`
          : undefined
      }
      actions={
        <>
          <LinkButton href={`/projects/${id}/overview`} icon={<ChartColumn size={16} />}>
            Overview
          </LinkButton>
          {may('Import') && (
            <Button icon={<Upload size={16} />} onPress={onImport}>
              Import
            </Button>
          )}
          {may('Export') && (
            <Button icon={<Download size={16} />} isDisabled={total === 0} onPress={onExport}>
              Export
            </Button>
          )}
          {maySettings && (
            <Button icon={<Settings size={16} />} onPress={() => go(`/projects/${id}/settings`)}>
              Settings
            </Button>
          )}
          <Menu label="More" trigger={<IconButton label="More" icon={<MoreHorizontal size={16} />} />} items={more} />
          <Button
            variant="primary"
            icon={<Play size={16} />}
            isDisabled={left === 0}
            onPress={onLabelDisplayed ?? (() => go(`/projects/${id}/data?labeling=1`))}
          >
            {labelText(left, total, onLabelDisplayed !== undefined)}
          </Button>
        </>
      }
    />
  );
}

function labelText(left: number, total: number, isDisplayed: boolean): string {
  if (left === 0) return total > 0 ? 'Nothing left to label' : 'Label all';
  return isDisplayed ? 'Label as displayed' : `Label all ${counted(left, 'task')}`;
}
