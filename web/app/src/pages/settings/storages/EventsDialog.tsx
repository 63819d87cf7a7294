/** Events: the store says which files are new, and their tasks are made without a sync. */
import { api } from '@labelkeep/api';
import { Button, Dialog, toast } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { messageOf } from '../../../shared/errors';
import { ShownOnce } from '../../../shared/Picker';
import { nameOf, type Storage } from './model';
import styles from './storages.module.css';

interface Listening {
  url: string;
  secret: string;
}

/** How each store is told where to send its events, by the beginning of its kind. */
const HOW: Record<string, string> = {
  s3: 'Amazon: an SNS topic or an EventBridge destination with “Object Created” of the bucket. MinIO: a webhook with the secret as its token.',
  gcs: 'Google: a notification of the bucket to a Pub/Sub topic, and a push subscription with the second address.',
  azure: 'Azure: an Event Grid subscription with “Blob Created” to the second address.',
};

export function EventsDialog({
  storage,
  path,
  onChanged,
  onClose,
}: {
  storage: Storage;
  path: string;
  onChanged: () => void;
  onClose: () => void;
}) {
  const listen = useMutation({ mutationFn: () => api.post<Listening>(`${path}/events`), onSuccess: onChanged });
  const stop = useMutation({
    mutationFn: () => api.delete(`${path}/events`),
    onSuccess: () => {
      toast.success('Events are no longer taken');
      onChanged();
      onClose();
    },
  });
  const error = listen.error ?? stop.error;
  const how = Object.entries(HOW).find(([kind]) => storage.type.startsWith(kind))?.[1];
  return (
    <Dialog
      title={`Events of ${nameOf(storage)}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          {storage.events && (
            <Button isPending={stop.isPending} onPress={() => stop.mutate()}>
              Stop listening
            </Button>
          )}
          <Button onPress={onClose}>Close</Button>
          <Button
            variant={listen.data ? 'secondary' : 'primary'}
            isPending={listen.isPending}
            onPress={() => listen.mutate()}
          >
            {storage.events || listen.data ? 'Make a new secret' : 'Listen to events'}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <p className={styles.note}>
          The store says which files are new, and their tasks are there seconds later, without a sync. {how}
          {storage.events && !listen.data && ' A new secret ends the present one at once.'}
        </p>
        {listen.data && (
          <>
            <ShownOnce label="Address, with the secret as bearer token or password" value={listen.data.url} />
            <ShownOnce label="Secret, shown this once" value={listen.data.secret} />
            <ShownOnce
              label="Address with the secret in it, for stores that send no header"
              value={`${listen.data.url}${listen.data.secret}/`}
            />
          </>
        )}
        {error && (
          <p className={styles.error} role="alert">
            {messageOf(error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
