/** Results out: pick a format, and download. */
import { api, type Project } from '@labelkeep/api';
import { Button, Checkbox, Dialog, RadioGroup, Spinner } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../shared/errors';
import { counted } from '../../shared/numbers';
import styles from './export.module.css';

interface Format {
  name: string;
  title: string;
  description: string;
  disabled?: boolean;
}

export function ExportDialog({ project, isOpen, onClose }: { project: Project; isOpen: boolean; onClose: () => void }) {
  const formats = useQuery({
    queryKey: ['formats', project.id, project.label_config],
    queryFn: () => api.get<Format[]>(`/api/projects/${project.id}/export/formats`),
    enabled: isOpen,
  });
  const [format, setFormat] = useState('JSON');
  const [all, setAll] = useState(false);
  const chosen = formats.data?.find((candidate) => candidate.name === format);
  const others = (formats.data ?? []).filter((candidate) => candidate.disabled);

  const download = () => {
    const query = new URLSearchParams({
      exportType: format,
      download_all_tasks: String(all),
      // Spreadsheets run what looks like a formula; programs use the API, which leaves it off.
      formula_escape: 'true',
    });
    const link = document.createElement('a');
    link.href = `/api/projects/${project.id}/export?${query}`;
    link.download = '';
    link.click();
    onClose();
  };

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
              {others.map((candidate) => candidate.title).join(', ')}: not for this labeling setup, which has no boxes
              or polygons on one picture.
            </p>
          )}
          <Checkbox isSelected={all} onChange={setAll}>
            Tasks without annotations too ({counted(project.task_number, 'task')} in all)
          </Checkbox>
        </div>
      )}
    </Dialog>
  );
}
