/** Says who labels, or reviews, all tasks of a project. For some of them there is the selection in its list. */
import { api, type Project } from '@labelkeep/api';
import { Button, Dialog, RadioGroup, toast } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { counted } from '../../shared/numbers';
import { type Choice, loadProjectMembers, Picker } from '../../shared/Picker';
import styles from './assign.module.css';

export interface AssignDialogProps {
  project: Project;
  onClose: () => void;
}

export function AssignDialog({ project, onClose }: AssignDialogProps) {
  const [type, setType] = useState(mayIn(project, 'AssignAnnotators') ? 'AN' : 'RE');
  const [people, setPeople] = useState<Choice[]>([]);
  const number = project.task_number;
  const assign = useMutation({
    mutationFn: () =>
      api.post<{ assignments: number }>(`/api/projects/${project.id}/tasks/assignees`, {
        type,
        users: people.map(({ id }) => id),
        selectedItems: { all: true, excluded: [] },
      }),
    onSuccess: ({ assignments }) => {
      toast.success(
        assignments > 0 ? `${counted(assignments, 'assignment')} made` : 'They had all of these tasks already',
      );
      onClose();
    },
  });
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
      title={`Assign all ${counted(number, 'task')}`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant="primary"
            isDisabled={people.length === 0 || number === 0}
            isPending={assign.isPending}
            onPress={() => assign.mutate()}
          >
            {people.length === 0
              ? 'Assign'
              : `Assign ${counted(number, 'task')} to ${counted(people.length, 'person', 'people')}`}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
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
        {project.assignment === 'automatic' && type === 'AN' && (
          <p className={styles.note}>
            This project hands tasks out automatically: everybody gets any open task, also those that are assigned to
            somebody else. Choose “only assigned tasks” in its settings to keep to the assignments.
          </p>
        )}
        {assign.isError && (
          <p role="alert" className={styles.error}>
            {messageOf(assign.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
