/** What cannot be taken back. */
import { api, type Project } from '@labelkeep/api';
import { Button, ConfirmDialog, Panel, toast } from '@labelkeep/kit';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { quoted } from '../../shared/isolated';
import { mayIn } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { counted } from '../../shared/numbers';
import styles from './settings.module.css';

export function Danger({ project }: { project: Project }) {
  const go = useGo();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'tasks' | 'project'>();
  const run = async () => {
    try {
      if (asking === 'tasks') {
        await api.delete(`/api/projects/${project.id}/tasks/`);
        toast.success('All tasks were deleted');
      } else {
        await api.delete(`/api/projects/${project.id}/`);
        toast.success('The project was deleted');
        go('/projects/');
      }
      await queries.invalidateQueries();
    } catch (error) {
      toast.error(messageOf(error));
    }
    setAsking(undefined);
  };
  return (
    <div className={styles.form}>
      <Panel title="Delete all tasks">
        <p>All tasks go, with their annotations, drafts and predictions. Settings and labeling setup stay.</p>
        <Button variant="danger" isDisabled={project.task_number === 0} onPress={() => setAsking('tasks')}>
          Delete {counted(project.task_number, 'task')}
        </Button>
      </Panel>
      {mayIn(project, 'ProjectDelete') && (
        <Panel title="Delete the project">
          <p>The project goes with everything in it.</p>
          <Button variant="danger" onPress={() => setAsking('project')}>
            Delete the project
          </Button>
        </Panel>
      )}
      <ConfirmDialog
        title={asking === 'tasks' ? 'Delete all tasks?' : 'Delete the project?'}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => void run()}
        confirmLabel={
          asking === 'tasks'
            ? `Delete ${counted(project.task_number, 'task')} and ${counted(project.total_annotations_number, 'annotation')}`
            : `Delete ${quoted(project.title || 'Untitled project')}`
        }
        danger
      >
        This cannot be taken back. Export first what you want to keep.
      </ConfirmDialog>
    </div>
  );
}
