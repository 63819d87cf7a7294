/** The dialog: password, passkey, or the code of the authenticator app, whichever the person has. */
import { ApiError, api } from '@labelkeep/api';
import { Button, Dialog, RadioGroup, Spinner, TextField } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../errors';
import { hasPasskeys, PasskeyProblem, type PasskeyQuestion, usePasskey } from '../passkeys/webauthn';
import styles from './confirm.module.css';

interface Confirmation {
  recent: boolean;
  methods: string[];
}

/** What the dialog can ask, by the server's name of it: the field of the request, and what it is called. */
const METHODS = {
  passkey: { field: 'passkey', label: 'Passkey', choice: 'A passkey', type: undefined },
  password: { field: 'password', label: 'Password', choice: 'Your password', type: 'password' },
  totp: { field: 'code', label: 'Code', choice: 'A code of your authenticator app', type: 'text' },
} as const;

type Method = keyof typeof METHODS;

const PATH = '/api/current-user/confirm/';

export function ConfirmIdentity({ onAnswer }: { onAnswer: (isConfirmed: boolean) => void }) {
  const state = useQuery({ queryKey: ['confirm'], queryFn: () => api.get<Confirmation>(PATH), gcTime: 0 });
  const methods = (Object.keys(METHODS) as Method[]).filter(
    (name) => state.data?.methods.includes(name) && (name !== 'passkey' || hasPasskeys()),
  );
  const [chosen, setChosen] = useState<Method>();
  const method = chosen ?? methods[0];
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);

  const send = async () => {
    if (!method || (!value && method !== 'passkey') || isPending) return;
    setPending(true);
    setProblem(undefined);
    try {
      const proof = method === 'passkey' ? await usePasskey(await api.post<PasskeyQuestion>(`${PATH}passkey/`)) : value;
      await api.post(PATH, { [METHODS[method].field]: proof });
      onAnswer(true);
    } catch (error) {
      setProblem(wordsFor(error));
      setPending(false);
    }
  };

  return (
    <Dialog title="Confirm that it is you" isOpen onClose={() => onAnswer(false)} size="small">
      {state.isPending && <Spinner label="Asking the server" />}
      {state.isError && <p role="alert">{messageOf(state.error)}</p>}
      {state.isSuccess && !method && (
        <p>You signed in some time ago. Sign out and in again, then repeat what you wanted to do.</p>
      )}
      {method && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <p>This is sensitive, and you signed in more than ten minutes ago.</p>
          {methods.length > 1 && (
            <RadioGroup
              label="Confirm by"
              value={method}
              onChange={(name) => {
                setChosen(name as Method);
                setValue('');
                setProblem(undefined);
              }}
              options={methods.map((name) => ({ value: name, label: METHODS[name].choice }))}
            />
          )}
          {METHODS[method].type ? (
            <TextField
              key={method}
              label={METHODS[method].label}
              type={METHODS[method].type}
              autoComplete={method === 'password' ? 'current-password' : 'one-time-code'}
              value={value}
              onChange={(text) => {
                setValue(text);
                setProblem(undefined);
              }}
              autoFocus
              {...(problem ? { errorMessage: problem } : {})}
            />
          ) : (
            problem && (
              <p className={styles.error} role="alert">
                {problem}
              </p>
            )
          )}
          <div className={styles.buttons}>
            <Button onPress={() => onAnswer(false)}>Cancel</Button>
            <Button type="submit" variant="primary" isDisabled={!value && method !== 'passkey'} isPending={isPending}>
              {method === 'passkey' ? 'Use a passkey' : 'Confirm'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function wordsFor(error: unknown): string {
  if (error instanceof PasskeyProblem) return error.message;
  return error instanceof ApiError && error.status === 429 ? 'Too many tries. Wait a few minutes.' : messageOf(error);
}
