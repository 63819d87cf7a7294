/** Sign-ins elsewhere that open this account: each can be taken away, unless it is the only way in. */
import { api, type User } from '@labelkeep/api';
import { Button, ConfirmDialog, EmptyState, LinkIcon, Panel, RelativeTime, Spinner, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import styles from './account.module.css';

interface Identity {
  id: number;
  issuer: string;
  /** What the provider says; may be empty. */
  email: string;
  created_at: string;
  last_used_at: string;
  removable: boolean;
}

const OWN = '/api/current-user/identities/';
const LINK = '/api/sso/oidc/link/';

export function Identities({ me }: { me: User }) {
  const queries = useQueryClient();
  const identities = useQuery({ queryKey: ['identities'], queryFn: () => api.get<Identity[]>(OWN) });
  const provider = useQuery({
    queryKey: ['identities', 'provider'],
    queryFn: () => api.get<{ available: boolean; button_text: string | null }>(LINK),
  });
  const [asking, setAsking] = useState<Identity>();
  const link = useMutation({
    mutationFn: () => api.post<{ url: string }>(LINK),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: (error) => toast.error(messageOf(error)),
  });
  const remove = useMutation({
    mutationFn: (identity: Identity) => api.delete(`${OWN}${identity.id}/`),
    onSuccess: () => {
      toast.success('The sign-in was removed');
      void queries.invalidateQueries({ queryKey: ['identities'] });
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(undefined),
  });
  const failed = [identities, provider].find(({ isError }) => isError);
  if (failed) {
    return (
      <EmptyState
        title="Your linked sign-ins cannot be shown"
        actions={<Button onPress={() => void failed.refetch()}>Try again</Button>}
      >
        {messageOf(failed.error)}
      </EmptyState>
    );
  }
  if (!identities.data || !provider.data) return <Spinner label="Loading your linked sign-ins" />;
  const { available, button_text: text } = provider.data;
  return (
    <Panel
      title="Linked sign-ins"
      actions={
        available && (
          <Button isPending={link.isPending} onPress={() => link.mutate()}>
            Link another sign-in
          </Button>
        )
      }
    >
      <p className={styles.text}>
        Each of these opens your account, {me.email}, without its password.
        {available &&
          ` Linking one takes you to the provider of your organization${text ? ` (“${text}”)` : ''} and back.`}
      </p>
      {identities.data.length === 0 ? (
        <p className={styles.note}>
          {available
            ? 'No sign-in is linked yet.'
            : 'No sign-in is linked, and your organization has no provider to link one with.'}
        </p>
      ) : (
        <ul className={styles.rows} aria-label="Linked sign-ins">
          {identities.data.map((identity) => (
            <li key={identity.id}>
              <LinkIcon size={20} aria-hidden="true" />
              <div className={styles.main}>
                <strong>
                  <bdi>{identity.email || 'Address unknown'}</bdi>
                </strong>
                <small>
                  <bdi>{identity.issuer}</bdi> · last used <RelativeTime value={identity.last_used_at} /> · linked{' '}
                  <RelativeTime value={identity.created_at} />
                </small>
                {!identity.removable && (
                  <small>It is the only way into your account: set a password before you remove it.</small>
                )}
              </div>
              <Button
                size="small"
                isDisabled={!identity.removable || remove.isPending}
                aria-label={`Remove ${identity.email || identity.issuer}`}
                onPress={() => setAsking(identity)}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        title="Remove this sign-in?"
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => asking && remove.mutate(asking)}
        confirmLabel="Remove"
        isPending={remove.isPending}
        danger
      >
        {asking?.email || 'It'} opens your account no longer. You can link it again later.
      </ConfirmDialog>
    </Panel>
  );
}
