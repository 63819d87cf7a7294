/** The organization: its people, how they come in, what they may do, where they work, and what was done. */
import type { User } from '@labelkeep/api';
import { Button, EmptyState, PageHeader, Spinner, Tabs } from '@labelkeep/kit';
import { useLocation } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { messageOf } from '../../shared/errors';
import { may, useMe } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { useTitle } from '../../shared/title';
import styles from './organization.module.css';

export interface SectionProps {
  organization: number;
  me: User;
}

interface Section {
  /** Its last part of the address. */
  id: string;
  label: string;
  /** The action that somebody has to be allowed to see it. */
  action: string;
  Content: ComponentType<SectionProps>;
}

// Each is fetched when it is first opened.
const SECTIONS: readonly Section[] = [
  {
    id: 'people',
    label: 'People',
    action: 'MemberView',
    Content: lazy(async () => ({ default: (await import('./people/People')).People })),
  },
  {
    id: 'invitations',
    label: 'Invitations',
    action: 'Invite',
    Content: lazy(async () => ({ default: (await import('./invitations/Invitations')).Invitations })),
  },
  {
    id: 'roles',
    label: 'Roles',
    action: 'RolesManage',
    Content: lazy(async () => ({ default: (await import('./roles/Roles')).Roles })),
  },
  {
    id: 'workspaces',
    label: 'Workspaces',
    action: 'WorkspaceView',
    Content: lazy(async () => ({ default: (await import('./workspaces/Workspaces')).Workspaces })),
  },
  {
    id: 'connections',
    label: 'Connections',
    action: 'OrganizationChange',
    Content: lazy(async () => ({ default: (await import('./connections/Connections')).Connections })),
  },
  {
    id: 'audit',
    label: 'Audit log',
    action: 'AuditView',
    Content: lazy(async () => ({ default: (await import('./audit/Audit')).Audit })),
  },
  {
    id: 'usage',
    label: 'Usage',
    action: 'StatisticsView',
    Content: lazy(async () => ({ default: (await import('./usage/Usage')).Usage })),
  },
  {
    id: 'security',
    label: 'Security',
    action: 'SecurityManage',
    Content: lazy(async () => ({ default: (await import('./security/Security')).Security })),
  },
];

export function OrganizationPage() {
  const me = useMe();
  const go = useGo();
  const { pathname } = useLocation();
  // Parts of a section have addresses below it.
  const [wanted] = pathname
    .replace(/^\/organization/, '')
    .split('/')
    .filter(Boolean);
  const sections = SECTIONS.filter(({ action }) => may(me.data, action));
  const known = SECTIONS.find(({ id }) => id === wanted);
  const section = known ?? sections[0];
  useTitle(section?.label, me.data?.active_organization_meta.title);
  if (me.isError) {
    return (
      <EmptyState
        isPage
        title="The organization cannot be shown"
        actions={<Button onPress={() => void me.refetch()}>Try again</Button>}
      >
        {messageOf(me.error)}
      </EmptyState>
    );
  }
  if (!me.data) return <Spinner label="Loading the organization" />;
  const { data } = me;
  const organization = data.active_organization;
  if (!section || organization === null) {
    return (
      <EmptyState isPage title="There is nothing here for you">
        Ask the owner of your organization for access.
      </EmptyState>
    );
  }
  if (!sections.includes(section)) {
    return (
      <EmptyState isPage title={`${section.label} is for others`}>
        Your role does not include it. An administrator of {data.active_organization_meta.title} can help.
      </EmptyState>
    );
  }
  return (
    <div className={styles.page}>
      <PageHeader title={section.label} description={data.active_organization_meta.title} />
      <Tabs
        label="Organization"
        selected={section.id}
        onSelect={(id) => go(`/organization/${id}`)}
        items={sections.map(({ id, label, Content }) => ({
          id,
          label,
          content: (
            <Suspense fallback={<Spinner label={`Loading ${label.toLowerCase()}`} />}>
              <div className={styles.section}>
                <Content organization={organization} me={data} />
              </div>
            </Suspense>
          ),
        }))}
      />
    </div>
  );
}
