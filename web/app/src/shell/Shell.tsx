/** The frame of every page: top bar, palette, help, messages, connection. */
import { api, type User } from '@labelkeep/api';
import {
  Avatar,
  Button,
  IconButton,
  Keyboard,
  RouterProvider as LinkProvider,
  LogOut,
  Mark,
  Menu,
  Monitor,
  Moon,
  Search,
  Sun,
  ToastRegion,
  User as UserIcon,
  Users,
} from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { AppLink } from '../shared/navigation';
import { matches, useActions, useAllActions } from './actions';
import { HelpSheet } from './HelpSheet';
import { Palette } from './Palette';
import styles from './shell.module.css';
import { signOut } from './sign-out';
import { setTheme, useTheme } from './theme';

export function Shell() {
  const router = useRouter();
  const { pathname, searchStr } = useLocation();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const go = (href: string) => void router.navigate({ href });
  const own = useMemo(
    () => [
      { id: 'projects', label: 'All projects', run: () => go('/projects/') },
      { id: 'new-project', label: 'New project', run: () => go('/projects/create') },
      { id: 'account', label: 'Account and tokens', run: () => go('/user/account') },
      { id: 'people', label: 'People and invitations', run: () => go('/organization') },
      { id: 'theme-light', label: 'Light theme', run: () => setTheme('light') },
      { id: 'theme-dark', label: 'Dark theme', run: () => setTheme('dark') },
      { id: 'theme-auto', label: "The system's theme", run: () => setTheme('auto') },
      { id: 'help', label: 'Keyboard help', shortcut: '?', run: () => setHelp(true) },
      { id: 'palette', label: 'Command palette', shortcut: 'ctrl+k', run: () => setPalette(true) },
    ],
    [],
  );
  useActions(own);
  const actions = useAllActions();
  // The editor has keys of its own, and its own palette and help.
  const editing = pathname.endsWith('/data') && /[?&](task|labeling)=/.test(searchStr);
  useEffect(() => {
    if (editing) return;
    const press = (event: KeyboardEvent) => {
      const action = actions.find((candidate) => candidate.shortcut && matches(event, candidate.shortcut));
      if (!action || event.defaultPrevented) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [actions, editing]);

  return (
    <LinkProvider navigate={go}>
      <div className={styles.shell}>
        <TopBar onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} go={go} />
        <Connection />
        <div className={styles.content}>
          <Outlet />
        </div>
      </div>
      <Palette isOpen={palette} onClose={() => setPalette(false)} actions={actions} go={go} />
      <HelpSheet isOpen={help} onClose={() => setHelp(false)} actions={actions} />
      <ToastRegion />
    </LinkProvider>
  );
}

function TopBar({ onSearch, onHelp, go }: { onSearch: () => void; onHelp: () => void; go: (href: string) => void }) {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.get<User>('/api/current-user/whoami') });
  const theme = useTheme();
  const name = me.data ? `${me.data.first_name} ${me.data.last_name}`.trim() || me.data.email : '';
  return (
    <header className={styles.bar}>
      <AppLink href="/projects/" className={styles.brand}>
        <Mark size={20} />
        Labelkeep
      </AppLink>
      <nav aria-label="Main" className={styles.nav}>
        <AppLink href="/projects/">Projects</AppLink>
        <AppLink href="/organization">People</AppLink>
      </nav>
      <Button size="small" variant="quiet" icon={<Search size={14} />} onPress={onSearch}>
        Find or do… <kbd className={styles.key}>Ctrl K</kbd>
      </Button>
      <IconButton label="Keyboard help" shortcut="?" icon={<Keyboard size={16} />} onPress={onHelp} />
      <Menu
        label="Theme"
        trigger={
          <IconButton
            label="Theme"
            icon={theme === 'dark' ? <Moon size={16} /> : theme === 'light' ? <Sun size={16} /> : <Monitor size={16} />}
          />
        }
        items={[
          { id: 'light', label: 'Light', icon: <Sun size={16} />, onAction: () => setTheme('light') },
          { id: 'dark', label: 'Dark', icon: <Moon size={16} />, onAction: () => setTheme('dark') },
          { id: 'auto', label: "The system's", icon: <Monitor size={16} />, onAction: () => setTheme('auto') },
        ]}
      />
      <Menu
        label="You"
        trigger={<IconButton label={name ? `You: ${name}` : 'You'} icon={<Avatar name={name} />} />}
        items={[
          { id: 'account', label: 'Account', icon: <UserIcon size={16} />, onAction: () => go('/user/account') },
          { id: 'people', label: 'People', icon: <Users size={16} />, onAction: () => go('/organization') },
          { id: 'out', label: 'Sign out', icon: <LogOut size={16} />, onAction: () => void signOut() },
        ]}
      />
    </header>
  );
}

/** Says when there is no network. */
function Connection() {
  const online = useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
  return online ? null : (
    <div role="status" className={styles.offline}>
      No connection. What you label is kept on this computer and sent later.
    </div>
  );
}
