/** What can be done with the selected tasks. Stands in place of the view's controls, so that nothing moves. */
import { api, type DataAction } from '@labelkeep/api';
import { Button, ChevronDown, Download, Menu, type MenuEntry, Play, Trash, Users, X } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { counted } from '../../../shared/numbers';
import type { Selection } from '../model/selection';
import { ActionDialog, hasForm } from './ActionDialog';
import styles from './actions.module.css';

export interface SelectionBarProps {
  project: number;
  selection: Selection;
  /** Selected tasks. */
  number: number;
  /** Tasks of the view. */
  total: number;
  /** False: at least so many, as they are still being counted. */
  isExact: boolean;
  actions: readonly DataAction[];
  /** Deletes, assigns, …: begins the action over the selected tasks. */
  onRun: (action: DataAction, fields: Record<string, unknown>) => Promise<boolean>;
  /** Labels them, one after the other; undefined where that cannot be said in an address. */
  onLabel: (() => void) | undefined;
  onAll: () => void;
  onClear: () => void;
}

/** Tasks up to which deleting asks nothing: one press brings them back. */
const AT_ONCE = 100;

/** Actions that stand there as buttons; the others are in the menu. */
const IN_SIGHT: Readonly<Record<string, { label: string; icon: ReactNode }>> = {
  assign_annotators: { label: 'Assign', icon: <Users size={14} /> },
  export_selection: { label: 'Export', icon: <Download size={14} /> },
  delete_tasks: { label: 'Delete', icon: <Trash size={14} /> },
};

/** What the person may do with tasks of the project. */
export function useActions(project: number) {
  return useQuery({
    queryKey: ['actions', project],
    queryFn: () => api.get<DataAction[]>('/api/dm/actions/', { project }),
    staleTime: 60_000,
  });
}

export function SelectionBar({
  project,
  selection,
  number,
  total,
  isExact,
  actions,
  onRun,
  onLabel,
  onAll,
  onClear,
}: SelectionBarProps) {
  const amount = `${isExact ? '' : 'at least '}${counted(number, 'task')}`;
  const [asking, setAsking] = useState<DataAction>();
  const begin = (action: DataAction) => {
    if (action.deletes && !hasForm(action) && number <= AT_ONCE) void onRun(action, {});
    else setAsking(action);
  };
  const able = actions.filter((action) => !action.disabled);
  const inSight = Object.keys(IN_SIGHT).flatMap((id) => able.find((action) => action.id === id) ?? []);
  const others = able.filter(({ id }) => !(id in IN_SIGHT));
  const items: MenuEntry[] = others.map((action) => ({
    id: action.id,
    label: action.title,
    danger: action.deletes ?? false,
    onAction: () => begin(action),
  }));
  return (
    <div className={styles.selection} role="toolbar" aria-label="Selected tasks">
      <span role="status" className={styles.number}>
        {amount} selected
      </span>
      {number < total && (
        <Button size="small" variant="quiet" onPress={onAll}>
          {`Select all ${counted(total, 'task')}`}
        </Button>
      )}
      <Button size="small" variant="quiet" icon={<X size={14} />} onPress={onClear}>
        Clear
      </Button>
      <span className={styles.space} />
      {onLabel && (
        <Button size="small" icon={<Play size={14} />} label="Label the selected tasks" onPress={onLabel}>
          Label
        </Button>
      )}
      {inSight.map((action) => (
        <Button
          key={action.id}
          size="small"
          variant={action.id === 'delete_tasks' ? 'danger' : 'secondary'}
          icon={IN_SIGHT[action.id]?.icon}
          label={`${IN_SIGHT[action.id]?.label} the selected tasks`}
          onPress={() => begin(action)}
        >
          {IN_SIGHT[action.id]?.label}
        </Button>
      ))}
      {items.length > 0 && (
        <Menu
          label="More actions for the selected tasks"
          trigger={
            <Button size="small" icon={<ChevronDown size={14} />}>
              More
            </Button>
          }
          items={items}
        />
      )}
      {asking && (
        <ActionDialog
          key={`${asking.id}/${selection.ids.size}`}
          project={project}
          action={asking}
          amount={amount}
          onRun={(fields) => onRun(asking, fields)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  );
}
