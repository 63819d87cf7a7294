/** The exports that the server prepares and keeps: how far they are, and where they are downloaded. */
import { Button, Progress as ProgressBar, RelativeTime, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { messageOf } from '../../shared/errors';
import { count, counted } from '../../shared/numbers';
import { Rate, timeLeft } from '../../shared/rate';
import styles from './export.module.css';
import { addressOfPrepared, type Prepared, preparedQuery, removePrepared, type Stage, stageOf } from './prepared';

/** So many are shown; older ones are behind a word. */
const SHOWN = 3;

export function PreparedExports({
  project,
  titleOf,
  newest,
}: {
  project: number;
  titleOf: (format: string) => string;
  /** The one that has just been asked for: it comes into sight. */
  newest: number | undefined;
}) {
  const prepared = useQuery(preparedQuery(project));
  const section = useRef<HTMLElement>(null);
  const all = prepared.data ?? [];
  const isThere = all.some((one) => one.id === newest);
  useEffect(() => {
    if (isThere) section.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere]);
  if (all.length === 0) return null;
  const entry = (one: Prepared) => <Entry key={one.id} project={project} prepared={one} titleOf={titleOf} />;
  return (
    <section ref={section} aria-labelledby="prepared-exports">
      <h3 id="prepared-exports" className={styles.heading}>
        Prepared on the server
      </h3>
      <ul className={styles.prepared}>{all.slice(0, SHOWN).map(entry)}</ul>
      {all.length > SHOWN && (
        <details className={styles.others}>
          <summary>{counted(all.length - SHOWN, 'older one')}</summary>
          <ul className={styles.prepared}>{all.slice(SHOWN).map(entry)}</ul>
        </details>
      )}
    </section>
  );
}

function Entry({
  project,
  prepared,
  titleOf,
}: {
  project: number;
  prepared: Prepared;
  titleOf: (format: string) => string;
}) {
  const queries = useQueryClient();
  const stage = stageOf(prepared);
  const remove = useMutation({
    mutationFn: () => removePrepared(project, prepared.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: preparedQuery(project).queryKey }),
    onError: (error) => toast.error(messageOf(error)),
  });
  const remover = (
    <Button size="small" variant="quiet" isDisabled={remove.isPending} onPress={() => remove.mutate()}>
      {stage.kind === 'running' ? 'Cancel' : 'Remove'}
    </Button>
  );
  if (stage.kind === 'running') {
    return (
      <li className={styles.entry}>
        <div className={styles.words}>
          <Running stage={stage} titleOf={titleOf} />
        </div>
        {remover}
      </li>
    );
  }
  const tasks = prepared.counters.task_number ?? 0;
  return (
    <li className={styles.entry}>
      <div className={styles.words}>
        <strong>{stage.kind === 'ready' ? stage.formats.map(titleOf).join(', ') : 'Not made'}</strong>
        <span className={styles.others}>
          {stage.kind === 'failed' ? `${stage.text} ` : `${counted(tasks, 'task')} · `}
          <RelativeTime value={prepared.created_at} />
          {prepared.created_by && (
            <>
              {' · '}
              <bdi>{prepared.created_by.email}</bdi>
            </>
          )}
        </span>
      </div>
      {stage.kind === 'ready' &&
        stage.formats.map((format) => (
          <Button
            key={format}
            size="small"
            onPress={() => downloadFrom(addressOfPrepared(project, prepared.id, format))}
          >
            {stage.formats.length > 1 ? `Download ${titleOf(format)}` : 'Download'}
          </Button>
        ))}
      {remover}
    </li>
  );
}

function Running({
  stage,
  titleOf,
}: {
  stage: Extract<Stage, { kind: 'running' }>;
  titleOf: (format: string) => string;
}) {
  const rates = useRef(new Map<string, Rate>());
  const { format, done, total } = stage;
  const key = format ?? '';
  const rate = rates.current.get(key) ?? new Rate();
  rates.current.set(key, rate);
  const speed = rate.note(done);
  const parts = [
    ...(done > 0 ? [`${count(done)}${total > 0 ? ` of ${count(total)}` : ''} tasks`] : []),
    ...(speed > 0 ? [`${count(Math.round(speed))} a second`] : []),
    ...(speed > 0 && total > done ? [timeLeft((total - done) / speed)] : []),
  ];
  return (
    <ProgressBar
      label={format === undefined ? 'Gathering tasks' : `Writing ${titleOf(format)}`}
      {...(total > 0 ? { value: Math.min(done, total), max: total } : {})}
      detail={parts.join(', ')}
    />
  );
}

/** The browser shows the download by itself. */
export function downloadFrom(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}
