/** The e-mail address: one signs in with it. A new one counts when the link in the mail to it has been used. */
import { ApiError, api, type User } from '@labelkeep/api';
import { Button, Chip, Panel, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import styles from '../account.module.css';

const PATH = '/api/current-user/email/';

export function Email({ me }: { me: User }) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const reload = () => queries.invalidateQueries({ queryKey: ['me'] });
  const forget = useMutation({
    mutationFn: () => api.delete(PATH),
    onSuccess: reload,
    onError: (error) => toast.error(messageOf(error)),
  });
  const verify = useMutation({
    mutationFn: () => api.post('/api/current-user/verify-email/'),
    onSuccess: () => toast.success(`A link was sent to ${me.email}`),
    onError: (error) => toast.error(messageOf(error)),
  });
  return (
    <Panel title="E-mail address">
      <div className={styles.line}>
        <bdi className={styles.value}>{me.email}</bdi>
        {me.email_verified && <Chip color="var(--color-success)">Confirmed</Chip>}
        {me.email_verified === false && me.mail_enabled && (
          <>
            <Chip color="var(--color-warning)">Not confirmed</Chip>
            <Button size="small" isPending={verify.isPending} onPress={() => verify.mutate()}>
              Send a link to confirm it
            </Button>
          </>
        )}
      </div>
      {me.pending_email && (
        <div className={styles.notice} role="status">
          <span>
            <bdi>{me.pending_email}</bdi> waits to be confirmed: open the link that was sent there. It works for 30
            minutes; until then you sign in with the present address.
          </span>
          <Button size="small" isPending={forget.isPending} onPress={() => forget.mutate()}>
            Forget the new address
          </Button>
        </div>
      )}
      {me.mail_enabled ? (
        isOpen ? (
          <Change
            onDone={() => {
              setOpen(false);
              void reload();
            }}
            onCancel={() => setOpen(false)}
          />
        ) : (
          <Button onPress={() => setOpen(true)}>Change the address</Button>
        )
      ) : (
        <p className={styles.note}>
          This server sends no mail, so a new address cannot be confirmed. Ask an administrator of your organization.
        </p>
      )}
    </Panel>
  );
}

function Change({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const save = useMutation({ mutationFn: () => api.post(PATH, { email, password }), onSuccess: onDone });
  const of = (field: string) => (save.error instanceof ApiError ? save.error.fields[field]?.join(' ') : undefined);
  const problems = { email: of('email'), password: of('password') };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className={styles.pair}>
        <TextField
          label="New address"
          type="email"
          value={email}
          onChange={(text) => {
            setEmail(text);
            save.reset();
          }}
          autoFocus
          {...(problems.email ? { errorMessage: problems.email } : {})}
        />
        <TextField
          label="Your password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(text) => {
            setPassword(text);
            save.reset();
          }}
          {...(problems.password ? { errorMessage: problems.password } : {})}
        />
      </div>
      {save.error && !problems.email && !problems.password && (
        <p className={styles.error} role="alert">
          {messageOf(save.error)}
        </p>
      )}
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" isDisabled={!email || !password} isPending={save.isPending}>
          Send a link to the new address
        </Button>
        <Button onPress={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
