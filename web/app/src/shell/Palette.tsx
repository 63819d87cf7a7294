/** The command palette: every action and every project by a few letters. */
import { api, type Project } from '@labelkeep/api';
import { Dialog, Kbd, SearchField } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useMemo, useState } from 'react';
import type { Action } from './actions';
import styles from './shell.module.css';

export function Palette({
  isOpen,
  onClose,
  actions,
  go,
}: {
  isOpen: boolean;
  onClose: () => void;
  actions: readonly Action[];
  go: (href: string) => void;
}) {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const projects = useQuery({
    queryKey: ['projects', 'palette', text],
    queryFn: () =>
      api.get<{ results: Project[] }>('/api/projects/', {
        page_size: 8,
        title: text || undefined,
        include: 'id,title',
      }),
    enabled: isOpen,
    placeholderData: (previous) => previous,
  });
  const entries = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (label: string) => words.every((word) => label.toLowerCase().includes(word));
    return [
      ...actions.filter((action) => action.id !== 'palette' && fits(action.label)),
      ...(projects.data?.results ?? []).map((project) => ({
        id: `project-${project.id}`,
        label: `Open ${project.title || 'Untitled project'}`,
        run: () => go(`/projects/${project.id}/data`),
      })),
    ] as Action[];
  }, [actions, projects.data, text, go]);

  const close = () => {
    setText('');
    setPlace(0);
    onClose();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setPlace(Math.min(place + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setPlace(Math.max(place - 1, 0));
    else if (event.key === 'Enter') {
      close();
      entries[place]?.run();
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find or do" isOpen={isOpen} onClose={close}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble from the field */}
      <div onKeyDown={press} className={styles.palette}>
        <SearchField
          label="Find or do"
          placeholder="A project, or what you want to do"
          value={text}
          onChange={(value) => {
            setText(value);
            setPlace(0);
          }}
        />
        <ul>
          {entries.map((entry, index) => (
            <li key={entry.id}>
              <button
                type="button"
                data-active={index === place || undefined}
                onClick={() => {
                  close();
                  entry.run();
                }}
              >
                <bdi>{entry.label}</bdi>
                {entry.shortcut && <Kbd>{entry.shortcut}</Kbd>}
              </button>
            </li>
          ))}
          {entries.length === 0 && <li className={styles.nothing}>Nothing fits “{text}”.</li>}
        </ul>
      </div>
    </Dialog>
  );
}
