/** Connects a storage, or changes one. What the form asks for is said by the server. */
import { api, type Project } from '@labelkeep/api';
import {
  Button,
  Check,
  Dialog,
  NumberField,
  Select,
  Spinner,
  Switch,
  TextArea,
  TextField,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { messageOf, problemOf } from '../../../shared/errors';
import { useAnswerInView } from '../../../shared/useAnswerInView';
import { FileList } from './FileList';
import {
  base,
  bodyOf,
  type ConnectionChoice,
  createPath,
  type FileEntry,
  type FormField,
  type FormRow,
  isAsked,
  nameOf,
  pathOf,
  type Side,
  type Storage,
  type StorageType,
  type Values,
  valuesOf,
  withConnection,
  withoutServer,
} from './model';
import styles from './storages.module.css';

/** What a source has to be where the server never touches media. */
const SIGNED: Values = { presign: true, use_blob_urls: true };

export function StorageDialog({
  project,
  side,
  types,
  storage,
  onClose,
}: {
  project: Project;
  side: Side;
  types: readonly StorageType[];
  storage: Storage | undefined;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [type, setType] = useState(storage?.type ?? types[0]?.name ?? '');
  const [values, setValues] = useState<Values>();
  const form = useQuery({
    queryKey: ['storage-form', side, type],
    queryFn: () => api.get<FormRow[]>(`${base(side)}/${type}/form`),
  });
  const isUntouched = side === 'source' && project.never_touches_media === true;
  const asked = form.data;
  const [connection, setConnection] = useState(storage?.connection ?? null);
  const choices = useQuery({
    queryKey: ['connections', project.id],
    queryFn: () => api.get<ConnectionChoice[]>(`/api/projects/${project.id}/storage-connections`),
  });
  const fitting = (choices.data ?? []).filter((choice) => choice.type === type);
  const uses = connection !== null;
  const rows = useMemo(() => {
    const known = asked && isUntouched ? withoutServer(asked) : asked;
    return known && uses ? withConnection(known) : known;
  }, [asked, isUntouched, uses]);
  const needsServer = isUntouched && asked !== undefined && !rows;
  // What was typed stays when a connection is chosen.
  useEffect(() => {
    if (rows) setValues((old) => ({ ...valuesOf(rows, storage), ...old }));
  }, [rows, storage]);
  const body = () =>
    bodyOf(rows ?? [], values ?? {}, project.id, storage, { ...(isUntouched ? SIGNED : {}), connection });
  const check = useMutation({
    mutationFn: () => api.post<{ hint: string } | undefined>(`${base(side)}/${type}/validate`, body()),
  });
  const files = useMutation({
    mutationFn: () => api.post<{ files: FileEntry[] }>(`${base(side)}/${type}/files`, { ...body(), limit: 100 }),
  });
  const save = useMutation({
    mutationFn: (_andSync: boolean) =>
      storage ? api.patch<Storage>(pathOf(side, storage), body()) : api.post<Storage>(createPath(side, type), body()),
    onSuccess: async (saved, andSync) => {
      if (andSync) await api.post(`${pathOf(side, saved)}/sync`).catch((error) => toast.error(messageOf(error)));
      else toast.success(storage ? 'Saved' : `${nameOf(saved)} is connected`);
      await queries.invalidateQueries({ queryKey: ['storages', project.id, side] });
      onClose();
    },
  });
  const attempts = [check, files, save];
  const error = attempts.find((attempt) => attempt.error)?.error;
  const answers = useRef<HTMLDivElement>(null);
  useAnswerInView(answers, error ?? files.data ?? (check.isSuccess && check.submittedAt));
  const put = (name: string, value: string | number | boolean) => {
    for (const attempt of attempts) attempt.reset();
    setValues((old) => ({ ...old, [name]: value }));
  };
  const known = new Set(rows?.flatMap((row) => row.fields.map((field) => field.name)));
  known.add('connection');
  const isElsewhere =
    error && !Object.keys((error as { fields?: object }).fields ?? {}).some((name) => known.has(name));
  const isBusy = attempts.some((attempt) => attempt.isPending);
  const title = storage ? `Edit ${nameOf(storage)}` : side === 'source' ? 'Add a source' : 'Add a target';
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      size="large"
      isKept
      footer={
        <>
          <span className={styles.tried}>
            <Button isDisabled={!values || isBusy} isPending={check.isPending} onPress={() => check.mutate()}>
              Check the connection
            </Button>
            {side === 'source' && (
              <Button isDisabled={!values || isBusy} isPending={files.isPending} onPress={() => files.mutate()}>
                Show its files
              </Button>
            )}
          </span>
          <Button onPress={onClose}>Cancel</Button>
          {!storage && (
            <Button
              isDisabled={!values || isBusy}
              isPending={save.isPending && save.variables === false}
              onPress={() => save.mutate(false)}
            >
              Connect
            </Button>
          )}
          <Button
            variant="primary"
            isDisabled={!values || isBusy}
            isPending={save.isPending && save.variables === !storage}
            onPress={() => save.mutate(!storage)}
          >
            {storage ? 'Save' : side === 'source' ? 'Connect and make tasks' : 'Connect and write all'}
          </Button>
        </>
      }
    >
      <div className={styles.form} ref={answers}>
        {!storage && types.length > 1 && (
          <Select
            label="Where"
            value={type}
            onChange={(name) => {
              for (const attempt of attempts) attempt.reset();
              setValues(undefined);
              setConnection(null);
              setType(name);
            }}
            options={types.map((each) => ({ id: each.name, label: each.title }))}
          />
        )}
        {(fitting.length > 0 || uses) && (
          <Select
            label="Keys"
            value={String(connection ?? '')}
            onChange={(id) => {
              for (const attempt of attempts) attempt.reset();
              setConnection(id ? Number(id) : null);
            }}
            options={[
              { id: '', label: 'Of its own' },
              ...fitting.map(({ id, title: name, places }) => ({
                id: String(id),
                label: name,
                description: places.length > 0 ? `For ${places.join(', ')}` : 'A connection of the organization',
              })),
              ...(uses && choices.data && fitting.every(({ id }) => id !== connection)
                ? [{ id: String(connection), label: 'A connection that is not for this project any more' }]
                : []),
            ]}
            {...problemOf(error, 'connection')}
          />
        )}
        {rows && values ? (
          rows.map((row) => (
            <div key={row.fields[0]?.name} className={row.columnCount > 1 ? styles.pair : styles.form}>
              {row.fields
                .filter((field) => isAsked(field, values))
                .map((field) => (
                  <Field
                    key={field.name}
                    field={field}
                    value={values[field.name]}
                    error={error}
                    isKept={storage?.connection === null && storage.use_server_credentials !== true}
                    onChange={(value) => put(field.name, value)}
                  />
                ))}
            </div>
          ))
        ) : needsServer ? (
          <p className={styles.error} role="status">
            This kind of storage has no links of its own, and the server never touches the media of this project. Switch
            that off first.
          </p>
        ) : form.isError ? (
          <p className={styles.error} role="alert">
            {messageOf(form.error)}
          </p>
        ) : (
          <Spinner label="Loading the form" />
        )}
        {isElsewhere && (
          <p className={styles.error} role="alert">
            {messageOf(error)}
          </p>
        )}
        {check.isSuccess && (
          <p className={styles.works} role="status">
            <Check size={16} aria-hidden="true" /> It works.
          </p>
        )}
        {check.data?.hint && (
          <p className={styles.note} role="status">
            {check.data.hint}
          </p>
        )}
        {files.data && <FileList files={files.data.files} />}
      </div>
    </Dialog>
  );
}

/** A field of a form that the server describes. */
export function Field({
  field,
  value,
  error,
  isKept,
  onChange,
}: {
  field: FormField;
  value: Values[string] | undefined;
  error: unknown;
  /** A secret that is not typed stays. */
  isKept: boolean;
  onChange: (value: string | number | boolean) => void;
}) {
  const description = field.description ? { description: field.description } : {};
  if (field.type === 'toggle') {
    return (
      <Switch isSelected={value === true} onChange={onChange} {...description}>
        {field.label}
      </Switch>
    );
  }
  if (field.type === 'counter') {
    return (
      <NumberField
        label={field.label}
        value={typeof value === 'number' ? value : 1}
        onChange={(number) => onChange(Math.round(number))}
        {...(typeof field.min === 'number' ? { minValue: field.min } : {})}
        {...(typeof field.max === 'number' ? { maxValue: field.max } : {})}
        {...description}
      />
    );
  }
  const isUnchanged = field.secret === true && isKept;
  const placeholder = isUnchanged ? 'Unchanged' : field.placeholder;
  const shared = {
    label: field.label,
    value: typeof value === 'string' ? value : '',
    onChange,
    isRequired: field.required === true && !isUnchanged,
    ...(placeholder ? { placeholder } : {}),
    ...description,
    ...problemOf(error, field.name),
  };
  if (field.type === 'textarea') return <TextArea rows={4} {...shared} />;
  return (
    <TextField {...shared} {...(field.type === 'password' ? { type: 'password' as const, autoComplete: 'off' } : {})} />
  );
}
