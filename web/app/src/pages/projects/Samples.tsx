/** Sample projects: one click makes one. */
import { api } from '@labelkeep/api';
import { Button, Panel, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../shared/errors';
import { useGo } from '../../shared/navigation';
import { counted } from '../../shared/numbers';
import { samplesQuery } from '../../shared/queries';
import styles from './projects.module.css';

export function Samples() {
  const samples = useQuery(samplesQuery);
  const queries = useQueryClient();
  const go = useGo();
  const make = useMutation({
    mutationFn: (slug: string) => api.post<{ id: number }>(`/api/samples/${slug}/`),
    onSuccess: async (project) => {
      await queries.invalidateQueries({ queryKey: ['projects'] });
      go(`/projects/${project.id}/data`);
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  if (!samples.data || samples.data.length === 0) return null;
  return (
    <section className={styles.samples} aria-label="Sample projects">
      <h2>Or begin with a sample</h2>
      <div className={styles.cards}>
        {samples.data.map((sample) => (
          <Panel key={sample.slug} title={sample.title}>
            <p className={styles.sampleText}>{sample.description}</p>
            <div className={styles.sampleFoot}>
              <span className={styles.numbers}>{counted(sample.task_number, 'task')}</span>
              <Button
                isPending={make.isPending && make.variables === sample.slug}
                isDisabled={make.isPending}
                onPress={() => make.mutate(sample.slug)}
              >
                Open this sample
              </Button>
            </div>
          </Panel>
        ))}
      </div>
    </section>
  );
}
