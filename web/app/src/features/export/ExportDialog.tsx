/** Results out: pick a format, see what it leaves out, and download. */
import { api, type Project } from '@labelkeep/api';
import { AlertTriangle, Button, Check, Checkbox, Dialog, RadioGroup, Spinner } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { count, counted } from '../../shared/numbers';
import styles from './export.module.css';

interface Format {
  name: string;
  title: string;
  description: string;
  disabled?: boolean;
  /** What `exact=true` changes, when it changes anything. */
  exact?: string;
}

interface Report {
  items_in: number;
  items_out: number;
  drops: { text: string; count: number }[];
  losses: { text: string; count: number }[];
}

/** Tasks for which the report is made by itself; it costs about as much as the export. */
const QUICK = 20_000;

export function ExportDialog({
  project,
  tasks,
  isOpen,
  onClose,
}: {
  project: Project;
  /** Only these; all when not given. */
  tasks?: number[];
  isOpen: boolean;
  onClose: () => void;
}) {
  const formats = useQuery({
    queryKey: ['formats', project.id, project.label_config],
    queryFn: () => api.get<Format[]>(`/api/projects/${project.id}/export/formats`),
    enabled: isOpen,
  });
  const [format, setFormat] = useState('JSON');
  const [all, setAll] = useState(false);
  const [exact, setExact] = useState(false);
  const chosen = formats.data?.find((candidate) => candidate.name === format);
  const others = (formats.data ?? []).filter((candidate) => candidate.disabled);
  const query = new URLSearchParams({
    exportType: format,
    download_all_tasks: String(all),
    // Spreadsheets run what looks like a formula; programs use the API, which leaves it off.
    formula_escape: 'true',
    exact: String(exact && chosen?.exact !== undefined),
    ...(tasks ? { ids: tasks.join(',') } : {}),
  });

  const download = () => {
    const link = document.createElement('a');
    link.href = `/api/projects/${project.id}/export?${query}`;
    link.download = '';
    link.click();
    onClose();
  };

  return (
    <Dialog
      title={tasks ? `Export ${counted(tasks.length, 'selected task')}` : 'Export'}
      isOpen={isOpen}
      onClose={onClose}
      size="medium"
      footer={
        <>
          <Button variant="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button variant="primary" isDisabled={!chosen || chosen.disabled === true} onPress={download}>
            {`Download ${chosen?.title ?? ''}`.trim()}
          </Button>
        </>
      }
    >
      {formats.isPending && <Spinner label="Loading formats" />}
      {formats.isError && <p role="alert">{messageOf(formats.error)}</p>}
      {formats.data && (
        <div className={styles.body}>
          <RadioGroup
            label="Format"
            value={format}
            onChange={setFormat}
            options={formats.data
              .filter((candidate) => !candidate.disabled)
              .map((candidate) => ({
                value: candidate.name,
                label: candidate.title,
                description: candidate.description,
              }))}
          />
          {others.length > 0 && (
            <p className={styles.others}>
              Not for this labeling setup: {others.map((candidate) => candidate.title).join(', ')}.
            </p>
          )}
          {!tasks && (
            <Checkbox isSelected={all} onChange={setAll}>
              Tasks without annotations too ({counted(project.task_number, 'task')} in all)
            </Checkbox>
          )}
          {chosen?.exact && (
            <Checkbox isSelected={exact} onChange={setExact}>
              Exact. {chosen.exact}
            </Checkbox>
          )}
          {chosen && <LeftOut project={project} query={String(query)} tasks={tasks?.length ?? project.task_number} />}
        </div>
      )}
    </Dialog>
  );
}

/** What the format cannot say. */
function LeftOut({ project, query, tasks }: { project: Project; query: string; tasks: number }) {
  const [isWanted, setWanted] = useState(false);
  const report = useQuery({
    queryKey: ['export-report', project.id, query, project.total_annotations_number],
    queryFn: () => api.get<Report>(`/api/projects/${project.id}/export/report?${query}`),
    enabled: isWanted || tasks <= QUICK,
    placeholderData: (previous) => previous,
  });
  if (tasks > QUICK && !isWanted) {
    return (
      <div>
        <Button size="small" onPress={() => setWanted(true)}>
          Check what would be left out
        </Button>
      </div>
    );
  }
  if (report.isError) return <p role="alert">{messageOf(report.error)}</p>;
  if (!report.data) return <p className={styles.others}>Looking what would be left out…</p>;
  const { items_out: out, drops, losses } = report.data;
  const left = [...drops, ...losses];
  if (left.length === 0) {
    return (
      <p className={styles.whole} role="status">
        <Check size={14} /> {out === 0 ? 'There is nothing to export yet.' : 'Nothing is left out.'}
      </p>
    );
  }
  return (
    <div className={styles.leftOut} role="status">
      <strong>
        <AlertTriangle size={14} /> Left out of this file
      </strong>
      <ul>
        {left.map((entry) => (
          <li key={entry.text}>
            {count(entry.count)}: {entry.text}
          </li>
        ))}
      </ul>
    </div>
  );
}
