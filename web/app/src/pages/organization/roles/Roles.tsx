/** Roles: turned on once, then what each may do. */
import type { Role } from '@labelkeep/api';
import { api } from '@labelkeep/api';
import { Button, ConfirmDialog, EmptyState, Panel, Select, Spinner, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { ROLES, roleOptions } from '../../../shared/people';
import { defaultRoleQuery } from '../../../shared/roles';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import { Permissions } from './Permissions';
import { firstPreviewQuery, useRolesChanged } from './queries';
import { TurnOn } from './TurnOn';

export function Roles({ organization }: SectionProps) {
  const preview = useQuery(firstPreviewQuery(organization));
  if (preview.isError) {
    return (
      <EmptyState
        title="The roles cannot be shown"
        actions={<Button onPress={() => void preview.refetch()}>Try again</Button>}
      >
        {messageOf(preview.error)}
      </EmptyState>
    );
  }
  if (!preview.data) return <Spinner label="Loading roles" />;
  if (!preview.data.roles_on) return <TurnOn organization={organization} areOn={false} />;
  return (
    <>
      <TurnOn organization={organization} areOn />
      <DefaultRole organization={organization} />
      <Permissions organization={organization} />
      <TurnOff organization={organization} />
    </>
  );
}

function DefaultRole({ organization }: { organization: number }) {
  const queries = useQueryClient();
  const present = useQuery(defaultRoleQuery(organization));
  const change = useMutation({
    mutationFn: (role: Role) =>
      api.patch<{ default_role: Role }>(`/api/organizations/${organization}/set-default-role`, { default_role: role }),
    onSuccess: (saved) => {
      queries.setQueryData(defaultRoleQuery(organization).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ['invite'] });
      toast.success(`New people are ${ROLES[saved.default_role].name.toLowerCase()}s from now on`);
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  return (
    <Panel title="New people">
      <p className={styles.text}>
        The role of people who join by the organization’s link. A personal invitation may give another one.
      </p>
      {present.isError && <p className={styles.error}>{messageOf(present.error)}</p>}
      {present.data && (
        <div className={styles.choice}>
          <Select
            label="Default role"
            value={present.data.default_role}
            isDisabled={change.isPending}
            onChange={(role) => role !== present.data.default_role && change.mutate(role as Role)}
            options={roleOptions(['MA', 'RE', 'AN'])}
          />
        </div>
      )}
    </Panel>
  );
}

function TurnOff({ organization }: { organization: number }) {
  const [asking, setAsking] = useState(false);
  const changed = useRolesChanged();
  const off = useMutation({
    mutationFn: () => api.post<{ members: number }>(`/api/organizations/${organization}/roles/`, { on: false }),
    onSuccess: async () => {
      toast.success('Roles are off');
      await changed();
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(false),
  });
  return (
    <Panel title="Turn roles off">
      <p className={styles.text}>
        Everybody but the owners becomes a member again, and sees and changes every project. Who belongs to which
        project is kept, for when roles are turned on again.
      </p>
      <Button variant="danger" onPress={() => setAsking(true)}>
        Turn roles off
      </Button>
      <ConfirmDialog
        title="Turn roles off?"
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => off.mutate()}
        isPending={off.isPending}
        confirmLabel="Give everybody access to everything"
        danger
      >
        People who labeled only their own projects see all of them at once. The roles that people have now are
        forgotten.
      </ConfirmDialog>
    </Panel>
  );
}
