/** What annotators see of models: whether, and of which version. */
import { api, type Project } from '@labelkeep/api';
import { Button, EmptyState, Select, Spinner, Switch, toast } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { messageOf } from '../../shared/errors';
import { count } from '../../shared/numbers';
import { useChange } from './index';
import styles from './settings.module.css';

export function Predictions({ project }: { project: Project }) {
  const change = useChange(project);
  const versions = useQuery({
    queryKey: ['model-versions', project.id, project.total_predictions_number],
    queryFn: () => api.get<Record<string, number>>(`/api/projects/${project.id}/model-versions/`),
  });
  if (versions.isPending) return <Spinner label="Loading model versions" />;
  const entries = Object.entries(versions.data ?? {});
  const save = (fields: Partial<Record<keyof Project, unknown>>) =>
    change.mutate(fields, {
      onSuccess: () => toast.success('Saved'),
      onError: (error) => toast.error(messageOf(error)),
    });
  if (entries.length === 0) {
    return (
      <EmptyState title="No predictions yet">
        Import tasks with predictions, or send them by API; annotators can then begin with what a model suggests.
      </EmptyState>
    );
  }
  return (
    <div className={styles.form}>
      <Switch
        isSelected={project.show_collab_predictions}
        onChange={(value) => save({ show_collab_predictions: value })}
      >
        Show predictions to annotators
      </Switch>
      <Select
        label="Model version"
        description="Its scores order the tasks, and its predictions are shown first."
        value={project.model_version ?? ''}
        onChange={(value) => save({ model_version: value })}
        options={[
          { id: '', label: 'None' },
          ...entries.map(([version, number]) => ({ id: version, label: `${version || 'unnamed'} (${count(number)})` })),
        ].filter((option, index, all) => all.findIndex((other) => other.id === option.id) === index)}
      />
      <table className={styles.versions}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Predictions</th>
            <th scope="col">
              <span className={styles.hidden}>Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([version, number]) => (
            <tr key={version}>
              <td>
                <bdi>{version || 'unnamed'}</bdi>
              </td>
              <td>{count(number)}</td>
              <td>
                <Remove project={project} version={version} number={number} onRemoved={() => void versions.refetch()} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Remove({
  project,
  version,
  number,
  onRemoved,
}: {
  project: Project;
  version: string;
  number: number;
  onRemoved: () => void;
}) {
  const remove = async () => {
    try {
      await api.send('DELETE', `/api/projects/${project.id}/model-versions/`, { model_version: version });
      toast.success(`${count(number)} predictions of ${version || 'the unnamed version'} were deleted`);
      onRemoved();
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <Button size="small" variant="quiet" onPress={() => void remove()}>
      Delete
    </Button>
  );
}
