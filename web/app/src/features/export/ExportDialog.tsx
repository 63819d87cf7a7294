/** Results out: pick a format, see what it leaves out, and download. */
import { api, type Project } from '@labelkeep/api';
import { AlertTriangle, Button, Check, Checkbox, Dialog, RadioGroup, Spinner, TextField } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { count, counted } from '../../shared/numbers';
import styles from './export.module.css';
import { downloadFrom, PreparedExports } from './PreparedExports';
import { prepare, preparedQuery } from './prepared';

interface Format {
  name: string;
  title: string;
  description: string;
  disabled?: boolean;
  /** What `exact=true` changes, when it changes anything. */
  exact?: string;
  /** Of the file without a manifest. */
  extension: string;
}

interface Report {
  items_in: number;
  items_out: number;
  drops: { text: string; count: number }[];
  losses: { text: string; count: number }[];
}

/** From this many formats on they can be searched. */
const SEARCHED = 8;

/** Tasks for which the report is made by itself; it costs about as much as the export. */
const QUICK = 20_000;

export function ExportDialog({ project, isOpen, onClose }: { project: Project; isOpen: boolean; onClose: () => void }) {
  const formats = useQuery({
    queryKey: ['formats', project.id, project.label_config],
    queryFn: () => api.get<Format[]>(`/api/projects/${project.id}/export/formats`),
    enabled: isOpen,
  });
  const [format, setFormat] = useState('JSON');
  const [all, setAll] = useState(false);
  const [exact, setExact] = useState(false);
  const [search, setSearch] = useState('');
  /** What the person chose; without a choice an archive has one, and a single file stays a single file. */
  const [manifest, setManifest] = useState<boolean | null>(null);
  const chosen = formats.data?.find((candidate) => candidate.name === format);
  const others = (formats.data ?? []).filter((candidate) => candidate.disabled);
  const fitting = (formats.data ?? []).filter((candidate) => !candidate.disabled);
  const wanted = search.trim().toLowerCase();
  const shown = fitting.filter(
    (candidate) =>
      candidate.name === format ||
      `${candidate.title} ${candidate.name} ${candidate.description}`.toLowerCase().includes(wanted),
  );
  const withManifest = manifest ?? chosen?.extension === 'zip';
  const report = new URLSearchParams({
    exportType: format,
    download_all_tasks: String(all),
    // Spreadsheets run what looks like a formula; programs use the API, which leaves it off.
    formula_escape: 'true',
    exact: String(exact && chosen?.exact !== undefined),
  });
  const query = new URLSearchParams(report);
  query.set('manifest', String(withManifest));

  const download = () => {
    downloadFrom(`/api/projects/${project.id}/export?${query}`);
    onClose();
  };
  const queries = useQueryClient();
  const preparing = useMutation({
    mutationFn: () =>
      prepare(project.id, {
        format,
        all,
        exact: exact && chosen?.exact !== undefined,
        manifest: withManifest,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: preparedQuery(project.id).queryKey }),
  });
  const isLong = project.task_number > QUICK;
  const isChosen = chosen !== undefined && chosen.disabled !== true;
  const titleOf = (name: string) => formats.data?.find((candidate) => candidate.name === name)?.title ?? name;

  return (
    <Dialog
      title="Export"
      isOpen={isOpen}
      onClose={onClose}
      size="medium"
      footer={
        <>
          <Button variant="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button
            variant={isLong ? 'primary' : 'secondary'}
            isDisabled={!isChosen || preparing.isPending}
            onPress={() => preparing.mutate()}
          >
            Prepare on the server
          </Button>
          <Button variant={isLong ? 'secondary' : 'primary'} isDisabled={!isChosen} onPress={download}>
            {`Download ${chosen?.title ?? ''}`.trim()}
          </Button>
        </>
      }
    >
      {formats.isPending && <Spinner label="Loading formats" />}
      {formats.isError && <p role="alert">{messageOf(formats.error)}</p>}
      {formats.data && (
        <div className={styles.body}>
          <PreparedExports project={project.id} titleOf={titleOf} newest={preparing.data?.id} />
          {fitting.length > SEARCHED && (
            <TextField
              label="Find a format"
              value={search}
              onChange={setSearch}
              placeholder="COCO, spaCy, subtitles…"
            />
          )}
          <div className={styles.formats}>
            <RadioGroup
              label="Format"
              value={format}
              onChange={setFormat}
              options={shown.map((candidate) => ({
                value: candidate.name,
                label: candidate.title,
                description: candidate.description,
              }))}
            />
          </div>
          {others.length > 0 && (
            <details className={styles.others}>
              <summary>{counted(others.length, 'format')} not for this labeling setup</summary>
              {others.map((candidate) => candidate.title).join(', ')}
            </details>
          )}
          <Checkbox isSelected={all} onChange={setAll}>
            Tasks without annotations too ({counted(project.task_number, 'task')} in all)
          </Checkbox>
          {chosen?.exact && (
            <Checkbox isSelected={exact} onChange={setExact}>
              Exact. {chosen.exact}
            </Checkbox>
          )}
          <Checkbox isSelected={withManifest} onChange={setManifest}>
            {chosen?.extension === 'zip'
              ? 'With a manifest: labeling setup, filter, counts and hashes'
              : 'With a manifest, in an archive: labeling setup, filter, counts and hashes'}
          </Checkbox>
          {chosen && <LeftOut project={project} query={String(report)} tasks={project.task_number} />}
          {isLong && (
            <p className={styles.others}>
              What the server prepares goes on when you leave; the bell tells when it is ready. Its download goes on
              where a broken line stopped it.
            </p>
          )}
          {preparing.isError && <p role="alert">{messageOf(preparing.error)}</p>}
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
