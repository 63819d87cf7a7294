/** Title and description. */
import type { Project } from '@labelkeep/api';
import { Button, TextArea, TextField, toast } from '@labelkeep/kit';
import { useState } from 'react';
import { messagesOf } from '../../shared/errors';
import { useChange } from './index';
import styles from './settings.module.css';

export function General({ project }: { project: Project }) {
  const change = useChange(project);
  const [title, setTitle] = useState(project.title);
  const [description, setDescription] = useState(project.description ?? '');
  const same = title === project.title && description === (project.description ?? '');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ title, description }, { onSuccess: () => toast.success('Saved') });
      }}
    >
      <TextField
        label="Title"
        value={title}
        onChange={setTitle}
        isRequired
        {...(change.error ? { errorMessage: messagesOf(change.error).join(' ') } : {})}
      />
      <TextArea label="Description" value={description} onChange={setDescription} rows={4} />
      <div>
        <Button type="submit" variant="primary" isDisabled={same} isPending={change.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
