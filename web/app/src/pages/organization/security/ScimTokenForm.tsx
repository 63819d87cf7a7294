/** A new token of provisioning: how long it lives, and from where it works. */
import { api } from '@labelkeep/api';
import { Button, Dialog, NumberField, TextArea } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, problemOf } from '../../../shared/errors';
import { type FreshScimToken, SCIM_TOKENS } from './ScimTokens';
import styles from './security.module.css';

/** Days. */
const USUAL_LIFE = 180;
const LONGEST_LIFE = 365;

export function ScimTokenForm({ onClose, onMade }: { onClose: () => void; onMade: (token: FreshScimToken) => void }) {
  const [days, setDays] = useState(USUAL_LIFE);
  const [networks, setNetworks] = useState('');
  const make = useMutation({
    mutationFn: () =>
      api.post<FreshScimToken>(SCIM_TOKENS, {
        ttl_days: days,
        networks: networks.split(/[\n,]+/).filter((line) => line.trim()),
      }),
    onSuccess: onMade,
  });
  const problem = problemOf(make.error, 'networks');
  return (
    <Dialog title="New token of provisioning" isOpen onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <NumberField
          label="Days until it ends"
          value={days}
          onChange={(value) => setDays(Math.round(value))}
          minValue={1}
          maxValue={LONGEST_LIFE}
          description={`At most ${LONGEST_LIFE}. Give it a new secret before that day.`}
        />
        <TextArea
          label="Addresses from which it works"
          value={networks}
          onChange={(text) => {
            setNetworks(text);
            make.reset();
          }}
          placeholder={'192.0.2.0/24\n2001:db8::/32'}
          description="One range in each line, as the provider publishes them. Empty: from anywhere."
          {...problem}
        />
        {make.error && !problem.errorMessage && (
          <p className={styles.error} role="alert">
            {messageOf(make.error)}
          </p>
        )}
        <div className={styles.end}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" isPending={make.isPending}>
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
