/** Long work while it runs: how far it is, and how to stop it. */
import type { Job } from '@labelkeep/api';
import { Button, Progress } from '@labelkeep/kit';
import { count } from '../../../shared/numbers';
import styles from './actions.module.css';
import type { Jobs } from './use-jobs';

export function JobTray({
  jobs,
  isPlain = false,
}: {
  jobs: Jobs;
  /** Stands in the page; else it lies over the list, which does not move for it. */
  isPlain?: boolean;
}) {
  if (jobs.running.length === 0) return null;
  return (
    <section className={isPlain ? `${styles.tray} ${styles.plain}` : styles.tray} aria-label="Work that runs">
      {jobs.running.map((job) => (
        <div key={job.id} className={styles.job}>
          <Progress
            label={job.title}
            {...(job.total > 0 ? { value: job.done, max: job.total } : {})}
            detail={detailOf(job)}
          />
          {job.can_cancel && (
            <Button size="small" label={`Cancel ${job.title}`} onPress={() => void jobs.cancel(job.id)}>
              Cancel
            </Button>
          )}
        </div>
      ))}
    </section>
  );
}

function detailOf(job: Job): string {
  if (job.state === 'queued') return 'waiting';
  if (job.total === 0) return '';
  const seconds = job.started_at ? (Date.now() - new Date(job.started_at).getTime()) / 1000 : 0;
  const rate = seconds > 1 && job.done > 0 ? `, ${count(Math.round(job.done / seconds))} a second` : '';
  return `${count(job.done)} of ${count(job.total)}${rate}`;
}
