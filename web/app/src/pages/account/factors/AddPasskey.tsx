/** Makes a passkey: a name first, then the browser asks for a finger, a face, a PIN or a security key. */
import { api } from '@labelkeep/api';
import { Button, Dialog, TextField } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { createPasskey, type NewPasskeyQuestion, PasskeyProblem } from '../../../shared/passkeys/webauthn';
import styles from '../account.module.css';
import { type ConfirmedFactor, MOST_CHARACTERS, PASSKEYS } from './queries';

export function AddPasskey({ onClose, onDone }: { onClose: () => void; onDone: (codes: string[] | null) => void }) {
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: async () => {
      const question = await api.post<NewPasskeyQuestion>(`${PASSKEYS}begin/`);
      const answer = await createPasskey(question);
      return api.post<ConfirmedFactor>(`${PASSKEYS}finish/`, { ...answer, name: name.trim() });
    },
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
  });
  const isLong = [...name.trim()].length > MOST_CHARACTERS;
  const isGood = name.trim() !== '' && !isLong;
  const problem = add.error && (add.error instanceof PasskeyProblem ? add.error.message : messageOf(add.error));
  return (
    <Dialog title="Add a passkey" isOpen isKept onClose={onClose} size="small">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isGood && !add.isPending) add.mutate();
        }}
      >
        <p className={styles.note}>
          Your browser will ask where to keep it: on this device, in your password manager, on your phone, or on a
          security key.
        </p>
        <TextField
          label="Name"
          description="By which you will know it, such as “Work laptop”."
          value={name}
          onChange={(text) => {
            setName(text);
            add.reset();
          }}
          autoFocus
          {...(isLong ? { errorMessage: `At most ${MOST_CHARACTERS} characters.` } : {})}
        />
        {problem && (
          <p className={styles.error} role="alert">
            {problem}
          </p>
        )}
        <div className={styles.end}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" isDisabled={!isGood} isPending={add.isPending}>
            {problem ? 'Try again' : 'Create the passkey'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
