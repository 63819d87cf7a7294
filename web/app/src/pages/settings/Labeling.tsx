/** The labeling setup of a project, with what existing answers would lose by a change. The server refuses to orphan answers. */
import { api, type Project, type TaskPage } from '@labelkeep/api';
import { Button, Dialog, toast } from '@labelkeep/kit';
import { validate } from '@labelkeep/labeling';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ConfigEditor, hasErrors } from '../../features/config/ConfigEditor';
import { Gallery } from '../../features/config/Gallery';
import { diagnosticsOf } from '../../features/config/language';
import { messagesOf } from '../../shared/errors';
import { useChange } from './index';
import { Losses } from './Losses';
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
  const isBroken = useMemo(() => hasErrors(diagnosticsOf(validate(config))), [config]);
  const isSame = config === project.label_config;
  return (
    <div className={styles.wide}>
      <div className={styles.bar}>
        <Button onPress={() => setChoosing(true)}>Choose a template</Button>
        <span className={styles.grow} />
        <Button
          isDisabled={isSame}
          onPress={() => {
            setConfig(project.label_config);
            change.reset();
          }}
        >
          Take the changes back
        </Button>
        <Button
          variant="primary"
          isDisabled={isSame || isBroken}
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
        onChange={(text) => {
          setConfig(text);
          if (change.isError) change.reset();
        }}
        data={first.data ? { kind: 'row', row: first.data } : undefined}
        serverErrors={change.error ? messagesOf(change.error) : []}
        notes={!isSame && !isBroken && <Losses project={project} config={config} />}
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
