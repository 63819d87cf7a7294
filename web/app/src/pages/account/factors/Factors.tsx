/** Second factors: what is asked beside the password, and the codes for the day when the device is lost. */
import { api, type User } from '@labelkeep/api';
import {
  AlertTriangle,
  Button,
  ConfirmDialog,
  EmptyState,
  KeyRound,
  Panel,
  RelativeTime,
  ShieldCheck,
  Spinner,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { counted } from '../../../shared/numbers';
import styles from '../account.module.css';
import { Enrol } from './Enrol';
import { FACTORS, type Factor, factorsQuery } from './queries';
import { RecoveryCodes } from './RecoveryCodes';

/** So few codes left that new ones are in place. */
const FEW = 3;

export function Factors({ me }: { me: User }) {
  const queries = useQueryClient();
  const state = useQuery(factorsQuery);
  const [isEnrolling, setEnrolling] = useState(false);
  const [codes, setCodes] = useState<string[]>();
  const [asking, setAsking] = useState<Factor | 'codes'>();
  const reload = () => queries.invalidateQueries({ queryKey: factorsQuery.queryKey });
  const remove = useMutation({
    mutationFn: (factor: Factor) => api.delete(`${FACTORS}${factor.id}/`),
    onSuccess: () => {
      toast.success('The authenticator app was removed');
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(undefined),
  });
  const renew = useMutation({
    mutationFn: () => api.post<{ recovery_codes: string[] }>(`${FACTORS}recovery-codes/`),
    onSuccess: ({ recovery_codes }) => {
      setCodes(recovery_codes);
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(undefined),
  });
  if (state.isError) {
    return (
      <EmptyState
        title="Your second factors cannot be shown"
        actions={<Button onPress={() => void state.refetch()}>Try again</Button>}
      >
        {messageOf(state.error)}
      </EmptyState>
    );
  }
  if (!state.data) return <Spinner label="Loading your second factors" />;
  const { factors, recovery_codes_left: left, required } = state.data;
  return (
    <>
      <Panel
        title="Authenticator app"
        actions={
          factors.length > 0 && <Button onPress={() => setEnrolling(true)}>Set up another authenticator app</Button>
        }
      >
        {factors.length === 0 ? (
          <EmptyState
            icon={<ShieldCheck size={28} />}
            title="A password alone can be stolen"
            actions={
              <Button variant="primary" onPress={() => setEnrolling(true)}>
                Set up an authenticator app
              </Button>
            }
          >
            With an authenticator app on your phone, signing in takes a six-digit code beside the password.
            {required ? ' Your organization requires it of your role.' : ''}
          </EmptyState>
        ) : (
          <ul className={styles.rows} aria-label="Second factors">
            {factors.map((factor) => (
              <li key={factor.id}>
                <KeyRound size={20} aria-hidden="true" />
                <div className={styles.main}>
                  <strong>
                    <bdi>{factor.name || 'Authenticator app'}</bdi>
                  </strong>
                  <small>
                    set up <RelativeTime value={factor.created_at} /> ·{' '}
                    {factor.last_used_at ? (
                      <>
                        last used <RelativeTime value={factor.last_used_at} />
                      </>
                    ) : (
                      'not used yet'
                    )}
                  </small>
                </div>
                <Button size="small" isDisabled={required && factors.length === 1} onPress={() => setAsking(factor)}>
                  Remove
                </Button>
              </li>
            ))}
          </ul>
        )}
        {required && factors.length === 1 && (
          <p className={styles.note}>
            Your organization requires a second factor of your role: set up another one before you remove this.
          </p>
        )}
      </Panel>
      {factors.length > 0 && (
        <Panel title="Recovery codes" actions={<Button onPress={() => setAsking('codes')}>Make ten new codes</Button>}>
          <p className={styles.text}>
            Each works once, instead of the code of the app: for the day when your phone is lost or broken.
          </p>
          <p className={left <= FEW ? styles.warning : styles.note} role="status">
            {left <= FEW && <AlertTriangle size={16} aria-hidden="true" />}
            {left === 0 ? 'None is left. Make new ones.' : `${counted(left, 'code')} left.`}
          </p>
        </Panel>
      )}
      {isEnrolling && (
        <Enrol
          onClose={() => setEnrolling(false)}
          onDone={(fresh) => {
            setEnrolling(false);
            toast.success('Your authenticator app is set up');
            if (fresh) setCodes(fresh);
            void reload();
          }}
        />
      )}
      {codes && <RecoveryCodes codes={codes} email={me.email} onClose={() => setCodes(undefined)} />}
      <ConfirmDialog
        title={asking === 'codes' ? 'Make ten new recovery codes?' : 'Remove the authenticator app?'}
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        onConfirm={() => (asking === 'codes' ? renew.mutate() : asking && remove.mutate(asking))}
        confirmLabel={asking === 'codes' ? 'Make new codes' : 'Remove it'}
        isPending={renew.isPending || remove.isPending}
        danger
      >
        {asking === 'codes'
          ? `${left > 0 ? `The ${counted(left, 'code')} that you have` : 'Old codes'} will not work any more.`
          : factors.length === 1
            ? 'Signing in takes only your password then, and your recovery codes are gone.'
            : 'Its codes will not work any more.'}
      </ConfirmDialog>
    </>
  );
}
