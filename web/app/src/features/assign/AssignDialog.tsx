/** Says who labels, or reviews, which tasks of a project; or that somebody no longer does. */
import { api, type Project, type User } from '@labelkeep/api';
import { Button, Dialog, RadioGroup, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { counted } from '../../shared/numbers';
import { type Choice, loadProjectMembers, Picker } from '../../shared/Picker';
import { nameOf, type Paged } from '../../shared/people';
import styles from './assign.module.css';

export interface AssignDialogProps {
  project: Project;
  /** The tasks; nothing: all of the project. */
  tasks?: readonly number[];
  onClose: () => void;
}

export function AssignDialog({ project, tasks, onClose }: AssignDialogProps) {
  const queries = useQueryClient();
  const [type, setType] = useState(mayIn(project, 'AssignAnnotators') ? 'AN' : 'RE');
  const [people, setPeople] = useState<Choice[]>([]);
  const [takesAway, setTakesAway] = useState(false);
  const number = tasks?.length ?? project.task_number;
  const users = people.map(({ id }) => id);
  const takeAway = useMutation({
    mutationFn: async () => {
      for (const task of tasks ?? []) {
        await api.delete(`/api/projects/${project.id}/tasks/${task}/assignees`, { type, users: users.join(',') });
      }
    },
    onSuccess: () => {
      toast.success(`Taken away from ${counted(people.length, 'person', 'people')}`);
      onClose();
    },
  });
  const assign = useMutation({
    mutationFn: () =>
      api.post<{ assignments: number }>(`/api/projects/${project.id}/tasks/assignees`, {
        type,
        users,
        selectedItems: tasks ? { all: false, included: tasks } : { all: true, excluded: [] },
      }),
    onSuccess: async ({ assignments }) => {
      toast.success(
        assignments > 0 ? `${counted(assignments, 'assignment')} made` : 'They had all of these tasks already',
      );
      await queries.invalidateQueries({ queryKey: ['tasks', project.id] });
      onClose();
    },
  });
  const act = takesAway ? takeAway : assign;
  const types = [
    ...(mayIn(project, 'AssignAnnotators')
      ? [{ value: 'AN', label: 'Annotators', description: 'They get these tasks for labeling.' }]
      : []),
    ...(mayIn(project, 'AssignReviewers')
      ? [{ value: 'RE', label: 'Reviewers', description: 'They check what was labeled.' }]
      : []),
  ];
  return (
    <Dialog
      title={`Assign ${tasks ? counted(number, 'task') : `all ${counted(number, 'task')}`}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant="primary"
            isDisabled={people.length === 0 || number === 0}
            isPending={act.isPending}
            onPress={() => act.mutate()}
          >
            {labelOf(takesAway, number, people.length)}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {tasks && (
          <RadioGroup
            label="What"
            value={takesAway ? 'away' : 'add'}
            onChange={(value) => setTakesAway(value === 'away')}
            options={[
              { value: 'add', label: 'Assign to more people' },
              { value: 'away', label: 'Take away from people' },
            ]}
          />
        )}
        {tasks?.length === 1 && <Present project={project} task={tasks[0] ?? 0} type={type} />}
        {types.length > 1 && <RadioGroup label="As" value={type} onChange={setType} options={types} />}
        <Picker
          label="People"
          placeholder="Find a member"
          queryKey={['project-members', project.id]}
          load={loadProjectMembers(project.id)}
          chosen={people}
          onChange={setPeople}
          emptyText="The project has no members yet. Add them in its settings."
        />
        {project.assignment === 'automatic' && type === 'AN' && !takesAway && (
          <p className={styles.note}>
            This project hands tasks out automatically: everybody gets any open task, also those that are assigned to
            somebody else. Choose “only assigned tasks” in its settings to keep to the assignments.
          </p>
        )}
        {act.isError && (
          <p role="alert" className={styles.error}>
            {messageOf(act.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function labelOf(takesAway: boolean, tasks: number, people: number): string {
  if (people === 0) return takesAway ? 'Take away' : 'Assign';
  const what = counted(tasks, 'task');
  const who = counted(people, 'person', 'people');
  return takesAway ? `Take ${what} away from ${who}` : `Assign ${what} to ${who}`;
}

/** Who has the task now. */
function Present({ project, task, type }: { project: Project; task: number; type: string }) {
  const present = useQuery({
    queryKey: ['assignees', project.id, task, type],
    queryFn: async () => {
      const all = await api.get<{ assignee: number; type: string }[]>(
        `/api/projects/${project.id}/tasks/${task}/assignees`,
      );
      const ids = all.filter((assignment) => assignment.type === type).map(({ assignee }) => assignee);
      if (ids.length === 0) return [];
      const members = await api.get<Paged<User>>(`/api/projects/${project.id}/members/paginated/`, {
        ids: ids.join(','),
        page_size: 100,
      });
      return members.results.map(nameOf);
    },
    gcTime: 0,
  });
  if (!present.data) return null;
  return (
    <p className={styles.note}>
      {present.data.length === 0 ? (
        'Assigned to nobody yet.'
      ) : (
        <>
          Assigned now to <bdi>{present.data.join(', ')}</bdi>.
        </>
      )}
    </p>
  );
}
