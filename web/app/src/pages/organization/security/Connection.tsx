/** The foot of a provider's settings: save, test, forget; and what the test found. */
import { ApiError, api } from '@labelkeep/api';
import { Button, ConfirmDialog, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, problemOf } from '../../../shared/errors';
import styles from './security.module.css';

export function Connection({
  path,
  name,
  isSet,
  isChanged,
  isPending,
  error,
  onSave,
  onForgotten,
}: {
  /** Where the settings are; the test is below it. */
  path: string;
  name: string;
  /** Whether there is something that can be removed here. */
  isSet: boolean;
  isChanged: boolean;
  isPending: boolean;
  /** Of the last attempt to save. */
  error: unknown;
  onSave: () => void;
  onForgotten: () => void;
}) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const test = useMutation({ mutationFn: () => api.post<{ ok: boolean; detail: string }>(`${path}test/`) });
  const forget = useMutation({
    mutationFn: () => api.delete(path),
    onSuccess: async () => {
      onForgotten();
      test.reset();
      await queries.invalidateQueries({ queryKey: ['settings', path] });
      toast.success(`The settings of ${name} were removed`);
    },
    onError: (failure) => toast.error(messageOf(failure)),
    onSettled: () => setAsking(false),
  });
  const failure = error ?? test.error;
  return (
    <>
      {failure ? (
        <p className={styles.error} role="alert">
          {summaryOf(failure)}
        </p>
      ) : (
        test.data && (
          <p className={test.data.ok ? styles.found : styles.error} role="status">
            {test.data.detail}
          </p>
        )
      )}
      <div className={styles.buttons}>
        <Button variant="primary" isDisabled={!isChanged} isPending={isPending} onPress={onSave}>
          Save {name}
        </Button>
        <Button isDisabled={isChanged} isPending={test.isPending} onPress={() => test.mutate()}>
          Test the connection
        </Button>
        {isSet && <Button onPress={() => setAsking(true)}>Remove the settings</Button>}
        {isChanged && <span className={styles.note}>Save before you test.</span>}
      </div>
      <ConfirmDialog
        title={`Remove the settings of ${name}?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => forget.mutate()}
        confirmLabel="Remove them"
        isPending={forget.isPending}
        danger
      >
        Nobody signs in by {name} any more. People and their work stay.
      </ConfirmDialog>
    </>
  );
}

/** Settings that are switches, and have no place for what is wrong with them. */
const SWITCHES = ['enabled', 'local_passwords', 'start_tls', 'manual_role_management'];

/** What the fields themselves do not show. */
function summaryOf(error: unknown): string {
  const fields = error instanceof ApiError ? Object.keys(error.fields) : [];
  if (!fields.some((field) => field !== 'non_field_errors' && !SWITCHES.includes(field))) return messageOf(error);
  const others = [...SWITCHES, 'non_field_errors'].flatMap((field) => problemOf(error, field).errorMessage ?? []);
  return ['Not saved: see the fields that are marked above.', ...others].join(' ');
}
