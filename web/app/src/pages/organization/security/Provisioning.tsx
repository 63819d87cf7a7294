/** Provisioning (SCIM): the identity provider makes accounts, ends them, and says who is in which group. */
import { Button, Panel } from '@labelkeep/kit';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { ShownOnce } from '../../../shared/Picker';
import { Groups, type Mapping } from './Groups';
import { Loaded } from './Loaded';
import { ScimTokens } from './ScimTokens';
import styles from './security.module.css';
import { useSettings } from './use-settings';

interface Settings extends Mapping {
  base_url: string;
}

export function Provisioning() {
  const { query, change } = useSettings<Settings>('/api/scim/settings', 'POST');
  const [fields, setFields] = useState<Partial<Mapping>>({});
  const put = (more: Partial<Mapping>) => {
    change.reset();
    setFields((old) => ({ ...old, ...more }));
  };
  return (
    <Loaded query={query}>
      {(data) => (
        <>
          <Panel title="Provisioning (SCIM)">
            <div className={styles.form}>
              <p className={styles.note}>
                An identity provider such as Okta or Microsoft Entra makes accounts for your people and ends them:
                whoever is deactivated there is signed out here within seconds. Owners are never changed by it.
              </p>
              <ShownOnce label="Base address, for the provider" value={data.base_url} />
            </div>
          </Panel>
          <ScimTokens />
          <Panel title="Groups">
            <div className={styles.form}>
              <p className={styles.note}>
                The provider’s groups, by their exact names. A group that is not here gives nothing; of several roles
                the strongest counts.
              </p>
              <Groups
                value={{ ...data, ...fields }}
                error={change.error}
                onChange={put}
                when="As soon as the provider changes them. Turned off, roles are given by hand alone."
              />
              {change.error && (
                <p className={styles.error} role="alert">
                  {messageOf(change.error)}
                </p>
              )}
              <div className={styles.buttons}>
                <Button
                  variant="primary"
                  isDisabled={Object.keys(fields).length === 0}
                  isPending={change.isPending}
                  onPress={() => change.mutate(fields, { onSuccess: () => setFields({}) })}
                >
                  Save what groups give
                </Button>
              </div>
            </div>
          </Panel>
        </>
      )}
    </Loaded>
  );
}
