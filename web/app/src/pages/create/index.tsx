/** A new project in three steps: its name, its data, its labeling setup. */
import { api, type Project } from '@labelkeep/api';
import { Button, Dialog, EmptyState, LinkButton, PageHeader, Panel, TextArea, TextField } from '@labelkeep/kit';
import { validate } from '@labelkeep/labeling';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { ConfigEditor, hasErrors } from '../../features/config/ConfigEditor';
import { type Chosen, Gallery } from '../../features/config/Gallery';
import { diagnosticsOf } from '../../features/config/language';
import { ImportPanel } from '../../features/import/ImportPanel';
import { forget, type Peek, peek } from '../../features/import/peek';
import { handOver, type Picked } from '../../features/import/send';
import { messagesOf } from '../../shared/errors';
import { may, useMe } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { counted } from '../../shared/numbers';
import { useTitle } from '../../shared/title';
import styles from './create.module.css';

const STEPS = ['Name', 'Data', 'Labeling setup'] as const;
const EMPTY = '<View>\n  \n</View>\n';

export function CreateProjectPage() {
  useTitle('New project');
  const me = useMe();
  if (me.data && !may(me.data, 'ProjectCreate')) {
    return (
      <EmptyState
        isPage
        title="New projects are made by others"
        actions={<LinkButton href="/projects/">All projects</LinkButton>}
      >
        Your role does not include it. A manager of {me.data.active_organization_meta.title} can make one for you.
      </EmptyState>
    );
  }
  return <CreateProject />;
}

function CreateProject() {
  const go = useGo();
  const queries = useQueryClient();
  const [step, setStep] = useState(0);
  const [title, setTitle] = useState('New project');
  const [description, setDescription] = useState('');
  const [picked, setPicked] = useState<Picked[]>([]);
  const [config, setConfig] = useState('');
  const [sample, setSample] = useState<Record<string, unknown>>();
  const [data, setData] = useState<Peek>();
  const [errors, setErrors] = useState<string[]>([]);
  const [isCreating, setCreating] = useState(false);
  const [leaving, setLeaving] = useState(false);

  useEffect(() => {
    let isCurrent = true;
    let found: Peek | undefined;
    void peek(picked)
      .catch(() => undefined)
      .then((peeked) => {
        found = peeked;
        if (isCurrent) setData(peeked);
        else forget(peeked);
      });
    return () => {
      isCurrent = false;
      forget(found);
    };
  }, [picked]);
  const isBroken = useMemo(() => config.trim() !== '' && hasErrors(diagnosticsOf(validate(config))), [config]);

  const titleError =
    title.trim().length < 3
      ? 'A title has at least 3 characters.'
      : title.length > 50
        ? 'A title has at most 50 characters.'
        : undefined;

  const choose = (template: Chosen) => {
    setConfig(template.config);
    setSample(template.sample);
    setErrors([]);
  };

  const create = async () => {
    setErrors([]);
    setCreating(true);
    try {
      const { id } = await api.post<Project>('/api/projects/', {
        title: title.trim(),
        description,
        ...(config.trim() ? { label_config: config } : {}),
      });
      await queries.invalidateQueries({ queryKey: ['projects'] });
      // The project's import dialog sends the files: progress, cancel and errors have one place.
      handOver(id, picked);
      go(`/projects/${id}/data`);
    } catch (error) {
      setErrors(messagesOf(error));
      setCreating(false);
    }
  };

  return (
    <div className={styles.page}>
      <PageHeader
        title="New project"
        breadcrumbs={[{ label: 'Projects', href: '/projects/' }, { label: 'New project' }]}
        actions={
          <>
            <Button variant="quiet" onPress={() => (picked.length > 0 || config ? setLeaving(true) : go('/projects/'))}>
              Cancel
            </Button>
            {step > 0 && <Button onPress={() => setStep(step - 1)}>Back</Button>}
            {step < 2 ? (
              <Button
                variant="primary"
                isDisabled={step === 0 && titleError !== undefined}
                onPress={() => setStep(step + 1)}
              >
                {step === 0 ? 'Next: data' : 'Next: labeling setup'}
              </Button>
            ) : (
              <Button
                variant="primary"
                isPending={isCreating}
                isDisabled={titleError !== undefined || isBroken}
                onPress={() => void create()}
              >
                {picked.length > 0 ? `Create and import ${counted(picked.length, 'item')}` : 'Create project'}
              </Button>
            )}
          </>
        }
      />
      <ol className={styles.steps} aria-label="Steps">
        {STEPS.map((name, index) => (
          <li key={name}>
            <button type="button" aria-current={index === step ? 'step' : undefined} onClick={() => setStep(index)}>
              <span>{index + 1}</span>
              {name}
            </button>
          </li>
        ))}
      </ol>
      {errors.length > 0 && step !== 2 && (
        <div role="alert" className={styles.errors}>
          {errors.join(' ')}
        </div>
      )}
      {step === 0 && (
        <Panel>
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault();
              if (titleError === undefined) setStep(1);
            }}
          >
            <TextField
              label="Title"
              value={title}
              onChange={setTitle}
              isRequired
              autoFocus
              {...(titleError ? { errorMessage: titleError } : {})}
            />
            <TextArea
              label="Description"
              value={description}
              onChange={setDescription}
              rows={3}
              description="What the labels are for. Everyone who works on the project sees it."
            />
            <button type="submit" hidden />
          </form>
        </Panel>
      )}
      {step === 1 && (
        <Panel>
          <ImportPanel picked={picked} onChange={setPicked} />
        </Panel>
      )}
      {step === 2 &&
        (config === '' ? (
          <>
            <p className={styles.lead}>
              Pick what comes closest; everything can be changed later. Or{' '}
              <button type="button" className={styles.inlineButton} onClick={() => setConfig(EMPTY)}>
                write the configuration yourself
              </button>
              .
            </p>
            <Gallery onChoose={choose} />
          </>
        ) : (
          <>
            <div className={styles.bar}>
              <Button
                size="small"
                onPress={() => {
                  setConfig('');
                  setSample(undefined);
                }}
              >
                Back to the templates
              </Button>
            </div>
            <ConfigEditor value={config} onChange={setConfig} sample={sample} data={data} serverErrors={errors} />
          </>
        ))}
      <Dialog
        title="Leave without a project?"
        isOpen={leaving}
        onClose={() => setLeaving(false)}
        size="small"
        footer={
          <>
            <Button onPress={() => setLeaving(false)}>Go on</Button>
            <Button variant="danger" onPress={() => go('/projects/')}>
              Leave
            </Button>
          </>
        }
      >
        The files and the labeling setup that you have picked are not kept.
      </Dialog>
    </div>
  );
}
