/** Makes a workspace, or changes what one is called. */
import { ApiError, api } from '@labelkeep/api';
import { Button, Dialog, Select, TextArea, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { quoted } from '../../../shared/isolated';
import type { Workspace } from '../../../shared/workspaces';
import styles from '../organization.module.css';

/** Colours that can be told apart in both themes; the names are what people choose by. */
const COLORS = [
  ['#FFFFFF', 'White'],
  ['#2457D6', 'Blue'],
  ['#1A7F4B', 'Green'],
  ['#C27803', 'Amber'],
  ['#C8323C', 'Red'],
  ['#7A3FC0', 'Violet'],
  ['#0E7C86', 'Teal'],
  ['#5B6474', 'Grey'],
] as const;

export function WorkspaceFields({ workspace, onSaved }: { workspace?: Workspace; onSaved: () => void }) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(workspace?.title ?? '');
  const [description, setDescription] = useState(workspace?.description ?? '');
  const [color, setColor] = useState(workspace?.color.toUpperCase() ?? '#FFFFFF');
  const save = useMutation({
    mutationFn: () => {
      const fields = { title: title.trim(), description, color };
      return workspace ? api.patch(`/api/workspaces/${workspace.id}/`, fields) : api.post('/api/workspaces/', fields);
    },
    onSuccess: async () => {
      toast.success(workspace ? 'Saved' : `${quoted(title.trim())} was made`);
      await queries.invalidateQueries({ queryKey: ['workspaces'] });
      onSaved();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const same =
    workspace !== undefined &&
    title === workspace.title &&
    description === workspace.description &&
    color === workspace.color.toUpperCase();
  const named = COLORS.map(([id, label]) => ({ id: id as string, label: label as string }));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim()) save.mutate();
      }}
    >
      <TextField
        label="Title"
        value={title}
        onChange={setTitle}
        autoFocus={!workspace}
        {...(fields.title ? { errorMessage: fields.title.join(' ') } : {})}
      />
      <TextArea label="Description" value={description} onChange={setDescription} rows={2} />
      <Select
        label="Colour"
        value={color}
        onChange={setColor}
        options={named.some(({ id }) => id === color) ? named : [{ id: color, label: color }, ...named]}
      />
      {save.isError && !fields.title && (
        <p role="alert" className={styles.error}>
          {messageOf(save.error)}
        </p>
      )}
      <div>
        <Button type="submit" variant="primary" isDisabled={!title.trim() || same} isPending={save.isPending}>
          {workspace ? 'Save' : 'Make the workspace'}
        </Button>
      </div>
    </form>
  );
}

export function WorkspaceForm({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="New workspace" isOpen onClose={onClose} size="small">
      <WorkspaceFields onSaved={onClose} />
    </Dialog>
  );
}
