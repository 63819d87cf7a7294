/** What each role may do: switches by role. The owner's column stands fast. */
import { api, type Role } from '@labelkeep/api';
import { Button, Check, Checkbox, EmptyState, Panel, Spinner, Table, type TableColumn, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../../shared/errors';
import { ROLES } from '../../../shared/people';
import styles from '../organization.module.css';

interface Permission {
  permission: string;
  roles: Role[];
  options: Role[];
  group: string;
  label: string;
  tooltip: string;
  is_default: boolean;
}

const COLUMNS: readonly Role[] = ['AD', 'MA', 'RE', 'AN'];

export function Permissions({ organization }: { organization: number }) {
  const path = `/api/organizations/${organization}/permissions`;
  const key = ['permissions', organization];
  const queries = useQueryClient();
  const list = useQuery({ queryKey: key, queryFn: () => api.get<Permission[]>(path) });
  const change = useMutation({
    // No roles: back to what it is without a choice of the owner.
    mutationFn: ({ permission, roles }: { permission: string; roles: Role[] | undefined }) =>
      roles ? api.patch(`${path}/${permission}`, { roles }) : api.delete(`${path}/${permission}`),
    onMutate: async ({ permission, roles }) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<Permission[]>(key);
      if (roles) {
        queries.setQueryData<Permission[]>(key, (all) =>
          all?.map((entry) => (entry.permission === permission ? { ...entry, roles } : entry)),
        );
      }
      return { before };
    },
    onError: (error, _, context) => {
      queries.setQueryData(key, context?.before);
      toast.error(messageOf(error));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  if (list.isError) {
    return (
      <EmptyState
        title="The permissions cannot be shown"
        actions={<Button onPress={() => void list.refetch()}>Try again</Button>}
      >
        {messageOf(list.error)}
      </EmptyState>
    );
  }
  if (!list.data) return <Spinner label="Loading permissions" />;
  // Groups in the order in which they first come, each in one piece.
  const groups = [...new Set(list.data.map(({ group }) => group))];
  const rows = groups.flatMap((group) => list.data.filter((entry) => entry.group === group));
  const isSaving = (permission: string) => change.isPending && change.variables.permission === permission;
  const columns: TableColumn<Permission>[] = [
    {
      id: 'permission',
      header: 'Permission',
      render: ({ label, tooltip }) => (
        <>
          {label}
          <br />
          <span className={styles.muted}>{tooltip}</span>
        </>
      ),
    },
    {
      id: 'OW',
      header: ROLES.OW.name,
      align: 'center',
      width: 90,
      render: () => <Check size={16} aria-label="Always" />,
    },
    ...COLUMNS.map(
      (role): TableColumn<Permission> => ({
        id: role,
        header: ROLES[role].name,
        align: 'center',
        width: 110,
        render: ({ permission, label, roles, options }) =>
          options.includes(role) ? (
            <Checkbox
              label={`${label}: ${ROLES[role].name}`}
              isSelected={roles.includes(role)}
              onChange={(on) =>
                change.mutate({ permission, roles: on ? [...roles, role] : roles.filter((other) => other !== role) })
              }
            />
          ) : (
            <span className={styles.muted} title="Cannot be given to this role">
              –
            </span>
          ),
      }),
    ),
    {
      id: 'state',
      header: 'State',
      isHeaderHidden: true,
      align: 'end',
      width: 130,
      render: ({ permission, label, is_default: isDefault }) =>
        isSaving(permission) ? (
          <span className={styles.muted}>Saving…</span>
        ) : isDefault ? (
          <span className={styles.muted}>Default</span>
        ) : (
          <Button
            size="small"
            variant="quiet"
            label={`Back to default: ${label}`}
            onPress={() => change.mutate({ permission, roles: undefined })}
          >
            Back to default
          </Button>
        ),
    },
  ];
  return (
    <Panel title="Permissions">
      <p className={styles.text}>Each change is saved at once, and takes effect at once.</p>
      <p className={styles.hiddenStatus} role="status">
        {change.isPending ? 'Saving' : change.isSuccess ? 'Saved' : ''}
      </p>
      <Table
        label="Permissions"
        columns={columns}
        rows={rows}
        rowKey={({ permission }) => permission}
        groupOf={({ group }) => group}
      />
    </Panel>
  );
}
