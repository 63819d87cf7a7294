/** One's own account: names, password, tokens, theme. */
import { api, type User } from '@labelkeep/api';
import { Avatar, Button, PageHeader, Panel, RadioGroup, Spinner, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { useTitle } from '../../shared/title';
import { setTheme, type Theme, useTheme } from '../../shell/theme';
import styles from './account.module.css';
import { Keys } from './Keys';
import { Tokens } from './Tokens';

export function AccountPage() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.get<User>('/api/current-user/whoami') });
  useTitle('Account');
  if (!me.data) return <Spinner label="Loading your account" />;
  return (
    <div className={styles.page}>
      <PageHeader title="Account" description={me.data.email} />
      <Profile me={me.data} />
      <Password />
      <Tokens />
      <Keys me={me.data} />
      <Appearance />
    </div>
  );
}

function Profile({ me }: { me: User }) {
  const queries = useQueryClient();
  const [first, setFirst] = useState(me.first_name);
  const [last, setLast] = useState(me.last_name);
  const [phone, setPhone] = useState(me.phone);
  const save = useMutation({
    mutationFn: () => api.patch<User>(`/api/users/${me.id}/`, { first_name: first, last_name: last, phone }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['me'] });
      toast.success('Saved');
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  const same = first === me.first_name && last === me.last_name && phone === me.phone;
  return (
    <Panel title="Profile" actions={<Avatar name={`${first} ${last}`.trim() || me.email} />}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className={styles.pair}>
          <TextField label="First name" value={first} onChange={setFirst} />
          <TextField label="Last name" value={last} onChange={setLast} />
        </div>
        <TextField label="Phone" value={phone} onChange={setPhone} />
        <div>
          <Button type="submit" variant="primary" isDisabled={same} isPending={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Password() {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const save = useMutation({
    mutationFn: () => api.post('/api/current-user/password/', { current_password: current, password: fresh }),
    onSuccess: () => {
      setCurrent('');
      setFresh('');
      toast.success('The password was changed, and your other sessions were ended');
    },
  });
  return (
    <Panel title="Password">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label="Current password" type="password" value={current} onChange={setCurrent} />
        <TextField
          label="New password"
          type="password"
          value={fresh}
          onChange={setFresh}
          description="At least 8 characters, and not a common word."
          {...(save.error ? { errorMessage: messageOf(save.error) } : {})}
        />
        <div>
          <Button type="submit" isDisabled={!current || fresh.length < 8} isPending={save.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Appearance() {
  const theme = useTheme();
  return (
    <Panel title="Appearance">
      <RadioGroup
        label="Theme"
        value={theme}
        onChange={(value) => setTheme(value as Theme)}
        options={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'auto', label: "The system's" },
        ]}
      />
    </Panel>
  );
}
