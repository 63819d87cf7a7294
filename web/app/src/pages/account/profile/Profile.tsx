/** Who one is: picture, names, telephone, e-mail address. */
import { api, type User } from '@labelkeep/api';
import { Button, Panel, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, problemOf } from '../../../shared/errors';
import styles from '../account.module.css';
import { Email } from './Email';
import { Picture } from './Picture';

export function Profile({ me }: { me: User }) {
  return (
    <>
      <Names me={me} />
      <Email me={me} />
      <Panel title="Your data">
        <p className={styles.text}>
          Your account, memberships, sessions and tokens, what you have done here, and all your annotations, as a file
          with one JSON object a line. An administrator can erase who you are; your work then stays, as that of nobody
          known.
        </p>
        <div className={styles.buttons}>
          <Button onPress={() => window.location.assign('/api/current-user/export/')}>Download your data</Button>
        </div>
      </Panel>
    </>
  );
}

/** What has a place of its own for what the server says about it. */
const FIELDS = ['first_name', 'last_name', 'phone'];

function Names({ me }: { me: User }) {
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
  });
  const same = first === me.first_name && last === me.last_name && phone === me.phone;
  return (
    <Panel title="Profile">
      <Picture me={me} />
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!same) save.mutate();
        }}
      >
        <div className={styles.pair}>
          <TextField
            label="First name"
            autoComplete="given-name"
            value={first}
            onChange={setFirst}
            {...problemOf(save.error, 'first_name')}
          />
          <TextField
            label="Last name"
            autoComplete="family-name"
            value={last}
            onChange={setLast}
            {...problemOf(save.error, 'last_name')}
          />
        </div>
        <TextField
          label="Phone"
          autoComplete="tel"
          value={phone}
          onChange={setPhone}
          {...problemOf(save.error, 'phone')}
        />
        {save.error && !FIELDS.some((field) => problemOf(save.error, field).errorMessage) && (
          <p className={styles.error} role="alert">
            {messageOf(save.error)}
          </p>
        )}
        <div className={styles.buttons}>
          <Button type="submit" variant="primary" isDisabled={same} isPending={save.isPending}>
            Save the profile
          </Button>
        </div>
      </form>
    </Panel>
  );
}
