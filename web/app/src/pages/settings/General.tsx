/** Title, description, and the workspace it lies in. */
import type { Project } from '@labelkeep/api';
import { Button, Select, Switch, TextArea, TextField, toast } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, problemOf } from '../../shared/errors';
import { may, useMe } from '../../shared/me';
import { workspacesQuery } from '../../shared/workspaces';
import { useChange } from './index';
import styles from './settings.module.css';

export function General({ project }: { project: Project }) {
  const change = useChange(project);
  const [title, setTitle] = useState(project.title);
  const [description, setDescription] = useState(project.description ?? '');
  const [workspace, setWorkspace] = useState(project.workspace ?? null);
  const me = useMe();
  const workspaces = useQuery({ ...workspacesQuery(), enabled: may(me.data, 'WorkspaceChange') });
  // Where the person may put it, and where it is.
  const places = (workspaces.data ?? []).filter(
    ({ id, permissions }) => permissions.includes('WorkspaceChange') || id === project.workspace,
  );
  const isMoved = workspace !== (project.workspace ?? null);
  const same = title === project.title && description === (project.description ?? '') && !isMoved;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { title, description, ...(isMoved ? { workspace } : {}) },
          { onSuccess: () => toast.success('Saved') },
        );
      }}
    >
      <TextField label="Title" value={title} onChange={setTitle} isRequired {...problemOf(change.error, 'title')} />
      <TextArea
        label="Description"
        value={description}
        onChange={setDescription}
        rows={4}
        {...problemOf(change.error, 'description')}
      />
      {project.is_published !== undefined && (
        <Switch
          isSelected={project.is_published}
          isDisabled={change.isPending}
          onChange={(is_published) =>
            change.mutate(
              { is_published },
              { onSuccess: () => toast.success(is_published ? 'Published' : 'No longer published') },
            )
          }
          description="Saved at once. With roles on, annotators and reviewers see only published projects they belong to."
        >
          Published
        </Switch>
      )}
      {places.length > 0 && (
        <Select
          label="Workspace"
          description="Its members see the project."
          value={String(workspace ?? '')}
          onChange={(id) => setWorkspace(id ? Number(id) : null)}
          options={[
            { id: '', label: 'None' },
            ...places.map(({ id, title: name, is_personal: isOwn }) => ({
              id: String(id),
              label: name,
              ...(isOwn ? { description: 'Seen by you alone; for projects you made.' } : {}),
            })),
          ]}
        />
      )}
      {change.error && ['title', 'description'].every((field) => !problemOf(change.error, field).errorMessage) && (
        <p role="alert" className={styles.error}>
          {messageOf(change.error)}
        </p>
      )}
      <div>
        <Button type="submit" variant="primary" isDisabled={same} isPending={change.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
