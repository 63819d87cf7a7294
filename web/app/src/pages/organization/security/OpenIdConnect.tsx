/** Signing in by a provider that speaks OpenID Connect. */
import { Panel, Switch, TextField } from '@labelkeep/kit';
import { useState } from 'react';
import { problemOf } from '../../../shared/errors';
import { addressOf, ShownOnce } from '../../../shared/Picker';
import { Connection } from './Connection';
import { Groups, type Mapping } from './Groups';
import { Loaded } from './Loaded';
import styles from './security.module.css';
import { useSettings } from './use-settings';

interface Oidc extends Mapping {
  enabled: boolean;
  /** `environment`: set where the server is started; the connection cannot be changed here. */
  source: 'organization' | 'environment';
  issuer: string;
  client_id: string;
  has_client_secret: boolean;
  scopes: string;
  group_claim: string;
  button_text: string;
  local_passwords: boolean;
  redirect_uri: string;
  start_url: string;
}

type Change = Partial<Oidc> & { client_secret?: string };

const PATH = '/api/sso/oidc/';

export function OpenIdConnect() {
  const { query, change } = useSettings<Oidc, Change>(PATH);
  const [fields, setFields] = useState<Change>({});
  const put = (more: Change) => {
    change.reset();
    setFields((old) => ({ ...old, ...more }));
  };
  return (
    <Loaded query={query}>
      {(data) => {
        const now = { ...data, ...fields };
        const isFixed = data.source === 'environment';
        const field = (
          name: 'issuer' | 'client_id' | 'scopes' | 'group_claim' | 'button_text',
          label: string,
          description?: string,
        ) => (
          <TextField
            label={label}
            value={now[name]}
            onChange={(value) => put({ [name]: value })}
            isReadOnly={isFixed && name !== 'button_text'}
            {...(description ? { description } : {})}
            {...problemOf(change.error, name)}
          />
        );
        return (
          <>
            <Panel title="OpenID Connect">
              <div className={styles.form}>
                {isFixed && (
                  <p className={styles.note}>
                    The connection is set where the server is started, and can be changed there alone.
                  </p>
                )}
                <Switch isSelected={now.enabled} isDisabled={isFixed} onChange={(enabled) => put({ enabled })}>
                  People sign in by the provider
                </Switch>
                <div className={styles.pair}>
                  {field('issuer', 'Issuer URL', 'Begins with https; its metadata is read from there.')}
                  {field('button_text', 'Text of the button', 'On the sign-in page.')}
                  {field('client_id', 'Client ID')}
                  <TextField
                    label="Client secret"
                    type="password"
                    value={fields.client_secret ?? ''}
                    onChange={(client_secret) => put({ client_secret })}
                    isReadOnly={isFixed}
                    description={data.has_client_secret ? 'One is set. Type another to replace it.' : 'None is set.'}
                    {...problemOf(change.error, 'client_secret')}
                  />
                  {field('scopes', 'Scopes')}
                  {field('group_claim', 'Groups claim')}
                </div>
                <ShownOnce
                  label="Redirect URI, to be registered with the provider"
                  value={addressOf(data.redirect_uri)}
                />
                <ShownOnce label="Sign-in address, for links on other pages" value={addressOf(data.start_url)} />
                <Switch
                  isSelected={now.local_passwords}
                  onChange={(local_passwords) => put({ local_passwords })}
                  description="Turned off, people sign in by the provider alone. An owner with a second factor keeps the password, for the day when the provider fails."
                >
                  Passwords work too
                </Switch>
              </div>
            </Panel>
            <Panel title="Groups">
              <div className={styles.form}>
                <Groups value={now} error={change.error} onChange={put} />
              </div>
            </Panel>
            <Connection
              path={PATH}
              name="OpenID Connect"
              isSet={data.issuer !== '' && !isFixed}
              isChanged={Object.keys(fields).length > 0}
              isPending={change.isPending}
              error={change.error}
              onSave={() => change.mutate(fields, { onSuccess: () => setFields({}) })}
              onForgotten={() => setFields({})}
            />
          </>
        );
      }}
    </Loaded>
  );
}
