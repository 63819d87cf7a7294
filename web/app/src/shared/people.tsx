/** People and their roles, as every page names and shows them. */
import type { Role, User } from '@labelkeep/api';
import { Avatar } from '@labelkeep/kit';
import type { ReactNode } from 'react';
import styles from './people.module.css';

export interface Named {
  first_name: string;
  last_name: string;
  username?: string;
  email: string;
}

export interface Member {
  id: number;
  organization: number;
  role: Role;
  active: boolean;
  user: User;
}

/** A page of a list. */
export interface Paged<Item> {
  count: number;
  next: string | null;
  results: Item[];
}

export const ROLES: Record<Role, { name: string; meaning: string }> = {
  OW: { name: 'Owner', meaning: 'Everything, also roles and permissions.' },
  AD: { name: 'Administrator', meaning: 'People, security, and every project.' },
  MA: { name: 'Manager', meaning: 'Makes projects, and runs those they belong to.' },
  ME: { name: 'Member', meaning: 'Sees and changes every project. Everybody is this while roles are off.' },
  RE: { name: 'Reviewer', meaning: 'Sees and corrects the work of others in their projects.' },
  AN: { name: 'Annotator', meaning: 'Labels tasks of their projects, and sees their own work.' },
  DI: { name: 'Deactivated', meaning: 'Cannot sign in. What they made stays.' },
};

/** `a manager`, `an annotator`. */
export function aRole(role: Role): string {
  const name = ROLES[role].name.toLowerCase();
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

const RANK: Record<Role, number> = { OW: 6, AD: 5, MA: 4, ME: 4, RE: 3, AN: 2, DI: 1 };

/** Whether somebody with the role `own` may change somebody, or give a role, of this rank. */
export function reaches(own: Role | undefined, role: Role): boolean {
  return own !== undefined && RANK[own] >= RANK[role];
}

/** The choices of a role, each with what it means. */
export function roleOptions(roles: readonly Role[]): { id: string; label: string; description: string }[] {
  return roles.map((role) => ({ id: role, label: ROLES[role].name, description: ROLES[role].meaning }));
}

/** Roles that somebody may give. */
export function givable(own: Role | undefined, roles: readonly Role[] = ['AD', 'MA', 'RE', 'AN', 'ME']): Role[] {
  return roles.filter((role) => reaches(own, role));
}

/** Characters that turn the direction of what follows them: a name with one would garble the sentence around it. */
const TURNS = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export function nameOf(person: Named): string {
  const name = `${person.first_name} ${person.last_name}`.replace(TURNS, '').trim();
  return name || person.username || person.email;
}

/** Somebody in a table or a list: initials, name, and what stands behind it. */
export function PersonCell({ person, children }: { person: Named; children?: ReactNode }) {
  return (
    <span className={styles.person}>
      <Avatar name={nameOf(person)} />
      <bdi className={styles.name} title={nameOf(person)}>
        {nameOf(person)}
      </bdi>
      {children}
    </span>
  );
}
