/** Sample projects: one click makes one. */
import { api } from '@labelkeep/api';
import { Button, ChevronDown, Menu, Panel, Sparkles, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../shared/errors';
import { useGo } from '../../shared/navigation';
import { counted } from '../../shared/numbers';
import { samplesQuery } from '../../shared/queries';
import styles from './projects.module.css';

function useMakeSample() {
  const queries = useQueryClient();
  const go = useGo();
  return useMutation({
    mutationFn: (slug: string) => api.post<{ id: number }>(`/api/samples/${slug}/`),
    onSuccess: async (project) => {
      await queries.invalidateQueries({ queryKey: ['projects'] });
      go(`/projects/${project.id}/data`);
    },
    onError: (error) => toast.error(messageOf(error)),
  });
}

/** The samples once there are projects. */
export function SampleMenu() {
  const samples = useQuery(samplesQuery);
  const make = useMakeSample();
  return (
    <Menu
      label="Samples"
      trigger={
        <Button icon={<Sparkles size={16} />} isPending={make.isPending} isDisabled={!samples.data?.length}>
          Samples <ChevronDown size={14} aria-hidden="true" />
        </Button>
      }
      items={(samples.data ?? []).map((sample) => ({
        id: sample.slug,
        label: sample.title,
        description: sample.description,
        onAction: () => make.mutate(sample.slug),
      }))}
    />
  );
}

/** The samples where there is nothing yet. */
export function Samples() {
  const samples = useQuery(samplesQuery);
  const make = useMakeSample();
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
