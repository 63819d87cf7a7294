/** Sessions, tokens and second factors of a member: seen, and ended, by those who manage people. */
import { api, type User } from '@labelkeep/api';
import { Button, Chip, ConfirmDialog, RelativeTime, Spinner, toast } from '@labelkeep/kit';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { counted } from '../../../shared/numbers';
import { nameOf } from '../../../shared/people';
import styles from '../organization.module.css';

interface Props {
  organization: number;
  user: User;
  canChange: boolean;
}

interface Session {
  id: string;
  device: string;
  address: string;
  last_seen_at: string;
}

interface Token {
  id: number;
  kind: string;
  name: string;
  prefix: string;
  status: 'active' | 'expired' | 'revoked' | 'disabled';
  last_used_at: string | null;
  expires_at: string;
}

/** A list of the member's, and how its entries end. */
function useListOf<Item>(organization: number, user: User, what: string) {
  const path = `/api/organizations/${organization}/memberships/${user.id}/${what}/`;
  const list = useQuery({ queryKey: ['member', organization, user.id, what], queryFn: () => api.get<Item>(path) });
  const end = useMutation({
    mutationFn: (id: string | number | undefined) => api.delete(id === undefined ? path : `${path}${id}/`),
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => list.refetch(),
  });
  return { list, end };
}

export function Sessions({ organization, user, canChange }: Props) {
  const { list, end } = useListOf<Session[]>(organization, user, 'sessions');
  return (
    <section>
      <h3>Signed in</h3>
      {list.isPending && <Spinner label="Loading sessions" />}
      {list.isError && <p className={styles.error}>{messageOf(list.error)}</p>}
      {list.data?.length === 0 && <p className={styles.muted}>Nowhere at present.</p>}
      <ul className={styles.list} aria-label="Sessions">
        {list.data?.map((session) => (
          <li key={session.id}>
            <div>
              {session.device}
              <small>
                {session.address}, <RelativeTime value={session.last_seen_at} />
              </small>
            </div>
            {canChange && (
              <Button
                size="small"
                label={`End the session on ${session.device}`}
                isPending={end.isPending && end.variables === session.id}
                onPress={() => end.mutate(session.id)}
              >
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
      {canChange && (list.data?.length ?? 0) > 1 && (
        <Button size="small" variant="danger" isPending={end.isPending} onPress={() => end.mutate(undefined)}>
          End all {list.data?.length} sessions
        </Button>
      )}
    </section>
  );
}

const KINDS: Record<string, string> = { personal: 'Personal', refresh: 'Python client', legacy: 'Legacy' };

export function Tokens({ organization, user, canChange }: Props) {
  const { list, end } = useListOf<Token[]>(organization, user, 'tokens');
  const [asking, setAsking] = useState(false);
  const living = list.data?.filter((token) => token.status === 'active') ?? [];
  return (
    <section>
      <h3>API tokens</h3>
      {list.isPending && <Spinner label="Loading tokens" />}
      {list.isError && <p className={styles.error}>{messageOf(list.error)}</p>}
      {list.isSuccess && living.length === 0 && <p className={styles.muted}>None.</p>}
      <ul className={styles.list} aria-label="API tokens">
        {living.map((token) => (
          <li key={token.id}>
            <div>
              <bdi>{token.name || KINDS[token.kind]}</bdi> <Chip>{KINDS[token.kind] ?? token.kind}</Chip>
              <small>
                {token.last_used_at ? (
                  <>
                    used <RelativeTime value={token.last_used_at} />
                  </>
                ) : (
                  'never used'
                )}
                , ends <RelativeTime value={token.expires_at} />
              </small>
            </div>
            {canChange && (
              <Button
                size="small"
                label={`Revoke ${token.name || KINDS[token.kind]}`}
                isPending={end.isPending && end.variables === token.id}
                onPress={() => end.mutate(token.id)}
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      {canChange && living.length > 1 && (
        <Button size="small" variant="danger" onPress={() => setAsking(true)}>
          Revoke all {living.length} tokens
        </Button>
      )}
      <ConfirmDialog
        title={`Revoke all tokens of ${nameOf(user)}?`}
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => end.mutate(undefined, { onSettled: () => setAsking(false) })}
        isPending={end.isPending}
        confirmLabel={`Revoke ${counted(living.length, 'token')}`}
        danger
      >
        Scripts that use them stop working at once.
      </ConfirmDialog>
    </section>
  );
}

interface FactorState {
  enrolled: boolean;
  kinds: string[];
  required: boolean;
}

const FACTORS: Record<string, string> = { totp: 'authenticator app', passkey: 'passkey' };

export function Factors({ organization, user, canChange }: Props) {
  const { list, end } = useListOf<FactorState>(organization, user, 'factors');
  const [asking, setAsking] = useState(false);
  const state = list.data;
  return (
    <section>
      <h3>Second factor</h3>
      {list.isPending && <Spinner label="Loading" />}
      {list.isError && <p className={styles.error}>{messageOf(list.error)}</p>}
      {state && (
        <div className={styles.buttons}>
          <span>
            {state.enrolled ? `Set up: ${state.kinds.map((kind) => FACTORS[kind] ?? kind).join(', ')}` : 'None set up'}
            {state.required && !state.enrolled && ', will be asked for at the next sign-in'}
          </span>
          {state.enrolled && canChange && (
            <Button size="small" onPress={() => setAsking(true)}>
              Reset
            </Button>
          )}
        </div>
      )}
      <ConfirmDialog
        title={`Reset the second factor of ${nameOf(user)}?`}
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          end.mutate(undefined, {
            onSuccess: () => toast.success('The second factor was removed'),
            onSettled: () => setAsking(false),
          })
        }
        isPending={end.isPending}
        confirmLabel="Remove factors and recovery codes"
        danger
      >
        They are signed out, and come in with the password alone until they set up a new one. Make sure that it is
        really them who asks.
      </ConfirmDialog>
    </section>
  );
}
