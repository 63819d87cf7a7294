/** Gives a passkey or an authenticator app another name. */
import { api } from '@labelkeep/api';
import { Button, Dialog, TextField } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import styles from '../account.module.css';
import { FACTORS, type Factor, KINDS } from './queries';

export function RenameFactor({ factor, onClose, onDone }: { factor: Factor; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(factor.name);
  const rename = useMutation({
    mutationFn: () => api.patch<Factor>(`${FACTORS}${factor.id}/`, { name: name.trim() }),
    onSuccess: onDone,
  });
  return (
    <Dialog title={`Rename the ${KINDS[factor.kind].word}`} isOpen onClose={onClose} size="small">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() && !rename.isPending) rename.mutate();
        }}
      >
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          autoFocus
          {...(rename.error ? { errorMessage: messageOf(rename.error) } : {})}
        />
        <div className={styles.end}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" isDisabled={name.trim() === ''} isPending={rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
