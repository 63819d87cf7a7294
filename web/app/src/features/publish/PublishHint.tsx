/** Says that annotators and reviewers do not see the project yet, to those who hand its work out; with the button that changes it. */
import { api, type Project } from '@labelkeep/api';
import { Button, EyeOff, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { useAreRolesOn } from '../../shared/roles';
import styles from './publish.module.css';

/** Nothing where the project is published, or where everybody sees everything. */
export function PublishHint({ project }: { project: Project }) {
  const areRolesOn = useAreRolesOn();
  const queries = useQueryClient();
  const publish = useMutation({
    mutationFn: () => api.patch<Project>(`/api/projects/${project.id}/`, { is_published: true }),
    onSuccess: async (saved) => {
      queries.setQueryData(['project', project.id], saved);
      toast.success('Published: its annotators and reviewers see it now');
      await queries.invalidateQueries({ queryKey: ['projects'] });
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  if (!areRolesOn || project.is_published !== false) return null;
  return (
    <div className={styles.hint}>
      <EyeOff size={16} aria-hidden="true" />
      <span>
        <strong>Not published.</strong> Annotators and reviewers who belong to this project do not see it yet.
      </span>
      {mayIn(project, 'ProjectChange') && (
        <Button size="small" isPending={publish.isPending} onPress={() => publish.mutate()}>
          Publish
        </Button>
      )}
    </div>
  );
}
