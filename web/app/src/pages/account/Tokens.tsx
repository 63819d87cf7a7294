/** API tokens: one personal access token, shown once; and the legacy token where the organization allows it. */
import { api } from '@labelkeep/api';
import { Button, ConfirmDialog, Copy, Panel, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import styles from './account.module.css';

interface Listed {
  token: string;
}

interface Settings {
  api_tokens_enabled: boolean;
  legacy_api_tokens_enabled: boolean;
}

export function Tokens() {
  const queries = useQueryClient();
  const settings = useQuery({ queryKey: ['jwt-settings'], queryFn: () => api.get<Settings>('/api/jwt/settings') });
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => api.get<Listed[]>('/api/token/') });
  const [shown, setShown] = useState<{ name: string; value: string }>();
  const [asking, setAsking] = useState<'revoke' | 'legacy'>();
  const listed = tokens.data?.[0];
  const reload = () => queries.invalidateQueries({ queryKey: ['tokens'] });
  const fail = (error: unknown) => toast.error(messageOf(error));

  const create = useMutation({
    mutationFn: () => api.post<Listed>('/api/token/'),
    onSuccess: (made) => {
      setShown({ name: 'Personal access token', value: made.token });
      void reload();
    },
    onError: fail,
  });
  const revoke = useMutation({
    mutationFn: () => api.post('/api/token/blacklist/', { refresh: listed?.token }),
    onSuccess: () => {
      setShown(undefined);
      toast.success('The token was revoked');
      void reload();
    },
    onError: fail,
    onSettled: () => setAsking(undefined),
  });
  const reset = useMutation({
    mutationFn: () => api.post<Listed>('/api/current-user/reset-token/'),
    onSuccess: (made) => setShown({ name: 'Legacy token', value: made.token }),
    onError: fail,
    onSettled: () => setAsking(undefined),
  });

  return (
    <Panel title="API tokens">
      <p className={styles.text}>
        Scripts and the Python client use a token instead of your password. It can do what you can do; keep it like a
        password.
      </p>
      {shown && (
        <div className={styles.shown} role="status">
          <TextField
            label={`${shown.name}, shown this once`}
            value={shown.value}
            onChange={() => undefined}
            isReadOnly
          />
          <Button
            icon={<Copy size={16} />}
            onPress={() => {
              void navigator.clipboard.writeText(shown.value).then(() => toast.success('Copied'));
            }}
          >
            Copy
          </Button>
        </div>
      )}
      <div className={styles.buttons}>
        {listed ? (
          <Button variant="danger" onPress={() => setAsking('revoke')}>
            Revoke the personal access token
          </Button>
        ) : (
          <Button
            isDisabled={settings.data?.api_tokens_enabled === false}
            isPending={create.isPending}
            onPress={() => create.mutate()}
          >
            Create a personal access token
          </Button>
        )}
        {settings.data?.legacy_api_tokens_enabled && (
          <Button onPress={() => setAsking('legacy')}>Make a new legacy token</Button>
        )}
      </div>
      <ConfirmDialog
        title={asking === 'legacy' ? 'Make a new legacy token?' : 'Revoke the token?'}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => (asking === 'legacy' ? reset.mutate() : revoke.mutate())}
        confirmLabel={asking === 'legacy' ? 'Make a new one' : 'Revoke'}
        danger
      >
        What uses the present one stops working at once.
      </ConfirmDialog>
    </Panel>
  );
}
