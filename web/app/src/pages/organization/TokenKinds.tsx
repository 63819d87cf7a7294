/** Which kinds of API tokens the organization accepts, and how long new ones may live. */
import { api } from '@labelkeep/api';
import { Button, EmptyState, NumberField, Panel, Spinner, Switch, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import styles from './organization.module.css';

interface Settings {
  api_tokens_enabled: boolean;
  legacy_api_tokens_enabled: boolean;
  api_token_ttl_days: number;
}

export function TokenKinds() {
  const queries = useQueryClient();
  const settings = useQuery({ queryKey: ['jwt-settings'], queryFn: () => api.get<Settings>('/api/jwt/settings') });
  const [days, setDays] = useState<number>();
  const change = useMutation({
    mutationFn: (fields: Partial<Settings>) => api.post<Settings>('/api/jwt/settings', fields),
    onSuccess: (saved) => {
      queries.setQueryData(['jwt-settings'], saved);
      setDays(undefined);
      toast.success('Saved');
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  if (settings.isError) {
    return (
      <EmptyState
        title="The settings cannot be shown"
        actions={<Button onPress={() => void settings.refetch()}>Try again</Button>}
      >
        {messageOf(settings.error)}
      </EmptyState>
    );
  }
  if (!settings.data) return <Spinner label="Loading the settings" />;
  const { data } = settings;
  return (
    <Panel title="API tokens">
      <div className={styles.switches}>
        <Switch
          isSelected={data.api_tokens_enabled}
          isDisabled={change.isPending}
          onChange={(value) => change.mutate({ api_tokens_enabled: value })}
          description="A long-lived token with a scope of its own, or exchanged for short ones."
        >
          Personal access tokens
        </Switch>
        <Switch
          isSelected={data.legacy_api_tokens_enabled}
          isDisabled={change.isPending}
          onChange={(value) => change.mutate({ legacy_api_tokens_enabled: value })}
          description="For old scripts. They are sent as they are with every request."
        >
          Legacy tokens
        </Switch>
        <div className={styles.bar}>
          <NumberField
            label="Longest life of a new token, in days"
            value={days ?? Math.min(365, data.api_token_ttl_days)}
            onChange={setDays}
            minValue={1}
            maxValue={365}
          />
          <Button
            isDisabled={days === undefined || days === data.api_token_ttl_days}
            isPending={change.isPending}
            onPress={() => days !== undefined && change.mutate({ api_token_ttl_days: days })}
          >
            Save
          </Button>
        </div>
      </div>
    </Panel>
  );
}
