/** One's own account: who one is, how one signs in, where one is signed in, tokens, keys and look. */
import type { User } from '@labelkeep/api';
import { Button, EmptyState, PageHeader, Spinner, Tabs } from '@labelkeep/kit';
import { useLocation } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { messageOf } from '../../shared/errors';
import { useMe } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { useTitle } from '../../shared/title';
import styles from './account.module.css';

interface Section {
  /** Its last part of the address. */
  id: string;
  label: string;
  Content: ComponentType<{ me: User }>;
}

// Each is fetched when it is first opened.
const SECTIONS: readonly [Section, ...Section[]] = [
  {
    id: 'profile',
    label: 'Profile',
    Content: lazy(async () => ({ default: (await import('./profile/Profile')).Profile })),
  },
  {
    id: 'password',
    label: 'Password',
    Content: lazy(async () => ({ default: (await import('./Password')).Password })),
  },
  {
    id: 'second-factor',
    label: 'Passkeys and second factor',
    Content: lazy(async () => ({ default: (await import('./factors/Factors')).Factors })),
  },
  {
    id: 'sign-ins',
    label: 'Linked sign-ins',
    Content: lazy(async () => ({ default: (await import('./Identities')).Identities })),
  },
  {
    id: 'sessions',
    label: 'Sessions',
    Content: lazy(async () => ({ default: (await import('./Sessions')).Sessions })),
  },
  {
    id: 'tokens',
    label: 'API tokens',
    Content: lazy(async () => ({ default: (await import('./tokens/Tokens')).Tokens })),
  },
  {
    id: 'keys',
    label: 'Keys and look',
    Content: lazy(async () => ({ default: (await import('./Keys')).KeysAndLook })),
  },
];

/** Addresses that bookmarks and documentation of other tools have. */
const ALIASES: Readonly<Record<string, string>> = {
  'personal-info': 'profile',
  'personal-access-token': 'tokens',
  'legacy-token': 'tokens',
  hotkeys: 'keys',
};

export function AccountPage() {
  const me = useMe();
  const go = useGo();
  const { pathname } = useLocation();
  const last = pathname.replace(/\/$/, '').split('/').at(-1) ?? '';
  const wanted = ALIASES[last] ?? last;
  const section = SECTIONS.find(({ id }) => id === wanted) ?? SECTIONS[0];
  useTitle(section.label, 'Account');
  if (me.isError) {
    return (
      <EmptyState
        isPage
        title="Your account cannot be shown"
        actions={<Button onPress={() => void me.refetch()}>Try again</Button>}
      >
        {messageOf(me.error)}
      </EmptyState>
    );
  }
  if (!me.data) return <Spinner label="Loading your account" />;
  const { data } = me;
  return (
    <div className={styles.page}>
      <PageHeader title="Account" description={data.email} />
      <Tabs
        label="Account"
        selected={section.id}
        onSelect={(id) => go(`/user/account/${id}`)}
        items={SECTIONS.map(({ id, label, Content }) => ({
          id,
          label,
          content: (
            <Suspense fallback={<Spinner label={`Loading ${label.toLowerCase()}`} />}>
              <div className={styles.section}>
                <Content me={data} />
              </div>
            </Suspense>
          ),
        }))}
      />
    </div>
  );
}
