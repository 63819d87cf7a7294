/** What existing answers would lose by another labeling setup: controls and labels that are in use and would be gone. */
import { api, type Project } from '@labelkeep/api';
import { AlertTriangle, Check } from '@labelkeep/kit';
import { parseConfig } from '@labelkeep/labeling';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { count, counted } from '../../shared/numbers';
import styles from './settings.module.css';

interface Summary {
  /** `from|to|type` → regions. */
  created_annotations: Record<string, number>;
  /** Control → label → regions. */
  created_labels: Record<string, Record<string, number>>;
}

/** Labels that are named. */
const NAMED = 8;

export function Losses({ project, config }: { project: Project; config: string }) {
  const summary = useQuery({
    queryKey: ['summary', project.id],
    queryFn: () => api.get<Summary>(`/api/projects/${project.id}/summary/`),
  });
  const { data } = summary;
  const losses = useMemo(() => (data ? lossesOf(data, config) : []), [data, config]);
  if (!data || project.total_annotations_number === 0) return null;
  if (losses.length === 0) {
    return (
      <p className={styles.keeps}>
        <Check size={14} /> All {counted(project.total_annotations_number, 'annotation')} keep their answers.
      </p>
    );
  }
  return (
    <div className={styles.losses} role="status">
      <strong>
        <AlertTriangle size={14} /> What existing annotations would lose
      </strong>
      <ul>
        {losses.map((loss) => (
          <li key={loss}>{loss}</li>
        ))}
      </ul>
    </div>
  );
}

function lossesOf(summary: Summary, xml: string): string[] {
  const { controls } = parseConfig(xml);
  const losses: string[] = [];
  const gone = new Set<string>();
  for (const [tuple, number] of Object.entries(summary.created_annotations)) {
    const [from = ''] = tuple.split('|');
    if (controls.some((control) => control.name === from) || gone.has(from)) continue;
    gone.add(from);
    losses.push(
      `${from} is in use (${counted(number, 'answer')}) and has no control any more. This is refused: keep the control, or delete the answers first.`,
    );
  }
  for (const [from, labels] of Object.entries(summary.created_labels)) {
    const control = controls.find((candidate) => candidate.name === from);
    // Labels that come with the task, or are typed in freely, are in no configuration.
    if (!control || control.has('value') || control.bool('allowNested')) continue;
    const offered = new Set<string>();
    for (const node of control.walk()) {
      if (node === control) continue;
      const value = node.given('alias') ?? node.get('value');
      if (value !== undefined) offered.add(value);
      const plain = node.get('value');
      if (plain !== undefined) offered.add(plain);
    }
    if (offered.size === 0) continue;
    const missing = Object.entries(labels).filter(([label, number]) => number > 0 && !offered.has(label));
    if (missing.length === 0) continue;
    const named = missing.slice(0, NAMED).map(([label, number]) => `${label} (${count(number)})`);
    const more = missing.length > NAMED ? ` and ${count(missing.length - NAMED)} more` : '';
    losses.push(
      `${from} no longer offers ${named.join(', ')}${more}. Regions that have them keep them, but nobody can choose them.`,
    );
  }
  return losses;
}
