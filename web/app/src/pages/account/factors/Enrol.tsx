/** Sets up an authenticator app: a picture to scan or a key to type, then a code as the proof that it works. */
import { ApiError, api } from '@labelkeep/api';
import { Button, Dialog, Spinner, TextField } from '@labelkeep/kit';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { ShownOnce } from '../../../shared/Picker';
import styles from '../account.module.css';
import { type ConfirmedFactor, type Enrolment, FACTORS } from './queries';

export function Enrol({ onClose, onDone }: { onClose: () => void; onDone: (codes: string[] | null) => void }) {
  const [code, setCode] = useState('');
  // Not kept: the secret is shown this once.
  const begun = useQuery({
    queryKey: ['factor-enrolment'],
    queryFn: () => api.post<Enrolment>(`${FACTORS}totp/`, {}),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const confirm = useMutation({
    mutationFn: () =>
      api.post<ConfirmedFactor>(`${FACTORS}${begun.data?.id}/confirm/`, { code: code.replace(/\s/g, '') }),
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
  });
  const problem =
    confirm.error instanceof ApiError && confirm.error.status === 429
      ? 'Too many wrong codes. Wait five minutes.'
      : confirm.error && messageOf(confirm.error);
  return (
    <Dialog title="Set up an authenticator app" isOpen isKept onClose={onClose} size="medium">
      {begun.isPending && <Spinner label="Preparing" />}
      {begun.isError && (
        <p className={styles.error} role="alert">
          {messageOf(begun.error)}
        </p>
      )}
      {begun.data && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (code) confirm.mutate();
          }}
        >
          <p className={styles.plain}>1. Scan this picture with the app: any that knows time-based codes (TOTP).</p>
          <div className={styles.enrol}>
            <img
              className={styles.qr}
              src={`data:image/svg+xml,${encodeURIComponent(begun.data.qr_svg)}`}
              alt="QR code for your authenticator app"
            />
            <div className={styles.form}>
              <p className={styles.note}>No camera? Type this key into the app instead. It is shown this once.</p>
              <ShownOnce label="Key" value={groups(begun.data.secret)} />
            </div>
          </div>
          <p className={styles.plain}>2. Enter the six digits that the app shows now.</p>
          <TextField
            label="Code"
            autoComplete="one-time-code"
            value={code}
            onChange={(text) => {
              setCode(text);
              confirm.reset();
            }}
            autoFocus
            {...(problem ? { errorMessage: problem } : {})}
          />
          <div className={styles.end}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" isDisabled={code.trim() === ''} isPending={confirm.isPending}>
              Turn it on
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** In fours, as people type it; apps ignore the spaces. */
function groups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
