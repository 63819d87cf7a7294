/** Rules of signing in: who needs a second factor, how long a password is, how long a session lasts. */
import type { Role } from '@labelkeep/api';
import { Button, Checkbox, NumberField, Panel } from '@labelkeep/kit';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { ROLES } from '../../../shared/people';
import { useAreRolesOn } from '../../../shared/roles';
import { Loaded } from './Loaded';
import styles from './security.module.css';
import { useSettings } from './use-settings';

export function SignInRules() {
  return (
    <>
      <RequiredFactors />
      <PasswordLength />
      <SessionLength />
    </>
  );
}

const WITH_ROLES: readonly Role[] = ['OW', 'AD', 'MA', 'RE', 'AN'];
const WITHOUT_ROLES: readonly Role[] = ['OW', 'ME'];

function RequiredFactors() {
  const { query, change } = useSettings<{ required_roles: string[] }>('/api/factor-policy/');
  const [chosen, setChosen] = useState<string[]>();
  const present = useAreRolesOn() ? WITH_ROLES : WITHOUT_ROLES;
  return (
    <Panel title="Second factor">
      <p className={styles.text}>
        People of these roles set up a passkey or an authenticator app before they can work. Who has one is asked for it
        in any case.
      </p>
      <Loaded query={query}>
        {(data) => {
          const roles = chosen ?? data.required_roles;
          const same =
            roles.length === data.required_roles.length && roles.every((one) => data.required_roles.includes(one));
          return (
            <div className={styles.form}>
              <fieldset className={styles.choices}>
                <legend>Required of</legend>
                {(Object.keys(ROLES) as Role[])
                  // Those that people have, and those that it is required of already.
                  .filter((role) => present.includes(role) || data.required_roles.includes(role))
                  .map((role) => (
                    <Checkbox
                      key={role}
                      isSelected={roles.includes(role)}
                      onChange={(on) => {
                        change.reset();
                        setChosen(on ? [...roles, role] : roles.filter((other) => other !== role));
                      }}
                    >
                      {ROLES[role].name}
                    </Checkbox>
                  ))}
              </fieldset>
              <Problem error={change.error} />
              <div className={styles.buttons}>
                <Button
                  isDisabled={same}
                  isPending={change.isPending}
                  onPress={() => change.mutate({ required_roles: roles }, { onSuccess: () => setChosen(undefined) })}
                >
                  Save who needs a second factor
                </Button>
              </div>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function PasswordLength() {
  const { query, change } = useSettings<{ min_length: number }>('/api/password-policy/');
  const [length, setLength] = useState<number>();
  return (
    <Panel title="Passwords">
      <p className={styles.text}>
        Counts for the next password that somebody chooses. Common passwords and those made of one's own name are never
        taken.
      </p>
      <Loaded query={query}>
        {(data) => (
          <div className={styles.form}>
            <NumberField
              label="Minimum length, in characters"
              value={length ?? data.min_length}
              onChange={setLength}
              minValue={8}
              maxValue={64}
            />
            <Problem error={change.error} />
            <div className={styles.buttons}>
              <Button
                isDisabled={length === undefined || length === data.min_length}
                isPending={change.isPending}
                onPress={() =>
                  length !== undefined &&
                  change.mutate({ min_length: length }, { onSuccess: () => setLength(undefined) })
                }
              >
                Save the minimum length
              </Button>
            </div>
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

/** Minutes. */
interface Lasting {
  max_session_age: number;
  max_time_between_activity: number;
}

const HOUR = 60;
/** What the server takes, in hours: some five minutes to thirty days. */
const SHORTEST = 0.1;
const LONGEST = 30 * 24;

function SessionLength() {
  const { query, change } = useSettings<Lasting>('/api/session-policy/');
  const [fields, setFields] = useState<Partial<Lasting>>({});
  return (
    <Panel title="Sessions">
      <p className={styles.text}>
        After this time people sign in again. Unsent work waits on their computer, and labeling goes on where it was.
      </p>
      <Loaded query={query}>
        {(data) => {
          const now = { ...data, ...fields };
          const same =
            now.max_session_age === data.max_session_age &&
            now.max_time_between_activity === data.max_time_between_activity;
          return (
            <div className={styles.form}>
              <div className={styles.pair}>
                <NumberField
                  label="Hours without doing anything"
                  value={hours(now.max_time_between_activity)}
                  onChange={(value) => setFields({ ...fields, max_time_between_activity: minutes(value) })}
                  minValue={SHORTEST}
                  maxValue={LONGEST}
                />
                <NumberField
                  label="Hours in all"
                  value={hours(now.max_session_age)}
                  onChange={(value) => setFields({ ...fields, max_session_age: minutes(value) })}
                  minValue={SHORTEST}
                  maxValue={LONGEST}
                />
              </div>
              <Problem error={change.error} />
              <div className={styles.buttons}>
                <Button
                  isDisabled={same}
                  isPending={change.isPending}
                  onPress={() =>
                    change.mutate(
                      {
                        max_session_age: now.max_session_age,
                        max_time_between_activity: now.max_time_between_activity,
                      },
                      { onSuccess: () => setFields({}) },
                    )
                  }
                >
                  Save how long sessions last
                </Button>
              </div>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

const hours = (value: number) => Math.round((value / HOUR) * 100) / 100;
const minutes = (value: number) => Math.max(1, Math.round(value * HOUR));

function Problem({ error }: { error: unknown }) {
  return error ? (
    <p className={styles.error} role="alert">
      {messageOf(error)}
    </p>
  ) : null;
}
