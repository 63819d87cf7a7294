/** The dialog: a passkey, or the password and then the code where there is a second step; a new window for everything else. */
import type { User } from '@labelkeep/api';
import { Button, Dialog, TextField } from '@labelkeep/kit';
import { useEffect, useState } from 'react';
import { hasPasskeys } from '../passkeys/webauthn';
import styles from './session.module.css';
import { type Step, sendCode, sendPasskey, sendPassword, whoIsThere } from './sign-in';

const PROBLEMS: Partial<Record<Step, string>> = {
  busy: 'Too many tries. Wait a few minutes.',
  elsewhere: 'This sign-in needs its own page. Open it in a new window, then come back here.',
  unreachable: 'The server cannot be reached. Check the connection and try again.',
};

export function SignInAgain({ who, onAnswer }: { who: User; onAnswer: (account: number | undefined) => void }) {
  const [step, setStep] = useState<'password' | 'code'>('password');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);

  // Signed in elsewhere: noticed when this window is looked at again.
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState !== 'visible') return;
      const account = await whoIsThere();
      if (account !== undefined) onAnswer(account);
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [onAnswer]);

  const send = async () => {
    if (!value || isPending) return;
    setPending(true);
    setProblem(undefined);
    const next = await (step === 'password' ? sendPassword(who.email, value) : sendCode(value));
    const account = next === 'done' ? await whoIsThere() : undefined;
    setPending(false);
    if (account !== undefined) {
      onAnswer(account);
      return;
    }
    if (next === 'code') {
      setStep('code');
      setValue('');
      return;
    }
    if (next === 'wrong') {
      setProblem(step === 'password' ? 'This is not your password.' : 'This code is not right, or it was used before.');
      return;
    }
    setProblem(PROBLEMS[next] ?? PROBLEMS.elsewhere);
  };

  const sendByPasskey = async () => {
    if (isPending) return;
    setPending(true);
    setProblem(undefined);
    const outcome = await sendPasskey();
    const account = outcome === 'done' ? await whoIsThere() : undefined;
    setPending(false);
    if (account !== undefined) onAnswer(account);
    else setProblem(outcome === 'done' ? PROBLEMS.elsewhere : outcome.problem);
  };

  return (
    <Dialog title="Your session has ended" isOpen isKept onClose={() => onAnswer(undefined)} size="small">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p>
          Sign in again as <bdi>{who.email}</bdi> to go on where you are. What is not sent yet is kept on this computer.
        </p>
        <TextField
          key={step}
          label={step === 'password' ? 'Password' : 'Code of your authenticator app, or a recovery code'}
          type={step === 'password' ? 'password' : 'text'}
          autoComplete={step === 'password' ? 'current-password' : 'one-time-code'}
          value={value}
          onChange={(text) => {
            setValue(text);
            setProblem(undefined);
          }}
          autoFocus
          {...(problem ? { errorMessage: problem } : {})}
        />
        <div className={styles.buttons}>
          <Button onPress={() => window.open('/user/login/?next=/user/account/', '_blank', 'noopener')}>
            Sign in in a new window
          </Button>
          {hasPasskeys() && (
            <Button isDisabled={isPending} onPress={() => void sendByPasskey()}>
              Use a passkey
            </Button>
          )}
          <Button type="submit" variant="primary" isDisabled={!value} isPending={isPending}>
            Sign in
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
