/** How people of the organization sign in, for how long, and by which machines. Each part has an address of its own. */
import { Spinner } from '@labelkeep/kit';
import { useLocation } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { AppLink } from '../../../shared/navigation';
import type { SectionProps } from '../index';
import styles from './security.module.css';

interface Part {
  /** Its last part of the address. */
  id: string;
  label: string;
  Content: ComponentType<SectionProps>;
}

const PARTS: readonly [Part, ...Part[]] = [
  {
    id: 'sign-in',
    label: 'Sign-in',
    Content: lazy(async () => ({ default: (await import('./SignInRules')).SignInRules })),
  },
  {
    id: 'tokens',
    label: 'API tokens',
    Content: lazy(async () => ({ default: (await import('./TokenRules')).TokenRules })),
  },
  {
    id: 'openid-connect',
    label: 'OpenID Connect',
    Content: lazy(async () => ({ default: (await import('./OpenIdConnect')).OpenIdConnect })),
  },
  {
    id: 'ldap',
    label: 'LDAP',
    Content: lazy(async () => ({ default: (await import('./Ldap')).Ldap })),
  },
  {
    id: 'provisioning',
    label: 'Provisioning',
    Content: lazy(async () => ({ default: (await import('./Provisioning')).Provisioning })),
  },
  {
    id: 'installation',
    label: 'Installation',
    Content: lazy(async () => ({ default: (await import('./Installation')).Installation })),
  },
];

export function Security(props: SectionProps) {
  const { pathname } = useLocation();
  const wanted = pathname.replace(/\/$/, '').split('/').at(-1);
  const part = PARTS.find(({ id }) => id === wanted) ?? PARTS[0];
  const { Content } = part;
  return (
    <div className={styles.security}>
      <nav aria-label="Security" className={styles.nav}>
        {PARTS.map(({ id, label }) => (
          <AppLink key={id} href={`/organization/security/${id}`} isCurrent={id === part.id}>
            {label}
          </AppLink>
        ))}
      </nav>
      <div className={styles.content}>
        <Suspense fallback={<Spinner label={`Loading ${part.label}`} />}>
          <Content {...props} />
        </Suspense>
      </div>
    </div>
  );
}
