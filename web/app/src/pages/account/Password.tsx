/** The password: the rules in words, each marked as soon as it seems to be met. The server judges, and says what is wrong. */
import { ApiError, api, type User } from '@labelkeep/api';
import { Button, Check, Panel, TextField, toast, X } from '@labelkeep/kit';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import styles from './account.module.css';

/** The least length that every organization has. */
const LEAST = 8;

interface Rule {
  text: string;
  /** Undefined: only the server knows. */
  isMet: boolean | undefined;
}

export function Password({ me }: { me: User }) {
  const policy = useQuery({
    queryKey: ['settings', '/api/password-policy/'],
    queryFn: () => api.get<{ min_length: number }>('/api/password-policy/'),
  });
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const save = useMutation({
    mutationFn: () => api.post('/api/current-user/password/', { current_password: current, password: fresh }),
    onSuccess: () => {
      setCurrent('');
      setFresh('');
      setAgain('');
      toast.success('The password was changed, and your other sessions were ended');
    },
  });
  const rules = rulesFor(fresh, Math.max(LEAST, policy.data?.min_length ?? LEAST), me);
  const isLong = rules[0]?.isMet ?? false;
  const of = (field: string) => (save.error instanceof ApiError ? save.error.fields[field]?.join(' ') : undefined);
  const problems = { current: of('current_password'), fresh: of('password') };
  const differs = again !== '' && again !== fresh;
  return (
    <Panel title="Password">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isLong && current && again === fresh) save.mutate();
        }}
      >
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(text) => {
            setCurrent(text);
            save.reset();
          }}
          {...(problems.current ? { errorMessage: problems.current } : {})}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          value={fresh}
          onChange={(text) => {
            setFresh(text);
            save.reset();
          }}
          {...(problems.fresh ? { errorMessage: problems.fresh } : {})}
        />
        <ul className={styles.rules} aria-label="What a password has to be">
          {rules.map(({ text, isMet }) => (
            <li key={text} data-met={isMet || undefined} data-open={fresh === '' || isMet === undefined || undefined}>
              {isMet ? <Check size={14} aria-hidden="true" /> : <X size={14} aria-hidden="true" />}
              <span>
                {text}
                {fresh !== '' && isMet !== undefined && (
                  <span className={styles.hidden}>{isMet ? ': met' : ': not met yet'}</span>
                )}
              </span>
            </li>
          ))}
        </ul>
        <TextField
          label="New password once more"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          {...(differs ? { errorMessage: 'The two are not the same.' } : {})}
        />
        {save.error && !problems.current && !problems.fresh && (
          <p className={styles.error} role="alert">
            {messageOf(save.error)}
          </p>
        )}
        <p className={styles.note}>Changing it ends your sessions on all other devices. API tokens go on working.</p>
        <div className={styles.buttons}>
          <Button
            type="submit"
            variant="primary"
            isDisabled={!current || !isLong || again !== fresh}
            isPending={save.isPending}
          >
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function rulesFor(password: string, least: number, me: User): Rule[] {
  const lower = password.toLowerCase();
  const own = [me.email.split('@')[0] ?? '', me.first_name, me.last_name]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= 4);
  return [
    { text: `At least ${least} characters; a sentence is easiest to remember`, isMet: [...password].length >= least },
    {
      text: 'Not your name or e-mail address',
      isMet: password !== '' && !own.some((word) => lower.replace(word, '').length < 4),
    },
    { text: 'None of the passwords that are tried first (judged when you save)', isMet: undefined },
  ];
}
