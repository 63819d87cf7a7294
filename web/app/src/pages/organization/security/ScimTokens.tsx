/** The provider's tokens: made, given a new secret, revoked. A secret is shown once. */
import { api } from '@labelkeep/api';
import { Button, Chip, ConfirmDialog, EmptyState, KeyRound, Panel, Plus, RelativeTime, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { ShownOnce } from '../../../shared/Picker';
import { Loaded } from './Loaded';
import { ScimTokenForm } from './ScimTokenForm';
import styles from './security.module.css';

export interface ScimToken {
  id: number;
  /** The first characters of the secret. */
  listed: string;
  status: 'active' | 'expired';
  /** From where it works; empty: from anywhere. */
  networks: string[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
  last_used_address: string | null;
}

export type FreshScimToken = ScimToken & { token: string };

export const SCIM_TOKENS = '/api/scim/tokens/';
/** An organization has no more. */
const MOST = 5;

type Asking = { what: 'rotate' | 'revoke'; token: ScimToken };

export function ScimTokens() {
  const queries = useQueryClient();
  const queryKey = ['settings', SCIM_TOKENS];
  const query = useQuery({ queryKey, queryFn: () => api.get<ScimToken[]>(SCIM_TOKENS) });
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [asking, setAsking] = useState<Asking>();
  const reload = () => queries.invalidateQueries({ queryKey });
  const act = useMutation({
    mutationFn: async ({ what, token }: Asking) => {
      if (what === 'rotate') return (await api.post<FreshScimToken>(`${SCIM_TOKENS}${token.id}/rotate/`)).token;
      await api.delete(`${SCIM_TOKENS}${token.id}/`);
      return undefined;
    },
    onSuccess: (made) => {
      setSecret(made);
      if (!made) toast.success('The token was revoked');
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(undefined),
  });
  const isFull = (query.data?.length ?? 0) >= MOST;
  return (
    <Panel
      title="Tokens"
      actions={
        <Button icon={<Plus size={16} />} isDisabled={!query.data || isFull} onPress={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      <div className={styles.form}>
        {secret && <ShownOnce label="The token, shown this once" value={secret} />}
        {isFull && <p className={styles.note}>There are {MOST} tokens. Revoke one before you make another.</p>}
        <Loaded query={query}>
          {(tokens) =>
            tokens.length === 0 ? (
              <EmptyState icon={<KeyRound size={28} />} title="No provider is connected">
                Make a token, and enter it with the base address in your identity provider. It is good for provisioning
                and nothing else.
              </EmptyState>
            ) : (
              <ul className={styles.tokens} aria-label="Tokens of provisioning">
                {tokens.map((token) => (
                  <Row key={token.id} token={token} onAsk={(what) => setAsking({ what, token })} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
      {isMaking && (
        <ScimTokenForm
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made.token);
            void reload();
          }}
        />
      )}
      <ConfirmDialog
        title={asking?.what === 'rotate' ? 'Give the token a new secret?' : 'Revoke the token?'}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => asking && act.mutate(asking)}
        confirmLabel={asking?.what === 'rotate' ? 'Make a new secret' : 'Revoke it'}
        isPending={act.isPending}
        danger
      >
        The provider that uses the present one is refused at once. People and groups stay as they are.
      </ConfirmDialog>
    </Panel>
  );
}

function Row({ token, onAsk }: { token: ScimToken; onAsk: (what: Asking['what']) => void }) {
  const isOver = token.status === 'expired';
  return (
    <li data-over={isOver || undefined}>
      <KeyRound size={20} aria-hidden="true" />
      <div className={styles.main}>
        <div className={styles.line}>
          <code>{token.listed}…</code>
          {isOver && <Chip color="var(--color-warning)">Expired</Chip>}
          {token.networks.length === 0 ? (
            <Chip>From anywhere</Chip>
          ) : (
            token.networks.map((network) => <Chip key={network}>{network}</Chip>)
          )}
        </div>
        <small>
          made <RelativeTime value={token.created_at} /> · {isOver ? 'ended' : 'ends'}{' '}
          <RelativeTime value={token.expires_at} /> ·{' '}
          {token.last_used_at ? (
            <>
              last used <RelativeTime value={token.last_used_at} />
              {token.last_used_address ? ` from ${token.last_used_address}` : ''}
            </>
          ) : (
            'not used yet'
          )}
        </small>
      </div>
      <div className={styles.buttons}>
        <Button size="small" label={`New secret for ${token.listed}…`} onPress={() => onAsk('rotate')}>
          New secret
        </Button>
        <Button size="small" label={`Revoke ${token.listed}…`} onPress={() => onAsk('revoke')}>
          Revoke
        </Button>
      </div>
    </li>
  );
}
