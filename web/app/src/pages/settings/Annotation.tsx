/** How the work is done: instructions, order of tasks, overlap, skipping. */
import type { Project } from '@labelkeep/api';
import { Button, NumberField, RadioGroup, Switch, TextArea, toast } from '@labelkeep/kit';
import { useState } from 'react';
import { messagesOf } from '../../shared/errors';
import { useChange } from './index';
import styles from './settings.module.css';

const SAMPLING = [
  { value: 'Sequential sampling', label: 'In sequence', description: 'In the order in which tasks came in.' },
  { value: 'Uniform sampling', label: 'At random', description: 'Every open task is as likely as another.' },
  {
    value: 'Uncertainty sampling',
    label: 'Least sure first',
    description: 'By the scores of the predictions, lowest first. Without predictions at random.',
  },
];

const SKIPPING = [
  {
    value: 'REQUEUE_FOR_OTHERS',
    label: 'Goes to somebody else',
    description: 'The person who skips a task does not get it again.',
  },
  {
    value: 'REQUEUE_FOR_ME',
    label: 'Comes back to the same person',
    description: 'At the end, when nothing else is left.',
  },
  { value: 'IGNORE_SKIPPED', label: 'Counts as done', description: 'A skip finishes the task like an annotation.' },
];

export function Annotation({ project }: { project: Project }) {
  const change = useChange(project);
  const [draft, setDraft] = useState({
    expert_instruction: project.expert_instruction ?? '',
    show_instruction: project.show_instruction,
    sampling: project.sampling,
    maximum_annotations: project.maximum_annotations,
    show_skip_button: project.show_skip_button,
    skip_queue: project.skip_queue,
    enable_empty_annotation: project.enable_empty_annotation,
  });
  const set = <K extends keyof typeof draft>(key: K, value: (typeof draft)[K]) => setDraft({ ...draft, [key]: value });
  const changed = Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => (project as unknown as Record<string, unknown>)[key] !== value),
  );
  const same = Object.keys(changed).length === 0;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(changed, { onSuccess: () => toast.success('Saved') });
      }}
    >
      <TextArea
        label="Instructions"
        description="Simple HTML is allowed: paragraphs, lists, emphasis, links. What could run is removed."
        value={draft.expert_instruction}
        onChange={(value) => set('expert_instruction', value)}
        rows={8}
      />
      <Switch isSelected={draft.show_instruction} onChange={(value) => set('show_instruction', value)}>
        Show the instructions before labeling begins
      </Switch>
      <RadioGroup
        label="Order of tasks"
        value={draft.sampling}
        onChange={(value) => set('sampling', value as never)}
        options={SAMPLING}
      />
      <NumberField
        label="Annotations a task"
        description="From how many different people. A task is finished when it has them."
        value={draft.maximum_annotations}
        onChange={(value) => set('maximum_annotations', value)}
        minValue={1}
        maxValue={10_000}
      />
      <Switch isSelected={draft.show_skip_button} onChange={(value) => set('show_skip_button', value)}>
        Tasks may be skipped
      </Switch>
      {draft.show_skip_button && (
        <RadioGroup
          label="A skipped task"
          value={draft.skip_queue}
          onChange={(value) => set('skip_queue', value as never)}
          options={SKIPPING}
        />
      )}
      <Switch isSelected={draft.enable_empty_annotation} onChange={(value) => set('enable_empty_annotation', value)}>
        Annotations without any answer may be submitted
      </Switch>
      {change.error && (
        <p role="alert" className={styles.error}>
          {messagesOf(change.error).join(' ')}
        </p>
      )}
      <div>
        <Button type="submit" variant="primary" isDisabled={same} isPending={change.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
