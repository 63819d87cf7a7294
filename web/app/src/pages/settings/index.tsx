/** A project's settings: what it is called, what is labeled, how the work is done, and its end. */
import { api, type Project } from '@labelkeep/api';
import { EmptyState, LinkButton, PageHeader, Spinner, Tabs } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useParams } from '@tanstack/react-router';
import { isMissing, messageOf } from '../../shared/errors';
import { useGo } from '../../shared/navigation';
import { projectQuery } from '../../shared/queries';
import { useTitle } from '../../shared/title';
import { Annotation } from './Annotation';
import { Danger } from './Danger';
import { General } from './General';
import { Labeling } from './Labeling';
import { Predictions } from './Predictions';
import styles from './settings.module.css';

/** Saves a change of the project, and shows it everywhere. */
export function useChange(project: Project) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Record<keyof Project, unknown>>) =>
      api.patch<Project>(`/api/projects/${project.id}/`, change),
    onSuccess: async (saved) => {
      queries.setQueryData(['project', project.id], saved);
      await queries.invalidateQueries({ queryKey: ['projects'] });
    },
  });
}

const SECTIONS = ['general', 'labeling', 'annotation', 'predictions', 'danger-zone'] as const;

export function SettingsPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { pathname } = useLocation();
  const go = useGo();
  const project = useQuery(projectQuery(Number(id)));
  useTitle('Settings', project.data?.title);
  const section = SECTIONS.find((name) => pathname.replace(/\/$/, '').endsWith(name)) ?? 'general';
  if (project.isError) {
    return (
      <EmptyState
        title="This project cannot be shown"
        actions={<LinkButton href="/projects/">All projects</LinkButton>}
      >
        {isMissing(project.error)
          ? 'It may have been deleted, or it belongs to another organization.'
          : messageOf(project.error)}
      </EmptyState>
    );
  }
  if (!project.data) return <Spinner label="Loading the settings" />;
  const { data } = project;
  const title = data.title || 'Untitled project';
  return (
    <div className={styles.page}>
      <PageHeader
        title="Settings"
        breadcrumbs={[
          { label: 'Projects', href: '/projects/' },
          { label: title, href: `/projects/${data.id}/data` },
          { label: 'Settings' },
        ]}
      />
      <Tabs
        label="Settings"
        selected={section}
        onSelect={(name) => go(`/projects/${data.id}/settings/${name}`)}
        items={[
          { id: 'general', label: 'General', content: <General key={data.id} project={data} /> },
          { id: 'labeling', label: 'Labeling setup', content: <Labeling key={data.id} project={data} /> },
          { id: 'annotation', label: 'Annotation', content: <Annotation key={data.id} project={data} /> },
          { id: 'predictions', label: 'Predictions', content: <Predictions key={data.id} project={data} /> },
          { id: 'danger-zone', label: 'Danger zone', content: <Danger key={data.id} project={data} /> },
        ]}
      />
    </div>
  );
}
