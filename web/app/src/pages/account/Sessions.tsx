/** Where one is signed in: each browser with its device, address and last use; one or all others can be ended. */
import { api, type User } from '@labelkeep/api';
import { Button, Chip, ConfirmDialog, EmptyState, Monitor, Panel, RelativeTime, Spinner, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { counted } from '../../shared/numbers';
import styles from './account.module.css';

interface Session {
  id: string;
  current: boolean;
  device: string;
  agent: string;
  address: string;
  created_at: string;
  last_seen_at: string;
  /** When it ends if nothing is done in it. */
  expires_at: string;
  persistent: boolean;
}

const PATH = '/api/current-user/sessions/';

export function Sessions(_: { me: User }) {
  const queries = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => api.get<Session[]>(PATH) });
  const [isAsking, setAsking] = useState(false);
  const reload = () => queries.invalidateQueries({ queryKey: ['sessions'] });
  const end = useMutation({
    mutationFn: (session: Session) => api.delete(`${PATH}${session.id}/`),
    onSuccess: (_answer, session) => {
      if (session.current) window.location.assign('/user/login/');
      else void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  const endOthers = useMutation({
    mutationFn: () => api.delete<{ ended: number }>(PATH),
    onSuccess: ({ ended }) => {
      toast.success(`${counted(ended, 'session')} ended`);
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(false),
  });
  if (sessions.isError) {
    return (
      <EmptyState
        title="Your sessions cannot be shown"
        actions={<Button onPress={() => void sessions.refetch()}>Try again</Button>}
      >
        {messageOf(sessions.error)}
      </EmptyState>
    );
  }
  if (!sessions.data) return <Spinner label="Loading your sessions" />;
  const others = sessions.data.filter(({ current }) => !current).length;
  return (
    <Panel
      title="Where you are signed in"
      actions={others > 0 && <Button onPress={() => setAsking(true)}>End {counted(others, 'other session')}</Button>}
    >
      <p className={styles.text}>
        If you do not know one of these, end it and change your password. API tokens are not sessions: see API tokens.
      </p>
      <ul className={styles.rows} aria-label="Sessions">
        {sessions.data.map((session) => (
          <li key={session.id}>
            <Monitor size={20} aria-hidden="true" />
            <div className={styles.main}>
              <div className={styles.line}>
                <strong title={session.agent}>{session.device}</strong>
                {session.current && <Chip color="var(--color-success)">This one</Chip>}
              </div>
              <small>
                <bdi>{session.address || 'Address unknown'}</bdi> · last seen{' '}
                <RelativeTime value={session.last_seen_at} /> · signed in <RelativeTime value={session.created_at} /> ·
                ends <RelativeTime value={session.expires_at} /> if unused
                {session.persistent ? '' : ', or with the browser'}
              </small>
            </div>
            <Button
              size="small"
              label={session.current ? 'Sign out here' : `End the session on ${session.device}`}
              isDisabled={end.isPending}
              isPending={end.isPending && end.variables?.id === session.id}
              onPress={() => end.mutate(session)}
            >
              {session.current ? 'Sign out here' : 'End'}
            </Button>
          </li>
        ))}
      </ul>
      {others === 0 && <p className={styles.note}>You are signed in nowhere else.</p>}
      <ConfirmDialog
        title={`End ${counted(others, 'session')}?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => endOthers.mutate()}
        confirmLabel={`End ${counted(others, 'session')}`}
        isPending={endOthers.isPending}
        danger
      >
        Whoever works there is asked to sign in again. This one stays.
      </ConfirmDialog>
    </Panel>
  );
}
