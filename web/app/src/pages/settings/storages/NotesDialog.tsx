/** What did not work: objects of which no tasks came, and annotations that could not be written yet. */
import { api } from '@labelkeep/api';
import { Button, Dialog, Table, toast } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { messageOf } from '../../../shared/errors';
import type { Notes, Side } from './model';
import styles from './storages.module.css';

export function NotesDialog({
  side,
  path,
  notes,
  name,
  onClose,
  onRetried,
}: {
  side: Side;
  path: string;
  notes: Notes;
  name: string;
  onClose: () => void;
  onRetried: () => void;
}) {
  const retry = useMutation({
    mutationFn: () => api.post(`${path}/retry`),
    onSuccess: () => {
      toast.success('They are written again now');
      onRetried();
      onClose();
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  const close = <Button onPress={onClose}>Close</Button>;
  if (side === 'source') {
    return (
      <Dialog title={`Objects of ${name}`} isOpen onClose={onClose} size="large" footer={close}>
        <p className={styles.note}>
          Objects without tasks are read again by the next sync. Those that have changed keep their tasks as they are;
          delete a task to make it anew.
        </p>
        <div className={styles.scroll}>
          <Table
            label="Objects to look at"
            rows={notes.objects}
            rowKey={({ key }) => key}
            columns={[
              { id: 'key', header: 'Object', render: ({ key }) => <bdi className={styles.key}>{key}</bdi> },
              {
                id: 'problem',
                header: 'What is wrong',
                render: ({ problem }) => problem ?? 'It has changed since its tasks were made',
              },
            ]}
          />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Not written to ${name} yet`}
      isOpen
      onClose={onClose}
      size="large"
      footer={
        <>
          {close}
          <Button variant="primary" isPending={retry.isPending} onPress={() => retry.mutate()}>
            Write them now
          </Button>
        </>
      }
    >
      <p className={styles.note}>They are tried again by themselves, with pauses that grow up to an hour.</p>
      <div className={styles.scroll}>
        <Table
          label="Annotations that are not written yet"
          rows={notes.annotations}
          rowKey={({ annotation }) => annotation}
          columns={[
            {
              id: 'annotation',
              header: 'Annotation',
              align: 'end',
              width: 120,
              render: ({ annotation }) => annotation,
            },
            { id: 'error', header: 'What is wrong', render: ({ error }) => error },
          ]}
        />
      </div>
    </Dialog>
  );
}
