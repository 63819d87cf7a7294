/** The dialog: password or the code of the authenticator app, whichever the person has. */
import { ApiError, api } from '@labelkeep/api';
import { Button, Dialog, RadioGroup, Spinner, TextField } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../errors';
import styles from './confirm.module.css';

interface Confirmation {
  recent: boolean;
  methods: string[];
}

/** What the dialog can ask, by the server's name of it: the field of the request, and what it is called. */
const METHODS = {
  password: { field: 'password', label: 'Password', choice: 'Your password', type: 'password' },
  totp: { field: 'code', label: 'Code', choice: 'A code of your authenticator app', type: 'text' },
} as const;

type Method = keyof typeof METHODS;

const PATH = '/api/current-user/confirm/';

export function ConfirmIdentity({ onAnswer }: { onAnswer: (isConfirmed: boolean) => void }) {
  const state = useQuery({ queryKey: ['confirm'], queryFn: () => api.get<Confirmation>(PATH), gcTime: 0 });
  const methods = (Object.keys(METHODS) as Method[]).filter((name) => state.data?.methods.includes(name));
  const [chosen, setChosen] = useState<Method>();
  const method = chosen ?? methods[0];
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);

  const send = async () => {
    if (!method || !value || isPending) return;
    setPending(true);
    try {
      await api.post(PATH, { [METHODS[method].field]: value });
      onAnswer(true);
    } catch (error) {
      setProblem(
        error instanceof ApiError && error.status === 429 ? 'Too many tries. Wait a few minutes.' : messageOf(error),
      );
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
          <div className={styles.buttons}>
            <Button onPress={() => onAnswer(false)}>Cancel</Button>
            <Button type="submit" variant="primary" isDisabled={!value} isPending={isPending}>
              Confirm
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
