/** Signing in with the password of a directory (LDAP). */
import { Panel, Switch, TextField } from '@labelkeep/kit';
import { useState } from 'react';
import { problemOf } from '../../../shared/errors';
import { Connection } from './Connection';
import { Groups, type Mapping } from './Groups';
import { Loaded } from './Loaded';
import styles from './security.module.css';
import { useSettings } from './use-settings';

interface Settings extends Mapping {
  enabled: boolean;
  url: string;
  start_tls: boolean;
  bind_dn: string;
  has_bind_password: boolean;
  search_base: string;
  user_filter: string;
  email_attribute: string;
  first_name_attribute: string;
  last_name_attribute: string;
  group_attribute: string;
}

type Change = Partial<Settings> & { bind_password?: string };

const PATH = '/api/sso/ldap/';

const ATTRIBUTES = [
  ['email_attribute', 'E-mail address'],
  ['first_name_attribute', 'First name'],
  ['last_name_attribute', 'Last name'],
  ['group_attribute', 'Groups'],
] as const;

export function Ldap() {
  const { query, change } = useSettings<Settings, Change>(PATH);
  const [fields, setFields] = useState<Change>({});
  const put = (more: Change) => {
    change.reset();
    setFields((old) => ({ ...old, ...more }));
  };
  return (
    <Loaded query={query}>
      {(data) => {
        const now = { ...data, ...fields };
        const field = (
          name: 'url' | 'bind_dn' | 'search_base' | 'user_filter' | (typeof ATTRIBUTES)[number][0],
          label: string,
          description?: string,
        ) => (
          <TextField
            key={name}
            label={label}
            value={now[name]}
            onChange={(value) => put({ [name]: value })}
            {...(description ? { description } : {})}
            {...problemOf(change.error, name)}
          />
        );
        return (
          <>
            <Panel title="LDAP">
              <div className={styles.form}>
                <Switch
                  isSelected={now.enabled}
                  onChange={(enabled) => put({ enabled })}
                  description="On the ordinary sign-in page, with the password of the directory."
                >
                  People sign in by the directory
                </Switch>
                <div className={styles.pair}>
                  {field('url', 'Server', 'ldaps://directory.example, or ldap:// with StartTLS.')}
                  {field('search_base', 'Search base (DN)', 'Where people are looked for: ou=people,dc=example.')}
                  {field('bind_dn', 'Bind DN', 'The account that searches the directory.')}
                  <TextField
                    label="Bind password"
                    type="password"
                    value={fields.bind_password ?? ''}
                    onChange={(bind_password) => put({ bind_password })}
                    description={data.has_bind_password ? 'One is set. Type another to replace it.' : 'None is set.'}
                    {...problemOf(change.error, 'bind_password')}
                  />
                  {field('user_filter', 'User filter', '{email} is what was typed in the sign-in form.')}
                </div>
                <Switch isSelected={now.start_tls} onChange={(start_tls) => put({ start_tls })}>
                  Use StartTLS
                </Switch>
              </div>
            </Panel>
            <Panel title="Attributes">
              <div className={styles.pair}>{ATTRIBUTES.map(([name, label]) => field(name, label))}</div>
            </Panel>
            <Panel title="Groups">
              <div className={styles.form}>
                <Groups value={now} error={change.error} onChange={put} />
              </div>
            </Panel>
            <Connection
              path={PATH}
              name="LDAP"
              isSet={data.url !== ''}
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
