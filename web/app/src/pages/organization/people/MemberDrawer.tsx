/** One person: where they are signed in, what works for them, how they come back in, and their end here. */
import { api, type User } from '@labelkeep/api';
import { Button, Chip, ConfirmDialog, Dialog, RelativeTime, toast } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { may } from '../../../shared/me';
import { addressOf, ShownOnce } from '../../../shared/Picker';
import { type Member, nameOf, ROLES, reaches } from '../../../shared/people';
import styles from '../organization.module.css';
import { Factors, Sessions, Tokens } from './MemberAccess';
import { useErase, useHandOver, useRemove, useSetActive, useSetRole } from './queries';

interface Props {
  organization: number;
  me: User;
  member: Member | undefined;
  onClose: () => void;
}

export function MemberDrawer({ member, onClose, ...rest }: Props) {
  return (
    <Dialog title={member ? nameOf(member.user) : ''} isOpen={member !== undefined} onClose={onClose} placement="side">
      {member && <Details key={member.user.id} member={member} onClose={onClose} {...rest} />}
    </Dialog>
  );
}

interface Asked {
  title: string;
  label: string;
  text: string;
  run: () => void;
  pending: boolean;
}

type Question = 'deactivate' | 'remove' | 'erase' | 'hand-over' | 'owner';

function Details({ organization, me, member, onClose }: Props & { member: Member }) {
  const [asking, setAsking] = useState<Question>();
  const { user } = member;
  const name = nameOf(user);
  const isSelf = user.id === me.id;
  const canChange = !isSelf && reaches(me.role, member.role);
  const done = {
    onSuccess: onClose,
    onSettled: () => setAsking(undefined),
  };
  const setActive = useSetActive(organization);
  const remove = useRemove(organization);
  const erase = useErase(organization);
  const handOver = useHandOver(organization);
  const setRole = useSetRole(organization);
  const questions: Record<Question, Asked> = {
    deactivate: {
      title: `Deactivate ${name}?`,
      label: 'Deactivate, and end sessions and tokens',
      text: `${user.email} is signed out everywhere at once, and their API tokens stop working. What they made stays. You can activate them again; the tokens do not come back.`,
      run: () => setActive.mutate({ member, active: false }, done),
      pending: setActive.isPending,
    },
    remove: {
      title: `Remove ${name}?`,
      label: 'Remove from the organization',
      text: `${user.email} can no longer sign in here. What they labeled stays, under their name.`,
      run: () => remove.mutate(member, done),
      pending: remove.isPending,
    },
    erase: {
      title: `Erase ${name} for good?`,
      label: 'Erase this person for good',
      text: `Name, addresses, picture, ways to sign in and what the audit log says of ${user.email} are destroyed; nobody can bring them back. What they labeled stays, as the work of “erased-${user.id}”.`,
      run: () => erase.mutate(member, done),
      pending: erase.isPending,
    },
    owner: {
      title: `Make ${name} an owner, too?`,
      label: 'Make them owner',
      text: 'They can do everything that you can, also take your role away.',
      run: () => setRole.mutate({ member, role: 'OW' }, done),
      pending: setRole.isPending,
    },
    'hand-over': {
      title: `Hand the organization over to ${name}?`,
      label: 'Hand the organization over',
      text: 'They can do everything then. You become an administrator, and only they can make you owner again.',
      run: () => handOver.mutate(member, done),
      pending: handOver.isPending,
    },
  };
  const question = asking ? questions[asking] : undefined;
  return (
    <div className={styles.drawer}>
      <dl className={styles.facts}>
        <dt>E-mail</dt>
        <dd>
          <bdi>{user.email}</bdi> {user.email_verified === false && me.mail_enabled && <Chip>Not confirmed</Chip>}
        </dd>
        <dt>Role</dt>
        <dd>
          {ROLES[member.role].name} <span className={styles.muted}>{ROLES[member.role].meaning}</span>
        </dd>
        <dt>Last activity</dt>
        <dd>{user.last_activity ? <RelativeTime value={user.last_activity} /> : 'Never'}</dd>
        <dt>Joined</dt>
        <dd>
          <RelativeTime value={user.date_joined} />
        </dd>
      </dl>
      {canChange && member.active && <ResetLink user={user} />}
      <Sessions organization={organization} user={user} canChange={canChange} />
      <Tokens organization={organization} user={user} canChange={canChange} />
      <Factors organization={organization} user={user} canChange={canChange} />
      {(canChange || may(me, 'MemberRemove')) && !isSelf && (
        <section>
          <h3>Access</h3>
          <div className={styles.buttons}>
            {canChange && member.active && <Button onPress={() => setAsking('deactivate')}>Deactivate</Button>}
            {canChange && !member.active && (
              <Button
                isPending={setActive.isPending}
                onPress={() => setActive.mutate({ member, active: true }, { onSuccess: onClose })}
              >
                Activate
              </Button>
            )}
            {me.role === 'OW' && member.active && member.role !== 'OW' && (
              <>
                <Button onPress={() => setAsking('owner')}>Make owner</Button>
                <Button onPress={() => setAsking('hand-over')}>Hand the organization over</Button>
              </>
            )}
            {may(me, 'MemberRemove') && (
              <Button variant="danger" onPress={() => setAsking('remove')}>
                Remove
              </Button>
            )}
            {canChange && member.role !== 'OW' && (
              <Button variant="danger" onPress={() => setAsking('erase')}>
                Erase
              </Button>
            )}
          </div>
        </section>
      )}
      <ConfirmDialog
        title={question?.title ?? ''}
        isOpen={question !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => question?.run()}
        isPending={question?.pending ?? false}
        confirmLabel={question?.label ?? ''}
        danger
      >
        {question?.text}
      </ConfirmDialog>
    </div>
  );
}

/** A link by which somebody who forgot the password chooses a new one: shown once, to be sent by a safe way. */
function ResetLink({ user }: { user: User }) {
  const make = useMutation({
    mutationFn: () => api.post<{ url: string; expires_at: string }>(`/api/users/${user.id}/reset-link/`),
    onError: (error) => toast.error(messageOf(error)),
  });
  return (
    <section>
      <h3>Forgotten password</h3>
      <p className={styles.text}>
        A link by which {nameOf(user)} chooses a new password. It works once, for half an hour; send it by a way that
        only they read.
      </p>
      {make.data ? (
        <ShownOnce label="Reset link, shown this once" value={addressOf(make.data.url)} />
      ) : (
        <Button isPending={make.isPending} onPress={() => make.mutate()}>
          Make a reset link
        </Button>
      )}
    </section>
  );
}
