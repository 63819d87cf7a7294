/** People of the organization, the invitation link, and which tokens are accepted. */
import { api, type User } from '@labelkeep/api';
import {
  Avatar,
  Button,
  Chip,
  ConfirmDialog,
  Copy,
  EmptyState,
  PageHeader,
  Panel,
  RelativeTime,
  Spinner,
  Switch,
  TextField,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { counted } from '../../shared/numbers';
import { useTitle } from '../../shared/title';
import styles from './organization.module.css';

interface Member {
  id: number;
  user: User;
}

export function OrganizationPage() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.get<User>('/api/current-user/whoami') });
  useTitle('People');
  const organization = me.data?.active_organization;
  const members = useQuery({
    queryKey: ['members', organization],
    queryFn: () =>
      api.get<{ count: number; results: Member[] }>(`/api/organizations/${organization}/memberships`, {
        page_size: -1,
      }),
    enabled: organization !== undefined && organization !== null,
  });
  if (members.isError) return <EmptyState title="The people cannot be shown">{messageOf(members.error)}</EmptyState>;
  if (!me.data || !members.data) return <Spinner label="Loading people" />;
  const may = (permission: string) => me.data?.permissions?.includes(permission) ?? false;
  return (
    <div className={styles.page}>
      <PageHeader
        title="People"
        description={`${me.data.active_organization_meta.title}, ${counted(members.data.count, 'member')}`}
      />
      {may('organizations.invite') && <Invitation />}
      <Members
        organization={me.data.active_organization ?? 0}
        members={members.data.results.map((member) => member.user)}
        me={me.data.id}
        mayRemove={may('organizations.members.delete')}
      />
      {may('tokens.settings') && <TokenKinds />}
    </div>
  );
}

function Members({
  organization,
  members,
  me,
  mayRemove,
}: {
  organization: number;
  members: User[];
  me: number;
  mayRemove: boolean;
}) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<User>();
  const remove = useMutation({
    mutationFn: (user: User) => api.delete(`/api/organizations/${organization}/memberships/${user.id}/`),
    onSuccess: async (_, user) => {
      toast.success(`${nameOf(user)} is no longer a member`);
      await queries.invalidateQueries({ queryKey: ['members'] });
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsked(undefined),
  });
  return (
    <Panel title="Members">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Joined</th>
            <th scope="col">
              <span className={styles.hidden}>Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((user) => (
            <tr key={user.id}>
              <td>
                <span className={styles.person}>
                  <Avatar name={nameOf(user)} />
                  <bdi>{nameOf(user)}</bdi>
                  {user.id === me && <Chip>You</Chip>}
                </span>
              </td>
              <td>
                <bdi>{user.email}</bdi>
              </td>
              <td>
                <RelativeTime value={user.date_joined} />
              </td>
              <td className={styles.actions}>
                {mayRemove && user.id !== me && (
                  <Button size="small" variant="quiet" onPress={() => setAsked(user)}>
                    Remove
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ConfirmDialog
        title={asked ? `Remove ${nameOf(asked)}?` : ''}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        onConfirm={() => asked && remove.mutate(asked)}
        isPending={remove.isPending}
        confirmLabel="Remove from the organization"
        danger
      >
        {asked?.email} can no longer sign in here. What they labeled stays, under their name.
      </ConfirmDialog>
    </Panel>
  );
}

function nameOf(user: User): string {
  return `${user.first_name} ${user.last_name}`.trim() || user.username || user.email;
}

function Invitation() {
  const queries = useQueryClient();
  const invite = useQuery({
    queryKey: ['invite'],
    queryFn: () => api.get<{ invite_url: string | null }>('/api/invite'),
  });
  const [asking, setAsking] = useState(false);
  const reset = useMutation({
    mutationFn: () => api.post<{ invite_url: string }>('/api/invite/reset-token'),
    onSuccess: (fresh) => {
      queries.setQueryData(['invite'], fresh);
      toast.success('The old link is dead');
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(false),
  });
  // A link lives for a week; when it has ended there is none until a new one is made.
  const link = invite.data?.invite_url ? new URL(invite.data.invite_url, window.location.origin).href : '';
  return (
    <Panel title="Invite people">
      <p className={styles.text}>
        Who opens this link can make an account here; without it nobody can. It lives for a week.
      </p>
      <div className={styles.link}>
        <TextField
          label="Invitation link"
          value={link}
          onChange={() => undefined}
          isReadOnly
          {...(invite.data && !link ? { description: 'The last link has ended. Make a new one.' } : {})}
        />
        <Button
          icon={<Copy size={16} />}
          isDisabled={!link}
          onPress={() => {
            void navigator.clipboard.writeText(link).then(() => toast.success('Copied'));
          }}
        >
          Copy
        </Button>
        <Button onPress={() => setAsking(true)}>Make a new link</Button>
      </div>
      <ConfirmDialog
        title="Make a new link?"
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => reset.mutate()}
        confirmLabel="Make a new link"
        danger
      >
        The present link stops working at once, also for people who have it already.
      </ConfirmDialog>
    </Panel>
  );
}

interface Settings {
  api_tokens_enabled: boolean;
  legacy_api_tokens_enabled: boolean;
}

function TokenKinds() {
  const queries = useQueryClient();
  const settings = useQuery({ queryKey: ['jwt-settings'], queryFn: () => api.get<Settings>('/api/jwt/settings') });
  const change = useMutation({
    mutationFn: (fields: Partial<Settings>) => api.post<Settings>('/api/jwt/settings', fields),
    onSuccess: (saved) => queries.setQueryData(['jwt-settings'], saved),
    onError: (error) => toast.error(messageOf(error)),
  });
  if (!settings.data) return null;
  return (
    <Panel title="API tokens">
      <div className={styles.switches}>
        <Switch
          isSelected={settings.data.api_tokens_enabled}
          onChange={(value) => change.mutate({ api_tokens_enabled: value })}
          description="A long-lived token that is exchanged for short ones."
        >
          Personal access tokens
        </Switch>
        <Switch
          isSelected={settings.data.legacy_api_tokens_enabled}
          onChange={(value) => change.mutate({ legacy_api_tokens_enabled: value })}
          description="For old scripts. They are sent as they are with every request."
        >
          Legacy tokens
        </Switch>
      </div>
    </Panel>
  );
}
