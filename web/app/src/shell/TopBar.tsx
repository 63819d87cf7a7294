/** The bar at the top: where one is, finding, help, theme, oneself. */
import type { User } from '@labelkeep/api';
import {
  Avatar,
  Button,
  IconButton,
  initialsOf,
  Keyboard,
  LogOut,
  Mark,
  Menu,
  Monitor,
  Moon,
  Search,
  Sun,
  User as UserIcon,
  Users,
} from '@labelkeep/kit';
import { may, useMe } from '../shared/me';
import { AppLink } from '../shared/navigation';
import { Bell } from './Bell';
import { readableKeys } from './keys';
import styles from './shell.module.css';
import { signOut } from './sign-out';
import { setTheme, type Theme, useTheme } from './theme';

const PLACES = [
  { href: '/projects/', label: 'Projects', under: /^\/($|projects)/ },
  { href: '/organization', label: 'Organization', under: /^\/(organization|people)/, isShown: runsOrganization },
];

/** Whether the organization's pages hold something for the person to do: not for those who only label or review. */
export function runsOrganization(me: User | undefined): boolean {
  return ['Invite', 'MemberManage', 'WorkspaceCreate', 'AuditView'].some((action) => may(me, action));
}

export function TopBar({
  path,
  onSearch,
  onHelp,
  go,
}: {
  path: string;
  onSearch: () => void;
  onHelp: () => void;
  go: (href: string) => void;
}) {
  const me = useMe();
  const name = me.data ? `${me.data.first_name} ${me.data.last_name}`.trim() || me.data.email : '';
  return (
    <header className={styles.bar}>
      <AppLink href="/projects/" className={styles.brand}>
        <Mark size={20} />
        Labelkeep
      </AppLink>
      <nav aria-label="Main" className={styles.nav}>
        {PLACES.filter(({ isShown }) => isShown?.(me.data) ?? true).map((place) => (
          <AppLink key={place.href} href={place.href} isCurrent={place.under.test(path)}>
            {place.label}
          </AppLink>
        ))}
      </nav>
      <Button size="small" variant="quiet" icon={<Search size={14} />} onPress={onSearch}>
        Find or do… <kbd className={styles.key}>{readableKeys('ctrl+k')}</kbd>
      </Button>
      <IconButton label="Keyboard help" shortcut="?" icon={<Keyboard size={16} />} onPress={onHelp} />
      <Bell hasMail={me.data?.mail_enabled === true} />
      <ThemeMenu />
      <Menu
        label="You"
        trigger={
          <IconButton
            label={`${initialsOf(name)}: ${name || 'you'}`}
            icon={<Avatar name={name} picture={me.data?.avatar ?? null} />}
          />
        }
        items={[
          { id: 'account', label: 'Account', icon: <UserIcon size={16} />, onAction: () => go('/user/account') },
          ...(runsOrganization(me.data)
            ? [{ id: 'people', label: 'People', icon: <Users size={16} />, onAction: () => go('/organization') }]
            : []),
          { id: 'out', label: 'Sign out', icon: <LogOut size={16} />, onAction: () => void signOut() },
        ]}
      />
    </header>
  );
}

const THEMES: { id: Theme; label: string; Icon: typeof Sun }[] = [
  { id: 'light', label: 'Light', Icon: Sun },
  { id: 'dark', label: 'Dark', Icon: Moon },
  { id: 'auto', label: 'As the system', Icon: Monitor },
];

/** Light, dark, or the system's. */
function ThemeMenu() {
  const theme = useTheme();
  const { Icon } = THEMES.find((entry) => entry.id === theme) ?? { Icon: Monitor };
  return (
    <Menu
      label="Theme"
      trigger={<IconButton label="Theme" icon={<Icon size={16} />} />}
      items={THEMES.map(({ id, label, Icon: Own }) => ({
        id,
        label,
        icon: <Own size={16} />,
        isChecked: id === theme,
        onAction: () => setTheme(id),
      }))}
    />
  );
}
