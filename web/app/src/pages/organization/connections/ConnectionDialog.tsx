/** Makes a connection, or changes one. What it asks for is said by the server. */
import { api } from '@labelkeep/api';
import { Button, Dialog, Select, TextArea, TextField, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { messageOf, problemOf } from '../../../shared/errors';
import { useAnswerInView } from '../../../shared/useAnswerInView';
import { workspacesQuery } from '../../../shared/workspaces';
import { Field } from '../../settings/storages/StorageDialog';
import styles from '../../settings/storages/storages.module.css';
import { CONNECTIONS, type Connection, type ConnectionType, connectionsQuery, placesOf } from './model';

type Values = Record<string, string>;

export function ConnectionDialog({
  types,
  connection,
  onClose,
}: {
  types: readonly ConnectionType[];
  connection: Connection | undefined;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [typeName, setType] = useState(connection?.type ?? types[0]?.name ?? '');
  const [title, setTitle] = useState(connection?.title ?? '');
  const [workspace, setWorkspace] = useState(connection?.workspace ?? null);
  const [places, setPlaces] = useState(connection?.places.join('\n') ?? '');
  // Only what was typed is sent: the rest, the secrets first of all, stays as it is.
  const [typed, setTyped] = useState<Values>({});
  const workspaces = useQuery(workspacesQuery());
  const shared = (workspaces.data ?? []).filter(({ is_personal }) => !is_personal);
  const type = types.find(({ name }) => name === typeName);
  const save = useMutation({
    mutationFn: () => {
      const body = { title, workspace, places: placesOf(places), ...typed };
      return connection
        ? api.patch<Connection>(`${CONNECTIONS}${connection.id}/`, body)
        : api.post<Connection>(CONNECTIONS, { ...body, type: typeName });
    },
    onSuccess: async () => {
      toast.success(connection ? 'Saved' : `${title.trim()} can be used`);
      await queries.invalidateQueries({ queryKey: connectionsQuery().queryKey });
      onClose();
    },
  });
  const put = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      save.reset();
      set(value);
    };
  };
  const form = useRef<HTMLDivElement>(null);
  useAnswerInView(form, save.error);
  const shown = ['title', 'workspace', 'places', ...(type?.fields.map(({ name }) => name) ?? [])];
  const isElsewhere = save.error && shown.every((name) => !problemOf(save.error, name).errorMessage);
  return (
    <Dialog
      title={connection ? `Edit ${connection.title}` : 'New connection'}
      isOpen
      onClose={onClose}
      size="large"
      isKept
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant="primary"
            isDisabled={!title.trim() || !type}
            isPending={save.isPending}
            onPress={() => save.mutate()}
          >
            {connection ? 'Save' : 'Make the connection'}
          </Button>
        </>
      }
    >
      <div className={styles.form} ref={form}>
        {!connection && types.length > 1 && (
          <Select
            label="Where"
            value={typeName}
            onChange={put((name: string) => {
              setTyped({});
              setType(name);
            })}
            options={types.map(({ name, title: label }) => ({ id: name, label }))}
          />
        )}
        <TextField
          label="Name"
          value={title}
          onChange={put(setTitle)}
          isRequired
          description="By it people choose the connection in their projects."
          {...problemOf(save.error, 'title')}
        />
        <div className={styles.pair}>
          {type?.fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              value={
                typed[field.name] ??
                (typeof connection?.[field.name] === 'string' ? (connection[field.name] as string) : '')
              }
              error={save.error}
              isKept={connection !== undefined}
              onChange={put((value: string | number | boolean) =>
                setTyped((old) => ({ ...old, [field.name]: String(value) })),
              )}
            />
          ))}
        </div>
        <Select
          label="Who may use it"
          value={String(workspace ?? '')}
          onChange={put((id: string) => setWorkspace(id ? Number(id) : null))}
          options={[
            { id: '', label: 'Projects of the whole organization' },
            ...shared.map(({ id, title: name }) => ({ id: String(id), label: `Projects of ${name}` })),
          ]}
          {...problemOf(save.error, 'workspace')}
        />
        <TextArea
          label="Buckets"
          value={places}
          onChange={put(setPlaces)}
          rows={3}
          placeholder={'our-images\nour-texts/2026'}
          description="One in each line, with a prefix or without. Empty: every bucket that the keys open."
          {...problemOf(save.error, 'places')}
        />
        {connection && connection.storages > 0 && (
          <p className={styles.note}>
            Other keys are tried with storages that use the connection before they are kept; then all of them use the
            new ones at once.
          </p>
        )}
        {isElsewhere && (
          <p className={styles.error} role="alert">
            {messageOf(save.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
