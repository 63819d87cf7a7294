/** Which groups of the provider give which role, workspace or project. */
import { api } from '@labelkeep/api';
import { Button, IconButton, Plus, Select, Switch, TextField, Trash } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { problemOf } from '../../../shared/errors';
import { type Paged, roleOptions } from '../../../shared/people';
import { workspacesQuery } from '../../../shared/workspaces';
import styles from './security.module.css';

export interface ProjectGroup {
  group: string;
  project_id: number;
  role: string;
}

export interface Mapping {
  /** Role code and group. */
  roles_groups: [string, string][];
  /** Title of a workspace and group. */
  workspaces_groups: [string, string][];
  projects_groups: ProjectGroup[];
  manual_role_management: boolean;
}

const ROLE_OPTIONS = roleOptions(['AD', 'MA', 'RE', 'AN']);

/** As the server knows them; `Inherit` is the role that somebody has in the organization. */
const PROJECT_ROLES = [
  { id: 'Inherit', label: 'As everywhere' },
  { id: 'Reviewer', label: 'Reviewer' },
  { id: 'Annotator', label: 'Annotator' },
];

export function Groups({
  value,
  error,
  onChange,
  when = 'At each sign-in. Turned off, roles are given by hand alone.',
}: {
  value: Mapping;
  /** Of the last attempt to save. */
  error: unknown;
  onChange: (change: Partial<Mapping>) => void;
  /** When groups are looked at. */
  when?: string;
}) {
  const workspaces = useQuery(workspacesQuery());
  const projects = useQuery({
    queryKey: ['projects', 'titles'],
    queryFn: () =>
      api.get<Paged<{ id: number; title: string }>>('/api/projects/', { page_size: 1000, include: 'id,title' }),
  });
  // Nobody else works in somebody's sandbox.
  const shared = (workspaces.data ?? []).filter(({ is_personal: isOwn }) => !isOwn);
  const titles = shared.map(({ title }) => ({ id: title, label: title }));
  const projectOptions = (projects.data?.results ?? []).map(({ id, title }) => ({
    id: String(id),
    label: title || 'Untitled project',
  }));
  return (
    <>
      <Switch
        isSelected={!value.manual_role_management}
        onChange={(on) => onChange({ manual_role_management: !on })}
        description={when}
      >
        Groups decide on roles
      </Switch>
      <Pairs
        legend="Roles"
        choice="Role"
        options={ROLE_OPTIONS}
        pairs={value.roles_groups}
        problem={problemOf(error, 'roles_groups').errorMessage}
        addLabel="Add a role"
        onChange={(roles_groups) => onChange({ roles_groups })}
      />
      <Pairs
        legend="Workspaces"
        choice="Workspace"
        options={titles}
        pairs={value.workspaces_groups}
        problem={problemOf(error, 'workspaces_groups').errorMessage}
        addLabel="Add a workspace"
        onChange={(workspaces_groups) => onChange({ workspaces_groups })}
      />
      <fieldset className={styles.groups}>
        <legend>Projects</legend>
        {value.projects_groups.map((entry, index) => {
          const put = (change: Partial<ProjectGroup>) =>
            onChange({
              projects_groups: value.projects_groups.map((old, at) => (at === index ? { ...old, ...change } : old)),
            });
          return (
            <div key={index} className={styles.row} data-wide>
              <Select
                label="Project"
                options={withOwn(projectOptions, String(entry.project_id), `Project ${entry.project_id}`)}
                value={String(entry.project_id)}
                onChange={(id) => put({ project_id: Number(id) })}
              />
              <TextField label="Group" value={entry.group} onChange={(group) => put({ group })} />
              <Select label="Role" options={PROJECT_ROLES} value={entry.role} onChange={(role) => put({ role })} />
              <IconButton
                label={`Remove group ${entry.group || index + 1}`}
                icon={<Trash size={16} />}
                onPress={() => onChange({ projects_groups: value.projects_groups.filter((_old, at) => at !== index) })}
              />
            </div>
          );
        })}
        <div className={styles.buttons}>
          <Button
            size="small"
            icon={<Plus size={14} />}
            isDisabled={projectOptions.length === 0}
            onPress={() =>
              onChange({
                projects_groups: [
                  ...value.projects_groups,
                  { group: '', project_id: Number(projectOptions[0]?.id), role: 'Inherit' },
                ],
              })
            }
          >
            Add a project
          </Button>
        </div>
        <Problem text={problemOf(error, 'projects_groups').errorMessage} />
      </fieldset>
    </>
  );
}

type Option = { id: string; label: string };

function Pairs({
  legend,
  choice,
  options,
  pairs,
  problem,
  addLabel,
  onChange,
}: {
  legend: string;
  choice: string;
  options: Option[];
  pairs: [string, string][];
  problem: string | undefined;
  addLabel: string;
  onChange: (pairs: [string, string][]) => void;
}) {
  const put = (index: number, pair: [string, string]) => onChange(pairs.map((old, at) => (at === index ? pair : old)));
  return (
    <fieldset className={styles.groups}>
      <legend>{legend}</legend>
      {pairs.map(([chosen, group], index) => (
        <div key={index} className={styles.row}>
          <Select
            label={choice}
            options={withOwn(options, chosen, chosen)}
            value={chosen}
            onChange={(id) => put(index, [id, group])}
          />
          <TextField label="Group" value={group} onChange={(text) => put(index, [chosen, text])} />
          <IconButton
            label={`Remove group ${group || index + 1}`}
            icon={<Trash size={16} />}
            onPress={() => onChange(pairs.filter((_pair, at) => at !== index))}
          />
        </div>
      ))}
      <div className={styles.buttons}>
        <Button
          size="small"
          icon={<Plus size={14} />}
          isDisabled={options.length === 0}
          onPress={() => onChange([...pairs, [options[0]?.id ?? '', '']])}
        >
          {addLabel}
        </Button>
      </div>
      <Problem text={problem} />
    </fieldset>
  );
}

function Problem({ text }: { text: string | undefined }) {
  return text ? (
    <p className={styles.error} role="alert">
      {text}
    </p>
  ) : null;
}

/** What is set stays to be seen, even when it is not among what can be chosen now. */
function withOwn(options: Option[], id: string, label: string): Option[] {
  return options.some((option) => option.id === id) ? options : [...options, { id, label }];
}
