/** API tokens: all kinds in one list, with what each may do and when it was last used. A secret is shown once. */
import { api, type User } from '@labelkeep/api';
import {
  Button,
  ConfirmDialog,
  EmptyState,
  IconButton,
  KeyRound,
  Menu,
  MoreHorizontal,
  Panel,
  Plus,
  Spinner,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { quoted } from '../../../shared/isolated';
import { may } from '../../../shared/me';
import { ShownOnce } from '../../../shared/Picker';
import styles from '../account.module.css';
import { type FreshToken, TOKENS, type Token, tokenSettingsQuery, tokensQuery } from './queries';
import { TokenForm } from './TokenForm';
import { TokenRow } from './TokenRow';

type Asking = { what: 'reset' | 'revoke'; token: Token } | { what: 'refresh' | 'legacy' };

export function Tokens({ me }: { me: User }) {
  const queries = useQueryClient();
  const settings = useQuery(tokenSettingsQuery);
  const tokens = useQuery(tokensQuery);
  const [isMaking, setMaking] = useState(false);
  const [shown, setShown] = useState<{ name: string; value: string }>();
  const [asking, setAsking] = useState<Asking>();
  const reload = () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
  const act = useMutation({
    mutationFn: async (wish: Asking) => {
      if (wish.what === 'revoke') {
        await api.delete(`${TOKENS}${wish.token.id}/`);
        return undefined;
      }
      if (wish.what === 'reset') {
        const made = await api.post<FreshToken>(`${TOKENS}${wish.token.id}/reset/`);
        return { name: made.name, value: made.token };
      }
      if (wish.what === 'refresh') {
        const made = await api.post<{ token: string }>('/api/token/');
        return { name: 'Token for the Python client', value: made.token };
      }
      const made = await api.post<{ token: string }>('/api/current-user/reset-token/');
      return { name: 'Legacy token', value: made.token };
    },
    onSuccess: (made) => {
      setShown(made);
      if (!made) toast.success('The token was revoked');
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(undefined),
  });
  const failed = [tokens, settings].find(({ isError }) => isError);
  if (failed) {
    return (
      <EmptyState
        title="Your tokens cannot be shown"
        actions={<Button onPress={() => void failed.refetch()}>Try again</Button>}
      >
        {messageOf(failed.error)}
      </EmptyState>
    );
  }
  if (!tokens.data || !settings.data) return <Spinner label="Loading your tokens" />;
  const { api_tokens_enabled: takesPersonal, legacy_api_tokens_enabled: takesLegacy } = settings.data;
  const isLiving = (kind: Token['kind']) =>
    tokens.data.some((token) => token.kind === kind && token.status === 'active');
  const canMake = may(me, 'TokenCreate') && takesPersonal;
  const others = [
    canMake && !isLiving('refresh') && { id: 'refresh', label: 'A refresh token, exchanged for short ones' },
    may(me, 'TokenCreate') &&
      takesLegacy && { id: 'legacy', label: isLiving('legacy') ? 'Another legacy token' : 'A legacy token' },
  ].filter((item) => item !== false);
  const start = (what: 'refresh' | 'legacy') =>
    what === 'legacy' && isLiving('legacy') ? setAsking({ what }) : act.mutate({ what });
  const living = tokens.data.filter(({ status }) => status === 'active');
  const over = tokens.data.filter(({ status }) => status !== 'active');
  return (
    <>
      <Panel
        title="API tokens"
        actions={
          <div className={styles.buttons}>
            {canMake && (
              <Button variant="primary" icon={<Plus size={16} />} onPress={() => setMaking(true)}>
                New API token
              </Button>
            )}
            {others.length > 0 && (
              <Menu
                label="Other kinds of tokens"
                trigger={<IconButton label="Other kinds of tokens" icon={<MoreHorizontal size={16} />} />}
                items={others.map((item) => ({ ...item, onAction: () => start(item.id as 'refresh' | 'legacy') }))}
              />
            )}
          </div>
        }
      >
        <p className={styles.text}>
          Scripts and the Python client use a token instead of your password. It works in{' '}
          <bdi>{me.active_organization_meta.title}</bdi> alone, and never does more than you may.
        </p>
        {!takesPersonal && (
          <p className={styles.notice}>
            Your organization takes no personal tokens now. An administrator can allow them.
          </p>
        )}
        {shown && (
          <div className={styles.notice}>
            <ShownOnce label={`${shown.name}, shown this once`} value={shown.value} />
          </div>
        )}
        {tokens.data.length === 0 ? (
          <EmptyState icon={<KeyRound size={28} />} title="No tokens yet">
            Make one for each script, with no more than it needs, so that you can take each back alone.
          </EmptyState>
        ) : (
          <ul className={styles.rows} aria-label="API tokens">
            {[...living, ...over].map((token) => (
              <TokenRow
                key={token.id}
                token={token}
                onReset={canMake ? () => setAsking({ what: 'reset', token }) : undefined}
                onRevoke={() => setAsking({ what: 'revoke', token })}
              />
            ))}
          </ul>
        )}
      </Panel>
      {isMaking && (
        <TokenForm
          settings={settings.data}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setShown({ name: made.name, value: made.token });
            void reload();
          }}
        />
      )}
      <ConfirmDialog
        title={questionOf(asking)}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => asking && act.mutate(asking)}
        confirmLabel={asking?.what === 'revoke' ? 'Revoke it' : 'Make a new one'}
        isPending={act.isPending}
        danger
      >
        What uses the present one stops working at once.
      </ConfirmDialog>
    </>
  );
}

function questionOf(asking: Asking | undefined): string {
  if (asking?.what === 'revoke') return `Revoke ${asking.token.name ? quoted(asking.token.name) : 'the token'}?`;
  if (asking?.what === 'reset') return `Give ${quoted(asking.token.name)} a new secret?`;
  return 'Make a new legacy token?';
}
