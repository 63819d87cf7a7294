/** Connections to object stores: keys that administrators keep once, for projects whose managers do not see them. */
import { api } from '@labelkeep/api';
import { Button, ConfirmDialog, EmptyState, KeyRound, Panel, Plus, RelativeTime, Spinner, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { count } from '../../../shared/numbers';
import { workspacesQuery } from '../../../shared/workspaces';
import storages from '../../settings/storages/storages.module.css';
import styles from '../organization.module.css';
import { ConnectionDialog } from './ConnectionDialog';
import { CONNECTIONS, type Connection, connectionsQuery, connectionTypesQuery } from './model';

export function Connections() {
  const queries = useQueryClient();
  const list = useQuery(connectionsQuery());
  const types = useQuery(connectionTypesQuery());
  const workspaces = useQuery(workspacesQuery());
  const [editing, setEditing] = useState<Connection | 'new'>();
  const [deleting, setDeleting] = useState<Connection>();
  const remove = useMutation({
    mutationFn: ({ id }: Connection) => api.delete(`${CONNECTIONS}${id}/`),
    onSuccess: async (_, { title }) => {
      toast.success(`${title} was removed`);
      await queries.invalidateQueries({ queryKey: connectionsQuery().queryKey });
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setDeleting(undefined),
  });
  const button = (
    <Button
      variant="primary"
      icon={<Plus size={16} />}
      isDisabled={!types.data?.length}
      onPress={() => setEditing('new')}
    >
      New connection
    </Button>
  );
  const rows = list.data ?? [];
  const workspaceOf = ({ workspace }: Connection) =>
    workspaces.data?.find(({ id }) => id === workspace)?.title ?? 'one workspace';
  return (
    <Panel title="Connections" actions={rows.length > 0 ? button : undefined}>
      <p className={styles.text}>
        A connection holds the keys of an object store. Projects use it by its name; nobody there sees the keys, and
        they are changed here for all of them.
      </p>
      {list.isPending && <Spinner label="Loading connections" />}
      {list.isError && (
        <EmptyState
          title="The connections cannot be shown"
          actions={<Button onPress={() => void list.refetch()}>Try again</Button>}
        >
          {messageOf(list.error)}
        </EmptyState>
      )}
      {list.isSuccess && rows.length === 0 && (
        <EmptyState icon={<KeyRound size={28} />} title="No connection yet" actions={button}>
          Until there is one, each storage of a project has keys of its own.
        </EmptyState>
      )}
      <ul className={storages.list} aria-label="Connections">
        {rows.map((connection) => (
          <li key={connection.id} className={storages.row}>
            <div className={storages.main}>
              <strong>
                <bdi>{connection.title}</bdi>
              </strong>
              <small className={storages.place}>
                {types.data?.find(({ name }) => name === connection.type)?.title ?? connection.type} ·{' '}
                {connection.workspace === null ? 'all projects' : `projects of ${workspaceOf(connection)}`} ·{' '}
                <bdi>
                  {connection.places.length > 0 ? connection.places.join(', ') : 'every bucket that the keys open'}
                </bdi>
              </small>
              <small className={storages.place}>
                {connection.storages === 1 ? '1 storage uses it' : `${count(connection.storages)} storages use it`} ·
                changed <RelativeTime value={connection.updated_at} />
              </small>
            </div>
            <div className={storages.buttons}>
              <Button size="small" label={`Edit ${connection.title}…`} onPress={() => setEditing(connection)}>
                Edit
              </Button>
              <Button
                size="small"
                variant="quiet"
                label={`Remove ${connection.title}…`}
                isDisabled={connection.storages > 0}
                onPress={() => setDeleting(connection)}
              >
                Remove
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {editing && types.data && (
        <ConnectionDialog
          types={types.data}
          connection={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      <ConfirmDialog
        title={`Remove ${deleting?.title ?? 'it'}?`}
        isOpen={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        onConfirm={() => deleting && remove.mutate(deleting)}
        confirmLabel="Remove it"
        isPending={remove.isPending}
        danger
      >
        Its keys are forgotten. No storage uses it.
      </ConfirmDialog>
    </Panel>
  );
}
