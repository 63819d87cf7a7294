/** A new token: its name, what it may do, where, and how long. The least is chosen beforehand. */
import { ApiError, api } from '@labelkeep/api';
import { Button, Checkbox, Dialog, NumberField, RadioGroup, TextField } from '@labelkeep/kit';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { type Choice, loadProjects, Picker } from '../../../shared/Picker';
import styles from '../account.module.css';
import { type FreshToken, LONGEST_LIFE, TOKENS, type TokenSettings } from './queries';

/** Days that a token lives if nobody says otherwise. */
const USUAL_LIFE = 90;

export function TokenForm({
  settings,
  onClose,
  onMade,
}: {
  settings: TokenSettings;
  onClose: () => void;
  onMade: (token: FreshToken) => void;
}) {
  const longest = Math.min(LONGEST_LIFE, settings.api_token_ttl_days);
  const [name, setName] = useState('');
  const [canWrite, setWrite] = useState(false);
  const [canExport, setExport] = useState(false);
  const [where, setWhere] = useState<'all' | 'chosen'>('all');
  const [projects, setProjects] = useState<Choice[]>([]);
  const [days, setDays] = useState(Math.min(USUAL_LIFE, longest));
  const make = useMutation({
    mutationFn: () =>
      api.post<FreshToken>(TOKENS, {
        name: name.trim(),
        scope: {
          write: canWrite,
          export: canExport,
          projects: where === 'all' ? null : projects.map(({ id }) => id),
        },
        ttl_days: days,
      }),
    onSuccess: onMade,
  });
  const nameProblem = make.error instanceof ApiError ? make.error.fields.name?.join(' ') : undefined;
  const isReady = name.trim() !== '' && (where === 'all' || projects.length > 0);
  return (
    <Dialog title="New API token" isOpen onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) make.mutate();
        }}
      >
        <TextField
          label="Name"
          value={name}
          onChange={(text) => {
            setName(text);
            make.reset();
          }}
          description="What uses it, for example “Nightly export”."
          autoFocus
          {...(nameProblem ? { errorMessage: nameProblem } : {})}
        />
        <fieldset className={styles.choices}>
          <legend>What it may do</legend>
          <Checkbox isSelected isDisabled onChange={() => undefined}>
            Read
          </Checkbox>
          <Checkbox isSelected={canWrite} onChange={setWrite}>
            Write: import, label, change and delete what you may
          </Checkbox>
          <Checkbox isSelected={canExport} onChange={setExport}>
            Export whole projects
          </Checkbox>
        </fieldset>
        <RadioGroup
          label="Where"
          value={where}
          onChange={(value) => setWhere(value as 'all' | 'chosen')}
          options={[
            { value: 'all', label: 'All projects that you see' },
            { value: 'chosen', label: 'Chosen projects' },
          ]}
        />
        {where === 'chosen' && (
          <Picker
            label="Projects"
            placeholder="Find a project"
            queryKey={['projects']}
            load={loadProjects}
            chosen={projects}
            onChange={setProjects}
            emptyText="There are no projects yet."
          />
        )}
        <NumberField
          label="Days until it ends"
          value={days}
          onChange={(value) => setDays(Math.round(value))}
          minValue={1}
          maxValue={longest}
          description={`At most ${longest}, as your organization has it.`}
        />
        {make.error && !nameProblem && (
          <p className={styles.error} role="alert">
            {messageOf(make.error)}
          </p>
        )}
        <div className={styles.end}>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" isDisabled={!isReady} isPending={make.isPending}>
            Make the token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
