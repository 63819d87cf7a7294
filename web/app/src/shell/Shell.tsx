/** The frame of every page: top bar, palette, help, messages, connection. While labeling the editor has the whole window. */
import { RouterProvider as LinkProvider, ToastRegion } from '@labelkeep/kit';
import { Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { IdentityConfirmation } from '../shared/confirm';
import { SessionKeeper } from '../shared/session';
import { useVisits } from '../shared/visits';
import { matches, useActions, useAllActions } from './actions';
import styles from './shell.module.css';
import { setTheme } from './theme';

// While labeling none of these is needed: the editor shall be there first.
const TopBar = lazy(async () => ({ default: (await import('./TopBar')).TopBar }));
const Palette = lazy(async () => ({ default: (await import('./Palette')).Palette }));
const Weakened = lazy(async () => ({ default: (await import('./Weakened')).Weakened }));
const HelpSheet = lazy(async () => ({ default: (await import('./HelpSheet')).HelpSheet }));

export function Shell() {
  const router = useRouter();
  const { pathname, searchStr } = useLocation();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const go = (href: string) => void router.navigate({ href });
  const own = useMemo(
    () => [
      { id: 'projects', label: 'All projects', run: () => go('/projects/') },
      { id: 'new-project', label: 'New project', needs: 'ProjectCreate', run: () => go('/projects/create') },
      { id: 'account', label: 'Account, keys and tokens', run: () => go('/user/account') },
      { id: 'people', label: 'People', needs: 'MemberManage', run: () => go('/organization/people') },
      { id: 'invitations', label: 'Invite people', needs: 'Invite', run: () => go('/organization/invitations') },
      { id: 'roles', label: 'Roles and permissions', needs: 'RolesManage', run: () => go('/organization/roles') },
      { id: 'workspaces', label: 'Workspaces', needs: 'WorkspaceCreate', run: () => go('/organization/workspaces') },
      { id: 'audit', label: 'Audit log', needs: 'AuditView', run: () => go('/organization/audit') },
      { id: 'usage', label: 'Usage', needs: 'StatisticsView', run: () => go('/organization/usage') },
      { id: 'theme-light', label: 'Light theme', run: () => setTheme('light') },
      { id: 'theme-dark', label: 'Dark theme', run: () => setTheme('dark') },
      { id: 'theme-auto', label: 'Theme of the system', run: () => setTheme('auto') },
      { id: 'help', label: 'Keyboard help', shortcut: '?', run: () => setHelp(true) },
      { id: 'palette', label: 'Command palette', shortcut: 'ctrl+k', run: () => setPalette(true) },
    ],
    [],
  );
  useActions(own);
  const actions = useAllActions();
  // The editor has a bar, keys, a palette and a help sheet of its own.
  const hasEditor = /^\/projects\/\d+(\/data)?\/?$/.test(pathname) && /[?&](task|labeling)=/.test(searchStr);
  // A task of a view stands beside the list; any other has the whole window.
  const labeling = hasEditor && (/[?&]labeling=/.test(searchStr) || !/[?&]tab=/.test(searchStr));
  useEffect(() => {
    if (hasEditor) return;
    const press = (event: KeyboardEvent) => {
      const action = actions.find((candidate) => candidate.shortcut && matches(event, candidate.shortcut));
      if (!action || event.defaultPrevented) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [actions, hasEditor]);
  const content = useFocusOnMove(pathname);
  useVisits(pathname);

  return (
    <LinkProvider navigate={go}>
      <a href="#content" className={styles.skip}>
        To the content
      </a>
      <div className={styles.shell}>
        {!labeling && <TopBar path={pathname} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} go={go} />}
        {!labeling && <Weakened />}
        <Connection />
        <main id="content" ref={content} tabIndex={-1} className={styles.content}>
          <Outlet />
        </main>
      </div>
      <Suspense>
        {palette && <Palette isOpen onClose={() => setPalette(false)} actions={actions} go={go} />}
        {help && <HelpSheet isOpen onClose={() => setHelp(false)} actions={actions} />}
      </Suspense>
      <IdentityConfirmation />
      <SessionKeeper />
      <ToastRegion />
    </LinkProvider>
  );
}

/** A page that replaces another takes the focus, as a page that is loaded does; Tab then begins at its top. */
function useFocusOnMove(pathname: string) {
  const content = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    const { activeElement } = document;
    // Tabs of one page move the address too, and keep the focus.
    if (activeElement instanceof HTMLElement && content.current?.contains(activeElement)) return;
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return content;
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
