/** Who one is: picture, names, telephone, e-mail address. */
import { api, type User } from '@labelkeep/api';
import { Button, Panel, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import styles from '../account.module.css';
import { Email } from './Email';
import { Picture } from './Picture';

export function Profile({ me }: { me: User }) {
  return (
    <>
      <Names me={me} />
      <Email me={me} />
    </>
  );
}

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
          <TextField label="First name" value={first} onChange={setFirst} />
          <TextField label="Last name" value={last} onChange={setLast} />
        </div>
        <TextField label="Phone" value={phone} onChange={setPhone} />
        {save.error && (
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
