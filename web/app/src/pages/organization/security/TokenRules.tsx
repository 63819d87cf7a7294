/** Which kinds of API tokens the organization accepts, and how long new ones may live. */
import { Button, NumberField, Panel, Switch, toast } from '@labelkeep/kit';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { Loaded } from './Loaded';
import styles from './security.module.css';
import { useSettings } from './use-settings';

interface Settings {
  api_tokens_enabled: boolean;
  legacy_api_tokens_enabled: boolean;
  api_token_ttl_days: number;
}

/** Days. */
const LONGEST_LIFE = 365;

export function TokenRules() {
  const { query, change } = useSettings<Settings>('/api/jwt/settings', 'POST');
  const [days, setDays] = useState<number>();
  const save = (fields: Partial<Settings>) =>
    change.mutate(fields, { onError: (error) => toast.error(messageOf(error)), onSuccess: () => setDays(undefined) });
  return (
    <Panel title="API tokens">
      <Loaded query={query}>
        {(data) => {
          const saved = Math.min(LONGEST_LIFE, data.api_token_ttl_days);
          return (
            <div className={styles.form}>
              <Switch
                isSelected={data.api_tokens_enabled}
                isDisabled={change.isPending}
                onChange={(value) => save({ api_tokens_enabled: value })}
                description="Long-lived, with a scope of their own, or exchanged for short ones. Turned off, they stop working at once."
              >
                Personal tokens
              </Switch>
              <Switch
                isSelected={data.legacy_api_tokens_enabled}
                isDisabled={change.isPending}
                onChange={(value) => save({ legacy_api_tokens_enabled: value })}
                description="For old scripts: they are sent as they are with every request, and may do all that their owner may."
              >
                Legacy tokens
              </Switch>
              <NumberField
                label="Longest life of a new token, in days"
                value={days ?? saved}
                onChange={(value) => setDays(Math.round(value))}
                minValue={1}
                maxValue={LONGEST_LIFE}
                description="Tokens that live already keep theirs."
              />
              <div className={styles.buttons}>
                <Button
                  isDisabled={days === undefined || days === saved}
                  isPending={change.isPending}
                  onPress={() => days !== undefined && save({ api_token_ttl_days: days })}
                >
                  Save the longest life
                </Button>
              </div>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}
