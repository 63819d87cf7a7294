/** Whether the server leaves the project's media alone: then browsers get them from the object store, and nobody else does. */
import type { Project } from '@labelkeep/api';
import { Panel, Switch, toast } from '@labelkeep/kit';
import { messageOf } from '../../../shared/errors';
import { useChange } from '../index';
import styles from './storages.module.css';

export function Untouched({ project }: { project: Project }) {
  const change = useChange(project);
  const set = (never_touches_media: boolean) =>
    change.mutate(
      { never_touches_media },
      {
        onSuccess: () =>
          toast.success(
            never_touches_media ? 'The server leaves the media alone' : 'Media may go through the server again',
          ),
      },
    );
  return (
    <Panel title="Media">
      <div className={styles.form}>
        <Switch
          isSelected={project.never_touches_media === true}
          isDisabled={change.isPending}
          onChange={set}
          description="Saved at once. Browsers get files by signed links from the store itself. Files are not sent through the server, not read as tasks, not fetched and not uploaded."
        >
          The server never touches the media
        </Switch>
        {change.error && (
          <p className={styles.error} role="alert">
            {messageOf(change.error)}
          </p>
        )}
      </div>
    </Panel>
  );
}
