/** Passkeys and authenticator apps, and the codes for the day when both are lost. */
import { api, type User } from '@labelkeep/api';
import {
  AlertTriangle,
  Button,
  ConfirmDialog,
  EmptyState,
  Panel,
  ShieldCheck,
  Spinner,
  toast,
  UserRoundKey,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { quoted } from '../../../shared/isolated';
import { counted } from '../../../shared/numbers';
import { hasPasskeys } from '../../../shared/passkeys/webauthn';
import styles from '../account.module.css';
import { AddPasskey } from './AddPasskey';
import { Enrol } from './Enrol';
import { FactorList } from './FactorList';
import { FACTORS, type Factor, factorsQuery, KINDS } from './queries';
import { RecoveryCodes } from './RecoveryCodes';
import { RenameFactor } from './RenameFactor';

/** So few codes left that new ones are in place. */
const FEW = 3;

/** The dialog that is open. */
type Open =
  | { what: 'passkey' | 'totp' | 'new-codes' }
  | { what: 'rename' | 'remove'; factor: Factor }
  | { what: 'codes'; codes: string[] };

export function Factors({ me }: { me: User }) {
  const queries = useQueryClient();
  const state = useQuery(factorsQuery);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const reload = () => queries.invalidateQueries({ queryKey: factorsQuery.queryKey });
  const remove = useMutation({
    mutationFn: (factor: Factor) => api.delete(`${FACTORS}${factor.id}/`),
    onSuccess: (_, { kind }) => {
      toast.success(`The ${KINDS[kind].word} was removed`);
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: close,
  });
  const renew = useMutation({
    mutationFn: () => api.post<{ recovery_codes: string[] }>(`${FACTORS}recovery-codes/`),
    onSuccess: ({ recovery_codes }) => {
      setOpen({ what: 'codes', codes: recovery_codes });
      void reload();
    },
    onError: (error) => {
      toast.error(messageOf(error));
      close();
    },
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
  const passkeys = factors.filter(({ kind }) => kind === 'passkey');
  const apps = factors.filter(({ kind }) => kind === 'totp');
  const isLast = required && factors.length === 1;
  const list = {
    isLast,
    onRename: (factor: Factor) => setOpen({ what: 'rename', factor }),
    onRemove: (factor: Factor) => setOpen({ what: 'remove', factor }),
  };
  const done = (kind: Factor['kind']) => (fresh: string[] | null) => {
    toast.success(`Your ${KINDS[kind].word} is set up`);
    setOpen(fresh ? { what: 'codes', codes: fresh } : undefined);
    void reload();
  };
  return (
    <>
      <Panel
        title="Passkeys"
        actions={
          passkeys.length > 0 &&
          hasPasskeys() && <Button onPress={() => setOpen({ what: 'passkey' })}>Add a passkey</Button>
        }
      >
        {passkeys.length === 0 ? (
          <EmptyState
            icon={<UserRoundKey size={28} />}
            title="Sign in with a finger, a face or a PIN"
            actions={
              hasPasskeys() && (
                <Button variant="primary" onPress={() => setOpen({ what: 'passkey' })}>
                  Add a passkey
                </Button>
              )
            }
          >
            {hasPasskeys()
              ? 'A passkey takes the place of your password and of its code, and works on this server alone: no look-alike page can get it.'
              : 'This browser cannot make passkeys at this address. They need TLS, or the name localhost.'}
          </EmptyState>
        ) : (
          <FactorList label="Passkeys" factors={passkeys} {...list} />
        )}
      </Panel>
      <Panel
        title="Authenticator app"
        actions={
          apps.length > 0 && <Button onPress={() => setOpen({ what: 'totp' })}>Set up another authenticator app</Button>
        }
      >
        {apps.length === 0 ? (
          <EmptyState
            icon={<ShieldCheck size={28} />}
            title={passkeys.length === 0 ? 'A password alone can be stolen' : 'For devices without your passkey'}
            actions={
              <Button
                variant={passkeys.length === 0 && !hasPasskeys() ? 'primary' : 'secondary'}
                onPress={() => setOpen({ what: 'totp' })}
              >
                Set up an authenticator app
              </Button>
            }
          >
            With an authenticator app on your phone, signing in takes a six-digit code beside the password.
          </EmptyState>
        ) : (
          <FactorList label="Second factors" factors={apps} {...list} />
        )}
      </Panel>
      {required && factors.length < 2 && (
        <p className={styles.note}>
          {isLast
            ? 'Your organization requires a passkey or an authenticator app of your role: set up another one before you remove this.'
            : 'Your organization requires a passkey or an authenticator app of your role.'}
        </p>
      )}
      {factors.length > 0 && (
        <Panel
          title="Recovery codes"
          actions={<Button onPress={() => setOpen({ what: 'new-codes' })}>Make ten new codes</Button>}
        >
          <p className={styles.text}>
            Each works once, behind your password: for the day when your devices are lost or broken.
          </p>
          <p className={left <= FEW ? styles.warning : styles.note} role="status">
            {left <= FEW && <AlertTriangle size={16} aria-hidden="true" />}
            {left === 0 ? 'None is left. Make new ones.' : `${counted(left, 'code')} left.`}
          </p>
        </Panel>
      )}
      {open?.what === 'passkey' && <AddPasskey onClose={close} onDone={done('passkey')} />}
      {open?.what === 'totp' && <Enrol onClose={close} onDone={done('totp')} />}
      {open?.what === 'codes' && <RecoveryCodes codes={open.codes} email={me.email} onClose={close} />}
      {open?.what === 'rename' && (
        <RenameFactor
          factor={open.factor}
          onClose={close}
          onDone={() => {
            close();
            void reload();
          }}
        />
      )}
      <ConfirmDialog
        title="Make ten new recovery codes?"
        isOpen={open?.what === 'new-codes'}
        onClose={close}
        onConfirm={() => renew.mutate()}
        confirmLabel="Make new codes"
        isPending={renew.isPending}
        danger
      >
        {left > 0 ? `The ${counted(left, 'code')} that you have` : 'Old codes'} will not work any more.
      </ConfirmDialog>
      {open?.what === 'remove' && (
        <ConfirmDialog
          title={`Remove the ${KINDS[open.factor.kind].word}?`}
          isOpen
          onClose={close}
          onConfirm={() => remove.mutate(open.factor)}
          confirmLabel="Remove it"
          isPending={remove.isPending}
          danger
        >
          {factors.length === 1
            ? 'Signing in takes only your password then, and your recovery codes are gone.'
            : `${quoted(open.factor.name)} will not sign you in any more.`}
          {open.factor.kind === 'passkey' && ' Your device may go on showing it until you remove it there too.'}
        </ConfirmDialog>
      )}
    </>
  );
}
