/** Everybody of the organization: who may come in now, and apart from them who no longer may. */
import { EmptyState, Panel, SearchField, Select } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { counted } from '../../../shared/numbers';
import { type Member, ROLES } from '../../../shared/people';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import { MemberDrawer } from './MemberDrawer';
import { MemberTable } from './MemberTable';
import { membersQuery } from './queries';

const FILTERS = ['OW', 'AD', 'MA', 'ME', 'RE', 'AN'] as const;

export function People({ organization, me }: SectionProps) {
  const [search, setSearch] = useState('');
  const [role, setRole] = useState('all');
  const [opened, setOpened] = useState<Member>();
  const text = useDeferredValue(search);
  const common = { search: text || undefined, ...(role === 'all' ? {} : { role }) };
  // One row of the deactivated tells whether there are any.
  const gone = useQuery(membersQuery(organization, { search: text || undefined, active: false, page: 1 }));
  const table = { organization, me, onOpen: setOpened };
  return (
    <>
      <Panel title="Members">
        <div className={styles.bar}>
          <div className={styles.search}>
            <SearchField label="Find a person" placeholder="Name or address" value={search} onChange={setSearch} />
          </div>
          <div className={styles.choice}>
            <Select
              label="Role"
              isLabelHidden
              value={role}
              onChange={setRole}
              options={[
                { id: 'all', label: 'Every role' },
                ...FILTERS.map((code) => ({ id: code, label: ROLES[code].name })),
              ]}
            />
          </div>
        </div>
        <MemberTable
          {...table}
          label="Members"
          filter={{ ...common, active: true }}
          empty={<EmptyState title="Nobody fits">Look for another part of the name, or show every role.</EmptyState>}
        />
      </Panel>
      {(gone.data?.count ?? 0) > 0 && (
        <Panel title="Deactivated">
          <p className={styles.text}>
            {counted(gone.data?.count ?? 0, 'person', 'people')} who cannot sign in. What they made stays under their
            name.
          </p>
          <MemberTable {...table} label="Deactivated" filter={{ search: text || undefined, active: false }} />
        </Panel>
      )}
      <MemberDrawer organization={organization} me={me} member={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
