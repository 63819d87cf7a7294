/** A project's settings: what it is called, what is labeled, how the work is done, and its end. */
import { api, type Project } from '@labelkeep/api';
import { EmptyState, LinkButton, PageHeader, Spinner, Tabs } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useParams } from '@tanstack/react-router';
import { isMissing, messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { projectQuery } from '../../shared/queries';
import { useTitle } from '../../shared/title';
import { Annotation } from './Annotation';
import { Danger } from './Danger';
import { General } from './General';
import { Labeling } from './Labeling';
import { Members } from './members/Members';
import { Predictions } from './Predictions';
import styles from './settings.module.css';
import { Storages } from './storages/Storages';

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

export function SettingsPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { pathname } = useLocation();
  const go = useGo();
  const project = useQuery(projectQuery(Number(id)));
  useTitle('Settings', project.data?.title);
  if (project.isError) {
    return (
      <EmptyState
        isPage
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
  // Who may see each; the server decides again.
  const items = [
    { id: 'general', label: 'General', action: 'ProjectChange', content: <General key={data.id} project={data} /> },
    {
      id: 'labeling',
      label: 'Labeling setup',
      action: 'ProjectChange',
      content: <Labeling key={data.id} project={data} />,
    },
    {
      id: 'annotation',
      label: 'Annotation',
      action: 'ProjectChange',
      content: <Annotation key={data.id} project={data} />,
    },
    { id: 'members', label: 'Members', action: 'AssignAnnotators', content: <Members key={data.id} project={data} /> },
    {
      id: 'predictions',
      label: 'Predictions',
      action: 'PredictionChange',
      content: <Predictions key={data.id} project={data} />,
    },
    {
      id: 'storage',
      label: 'Cloud storage',
      action: 'ProjectChange',
      content: <Storages key={data.id} project={data} />,
    },
    {
      id: 'danger-zone',
      label: 'Danger zone',
      action: 'TaskDelete',
      content: <Danger key={data.id} project={data} />,
    },
  ].filter(({ action }) => mayIn(data, action));
  const wanted = pathname.replace(/\/$/, '').split('/').at(-1);
  const section = items.find(({ id: name }) => name === wanted) ?? items[0];
  if (!section) {
    return (
      <EmptyState
        isPage
        title="The settings are for others"
        actions={<LinkButton href={`/projects/${data.id}/data`}>Back to the project</LinkButton>}
      >
        Your role does not include them. A manager of the project can help.
      </EmptyState>
    );
  }
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
        selected={section.id}
        onSelect={(name) => go(`/projects/${data.id}/settings/${name}`)}
        items={items}
      />
    </div>
  );
}
