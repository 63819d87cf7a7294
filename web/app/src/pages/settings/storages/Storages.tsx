/** Cloud storages of a project: where its tasks come from, and where its annotations go. */
import { api, type Project } from '@labelkeep/api';
import { Button, EmptyState, FolderOpen, Panel, Plus, Upload } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { base, isUnderWay, listPath, type Side, type Storage, type StorageType } from './model';
import { StorageDialog } from './StorageDialog';
import { StorageRow } from './StorageRow';
import styles from './storages.module.css';
import { Untouched } from './Untouched';

/** How often a storage that works is looked at, in milliseconds. */
const LOOK = 1_500;

export function Storages({ project }: { project: Project }) {
  return (
    <div className={styles.page}>
      <StorageList
        project={project}
        side="source"
        title="Sources"
        add="Add a source"
        icon={<FolderOpen size={28} />}
        empty="No source yet"
      >
        Connect a bucket or folder, and its files become tasks. The files stay where they are; the project keeps their
        addresses.
      </StorageList>
      <StorageList
        project={project}
        side="target"
        title="Targets"
        add="Add a target"
        icon={<Upload size={28} />}
        empty="No target yet"
      >
        Connect a bucket or folder, and each annotation is written there as a JSON object soon after it is saved.
      </StorageList>
      <Untouched project={project} />
    </div>
  );
}

function StorageList({
  project,
  side,
  title,
  add,
  icon,
  empty,
  children,
}: {
  project: Project;
  side: Side;
  title: string;
  add: string;
  icon: React.ReactNode;
  empty: string;
  children: React.ReactNode;
}) {
  const [editing, setEditing] = useState<Storage | 'new'>();
  const types = useQuery({
    queryKey: ['storage-types', side],
    queryFn: () => api.get<StorageType[]>(`${base(side)}/types`),
  });
  const list = useQuery({
    queryKey: ['storages', project.id, side],
    queryFn: () => api.get<Storage[]>(listPath(side), { project: project.id }, { isBackground: true }),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? LOOK : false),
  });
  const button = (
    <Button icon={<Plus size={16} />} isDisabled={!types.data?.length} onPress={() => setEditing('new')}>
      {add}
    </Button>
  );
  const rows = list.data ?? [];
  return (
    <Panel title={title} actions={rows.length > 0 ? button : undefined}>
      {list.isError ? (
        <EmptyState
          title="The storages cannot be shown"
          actions={<Button onPress={() => void list.refetch()}>Try again</Button>}
        >
          {messageOf(list.error)}
        </EmptyState>
      ) : list.data && rows.length === 0 ? (
        <EmptyState icon={icon} title={empty} actions={button}>
          {children}
        </EmptyState>
      ) : (
        <ul className={styles.list} aria-label={title}>
          {rows.map((storage) => (
            <StorageRow
              key={storage.id}
              side={side}
              storage={storage}
              typeTitle={types.data?.find(({ name }) => name === storage.type)?.title ?? storage.type}
              onEdit={() => setEditing(storage)}
            />
          ))}
        </ul>
      )}
      {editing && types.data && (
        <StorageDialog
          project={project}
          side={side}
          types={types.data}
          storage={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Panel>
  );
}
