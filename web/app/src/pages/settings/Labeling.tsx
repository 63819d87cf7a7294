/** The labeling setup of a project. The server refuses what would orphan existing answers. */
import { api, type Project, type TaskPage } from '@labelkeep/api';
import { Button, Dialog, toast } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfigEditor } from '../../features/config/ConfigEditor';
import { Gallery } from '../../features/config/Gallery';
import { messagesOf } from '../../shared/errors';
import { useChange } from './index';
import styles from './settings.module.css';

export function Labeling({ project }: { project: Project }) {
  const change = useChange(project);
  const [config, setConfig] = useState(project.label_config);
  const [choosing, setChoosing] = useState(false);
  const first = useQuery({
    queryKey: ['tasks', project.id, 'first'],
    queryFn: async () =>
      project.task_number > 0
        ? ((await api.get<TaskPage>('/api/tasks/', { project: project.id, page_size: 1 })).tasks[0]?.data ?? null)
        : null,
  });
  return (
    <div className={styles.wide}>
      <div className={styles.bar}>
        <Button onPress={() => setChoosing(true)}>Choose a template</Button>
        <span className={styles.grow} />
        <Button isDisabled={config === project.label_config} onPress={() => setConfig(project.label_config)}>
          Take the changes back
        </Button>
        <Button
          variant="primary"
          isDisabled={config === project.label_config}
          isPending={change.isPending}
          onPress={() =>
            change.mutate({ label_config: config }, { onSuccess: () => toast.success('The labeling setup was saved') })
          }
        >
          Save the labeling setup
        </Button>
      </div>
      <ConfigEditor
        value={config}
        onChange={setConfig}
        sample={first.data ?? undefined}
        serverErrors={change.error ? messagesOf(change.error) : []}
      />
      <Dialog title="Templates" isOpen={choosing} onClose={() => setChoosing(false)} size="large">
        <Gallery
          onChoose={(template) => {
            setConfig(template.config);
            setChoosing(false);
          }}
        />
      </Dialog>
    </div>
  );
}
