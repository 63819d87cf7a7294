/** The command palette: every action and every project by a few letters. */
import { api, type Project } from '@labelkeep/api';
import { CommandPalette } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { may, useMe } from '../shared/me';
import type { Action } from './actions';
import { readableKeys } from './keys';

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
  const me = useMe();
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
      ...actions
        .filter((action) => action.id !== 'palette' && fits(action.label))
        .filter(({ needs }) => needs === undefined || may(me.data, needs))
        .map((action) => ({
          id: action.id,
          label: action.label,
          group: 'Do',
          run: action.run,
          ...(action.shortcut ? { shortcut: readableKeys(action.shortcut) } : {}),
        })),
      ...(projects.data?.results ?? []).map((project) => ({
        id: `project-${project.id}`,
        label: project.title || 'Untitled project',
        group: 'Open',
        run: () => go(`/projects/${project.id}/data`),
      })),
    ];
  }, [actions, me.data, projects.data, text, go]);

  return (
    <CommandPalette
      label="Find or do"
      placeholder="A project, or what you want to do"
      isOpen={isOpen}
      onClose={() => {
        setText('');
        onClose();
      }}
      text={text}
      onText={setText}
      entries={entries}
    />
  );
}
