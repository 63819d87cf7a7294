/** Chooses several things of a long list: a search over it, boxes to tick, and what is chosen above. The server searches. */
import { api, type User } from '@labelkeep/api';
import { Button, Checkbox, Copy, SearchField, TextField, toast, X } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from './errors';
import { counted } from './numbers';
import { type Member, nameOf, type Paged } from './people';
import styles from './people.module.css';

export interface Choice {
  id: number;
  label: string;
  detail?: string;
}

export interface PickerProps {
  label: string;
  /** Named in the search field: `Find a project`. */
  placeholder: string;
  /** Apart from the searched text: what else makes the list another one. */
  queryKey: readonly unknown[];
  load: (search: string) => Promise<{ count: number; choices: Choice[] }>;
  chosen: readonly Choice[];
  onChange: (chosen: Choice[]) => void;
  emptyText?: string;
}

export function Picker({ label, placeholder, queryKey, load, chosen, onChange, emptyText }: PickerProps) {
  const [search, setSearch] = useState('');
  const found = useQuery({
    queryKey: [...queryKey, 'picker', search],
    queryFn: () => load(search),
    placeholderData: (previous) => previous,
  });
  const choices = found.data?.choices ?? [];
  const ids = new Set(chosen.map((choice) => choice.id));
  const more = (found.data?.count ?? 0) - choices.length;
  return (
    <fieldset className={styles.picker}>
      <legend>{label}</legend>
      {chosen.length > 0 && (
        <div className={styles.chosen}>
          {chosen.map((choice) => (
            <Button
              key={choice.id}
              size="small"
              icon={<X size={12} />}
              onPress={() => onChange(chosen.filter((other) => other.id !== choice.id))}
            >
              {choice.label}
            </Button>
          ))}
        </div>
      )}
      <SearchField label={placeholder} placeholder={placeholder} value={search} onChange={setSearch} />
      {found.isError && <p role="alert">{messageOf(found.error)}</p>}
      {found.isSuccess && choices.length === 0 && (
        <p className={styles.muted}>
          {search ? `Nothing fits “${search}”.` : (emptyText ?? 'There is nothing to choose.')}
        </p>
      )}
      {choices.length > 0 && (
        <div className={styles.options}>
          {choices.map((choice) => (
            <Checkbox
              key={choice.id}
              isSelected={ids.has(choice.id)}
              onChange={(on) => onChange(on ? [...chosen, choice] : chosen.filter((other) => other.id !== choice.id))}
            >
              <bdi>{choice.label}</bdi>
              {choice.detail && (
                <small>
                  <bdi>{choice.detail}</bdi>
                </small>
              )}
            </Checkbox>
          ))}
          {more > 0 && <p className={styles.muted}>{counted(more, 'more')}: search to find them.</p>}
        </div>
      )}
    </fieldset>
  );
}

/** How many a picker lists at once. */
const SHOWN = 50;

/** Members of the organization who are active. */
export function loadMembers(organization: number) {
  return async (search: string) => {
    const page = await api.get<Paged<Member>>(`/api/organizations/${organization}/memberships`, {
      search: search || undefined,
      active: true,
      page_size: SHOWN,
    });
    return {
      count: page.count,
      choices: page.results.map(({ user }) => ({ id: user.id, label: nameOf(user), detail: user.email })),
    };
  };
}

/** Members of a project, direct and implicit. */
export function loadProjectMembers(project: number) {
  return async (search: string) => {
    const page = await api.get<Paged<User>>(`/api/projects/${project}/members/paginated/`, {
      search: search || undefined,
      page_size: SHOWN,
    });
    return {
      count: page.count,
      choices: page.results.map((user) => ({ id: user.id, label: nameOf(user), detail: user.email })),
    };
  };
}

export async function loadProjects(search: string) {
  const page = await api.get<Paged<{ id: number; title: string }>>('/api/projects/', {
    title: search || undefined,
    page_size: SHOWN,
    include: 'id,title',
  });
  return {
    count: page.count,
    choices: page.results.map(({ id, title }) => ({ id, label: title || 'Untitled project' })),
  };
}

/** A secret or a link that the server tells only once, with a button that copies it. */
export function ShownOnce({ label, value }: { label: string; value: string }) {
  return (
    <div className={styles.once} role="status">
      <TextField label={label} value={value} onChange={() => undefined} isReadOnly />
      <Button
        icon={<Copy size={16} />}
        onPress={() => {
          void navigator.clipboard.writeText(value).then(
            () => toast.success('Copied'),
            () => toast.error('The browser did not allow copying. Select the text and copy it.'),
          );
        }}
      >
        Copy
      </Button>
    </div>
  );
}

/** A path of ours as an address that can be sent to somebody. */
export function addressOf(path: string): string {
  return new URL(path, window.location.origin).href;
}
