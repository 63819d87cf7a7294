/** One storage in the list: where it is, how its last sync went, and what can be done with it. */
import { api } from '@labelkeep/api';
import {
  Button,
  Chip,
  ConfirmDialog,
  IconButton,
  Menu,
  MoreHorizontal,
  Progress,
  RefreshCw,
  RelativeTime,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { count } from '../../../shared/numbers';
import { EventsDialog } from './EventsDialog';
import { isUnderWay, type Notes, nameOf, pathOf, placeOf, type Side, type Status, type Storage } from './model';
import { NotesDialog } from './NotesDialog';
import styles from './storages.module.css';

const STATUS: Record<Status, { label: string; color?: string }> = {
  initialized: { label: 'Not synced yet' },
  queued: { label: 'Waits', color: 'var(--color-accent)' },
  in_progress: { label: 'Syncs', color: 'var(--color-accent)' },
  completed: { label: 'Synced', color: 'var(--color-success)' },
  completed_with_errors: { label: 'Synced, with problems', color: 'var(--color-warning)' },
  failed: { label: 'Failed', color: 'var(--color-danger)' },
};

/** How often a target is asked what waits, in milliseconds. */
const LOOK = 5_000;

export function StorageRow({
  side,
  storage,
  typeTitle,
  onEdit,
}: {
  side: Side;
  storage: Storage;
  typeTitle: string;
  onEdit: () => void;
}) {
  const queries = useQueryClient();
  const path = pathOf(side, storage);
  const [isDeleting, setDeleting] = useState(false);
  const [showsNotes, setShowsNotes] = useState(false);
  const [showsEvents, setShowsEvents] = useState(false);
  const works = isUnderWay(storage);
  const notes = useQuery({
    queryKey: ['storage-notes', side, storage.id, storage.status, storage.last_sync],
    queryFn: () => api.get<Notes>(`${path}/notes`, {}, { isBackground: true }),
    refetchInterval: side === 'target' ? LOOK : false,
  });
  const reload = () => queries.invalidateQueries({ queryKey: ['storages', storage.project, side] });
  const sync = useMutation({
    mutationFn: () => api.post<Storage>(`${path}/sync`),
    onSettled: reload,
    onError: (error) => toast.error(messageOf(error)),
  });
  const remove = useMutation({
    mutationFn: () => api.delete(path),
    onSuccess: () => {
      toast.success(`${nameOf(storage)} was disconnected`);
      void reload();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setDeleting(false),
  });
  // New tasks are shown everywhere as soon as the sync has ended.
  const worked = useRef(works);
  useEffect(() => {
    if (worked.current && !works && side === 'source') {
      void queries.invalidateQueries({ queryKey: ['project', storage.project] });
    }
    worked.current = works;
  }, [works, side, storage.project, queries]);
  const status = STATUS[storage.status];
  const noted = (notes.data?.objects.length ?? 0) + (notes.data?.failed ?? 0);
  const made = storage.last_sync_count ?? 0;
  const unit = side === 'source' ? (made === 1 ? 'new task' : 'new tasks') : made === 1 ? 'annotation' : 'annotations';
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <div className={styles.line}>
          <strong>
            <bdi>{nameOf(storage)}</bdi>
          </strong>
          <Chip {...(status.color ? { color: status.color } : {})}>
            {side === 'target' && storage.status === 'initialized' ? 'Connected' : status.label}
          </Chip>
          {storage.events && <Chip>Told of new files</Chip>}
          {noted > 0 && (
            <Button size="small" variant="quiet" onPress={() => setShowsNotes(true)}>
              {side === 'source'
                ? `${count(noted)} ${noted === 1 ? 'object' : 'objects'} to look at`
                : `${count(noted)} not written yet`}
            </Button>
          )}
        </div>
        <small className={styles.place}>
          {typeTitle} · <bdi>{placeOf(storage)}</bdi>
        </small>
        {works ? (
          <Progress
            label={side === 'source' ? 'Reading the storage' : 'Writing annotations'}
            detail={`${count(made)} ${unit}`}
          />
        ) : (
          <small className={styles.place}>
            {storage.last_sync ? (
              <>
                {count(made)} {unit} · <RelativeTime value={storage.last_sync} />
                {side === 'source' && ` · ${count(storage.meta.tasks_existed ?? 0)} objects known before`}
              </>
            ) : side === 'source' ? (
              'Sync it to make tasks of its objects.'
            ) : (
              'New annotations are written as they come. Sync it to write all of them.'
            )}
            {side === 'target' &&
              (notes.data?.waiting ?? 0) > 0 &&
              ` · ${count(notes.data?.waiting ?? 0)} wait to be written`}
          </small>
        )}
        {storage.status === 'failed' && storage.traceback && (
          <p className={styles.error} role="alert">
            {storage.traceback}
          </p>
        )}
      </div>
      <div className={styles.buttons}>
        {storage.synchronizable && (
          <Button
            size="small"
            icon={<RefreshCw size={14} />}
            label={`Sync ${nameOf(storage)}`}
            isPending={works || sync.isPending}
            onPress={() => sync.mutate()}
          >
            Sync
          </Button>
        )}
        <Button size="small" label={`Edit ${nameOf(storage)}…`} onPress={onEdit}>
          Edit
        </Button>
        <Menu
          label={`More for ${nameOf(storage)}`}
          trigger={<IconButton label={`More for ${nameOf(storage)}`} icon={<MoreHorizontal size={16} />} />}
          items={[
            ...(side === 'source' && storage.presign !== undefined
              ? [{ id: 'events', label: 'Events of new files…', onAction: () => setShowsEvents(true) }]
              : []),
            { id: 'delete', label: 'Disconnect…', danger: true, onAction: () => setDeleting(true) },
          ]}
        />
      </div>
      {showsNotes && notes.data && (
        <NotesDialog
          side={side}
          path={path}
          notes={notes.data}
          name={nameOf(storage)}
          onClose={() => setShowsNotes(false)}
          onRetried={() => void notes.refetch()}
        />
      )}
      {showsEvents && (
        <EventsDialog storage={storage} path={path} onChanged={reload} onClose={() => setShowsEvents(false)} />
      )}
      <ConfirmDialog
        title={`Disconnect ${nameOf(storage)}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        onConfirm={() => remove.mutate()}
        confirmLabel="Disconnect it"
        isPending={remove.isPending}
        danger
      >
        {side === 'source'
          ? 'Its tasks stay in the project, but the files that they name are not shown any more until the storage is connected again. Nothing in the storage changes.'
          : 'New annotations are not written there any more. What is there stays.'}
      </ConfirmDialog>
    </li>
  );
}
