/** What to bring in: files by drag and drop or dialog, or an address. */
import { Button, DropZone, FileText, IconButton, Select, TextField, X } from '@labelkeep/kit';
import { useState } from 'react';
import { bytes } from '../../shared/numbers';
import styles from './import.module.css';
import { KINDS } from './kinds';
import { nameOf, type Picked } from './send';

export const ACCEPTED = [
  '.json',
  '.csv',
  '.tsv',
  '.txt',
  '.png',
  '.jpg',
  '.jpeg',
  '.gif',
  '.bmp',
  '.webp',
  '.svg',
  '.wav',
  '.mp3',
  '.ogg',
  '.flac',
  '.m4a',
  '.mp4',
  '.webm',
  '.pdf',
  '.html',
  '.htm',
  '.xml',
  '.jsonl',
  '.ndjson',
  '.tif',
  '.tiff',
  '.zip',
  '.tar',
  '.tgz',
  '.gz',
  '.xlsx',
  '.xlsm',
  '.parquet',
];

/** Beside these what data sets are told in. */
const TOLD = ['.conll', '.conllu', '.iob', '.ann', '.manifest', '.yaml', '.yml', '.names'];

export function ImportPanel({
  picked,
  onChange,
  format = 'tasks',
  onFormat,
}: {
  picked: Picked[];
  onChange: (picked: Picked[]) => void;
  /** Kind of an annotated data set; it can be chosen where there is `onFormat`. */
  format?: string;
  onFormat?: (format: string) => void;
}) {
  const [url, setUrl] = useState('');
  const [refused, setRefused] = useState<string[]>([]);

  const accepted = format === 'tasks' ? ACCEPTED : [...ACCEPTED, ...TOLD];
  const addFiles = (files: File[]) => {
    const known = files.filter((file) => accepted.some((extension) => file.name.toLowerCase().endsWith(extension)));
    setRefused(files.filter((file) => !known.includes(file)).map((file) => file.name));
    onChange([...picked, ...known.map((file) => ({ kind: 'file' as const, file }))]);
  };
  const addUrl = () => {
    if (!url.trim()) return;
    onChange([...picked, { kind: 'url', url: url.trim() }]);
    setUrl('');
  };

  return (
    <div className={styles.panel}>
      {onFormat && <Select label="What it is" options={KINDS} value={format} onChange={onFormat} />}
      <DropZone label="Files to import" accept={accepted} onFiles={addFiles}>
        <strong>Drop files here, or choose them</strong>
        <span>
          JSON, JSON Lines, CSV, TSV, Excel, Parquet or TXT: a task a row. Pictures, audio, video, PDF, HTML: a task a
          file. Archives of these.
        </span>
      </DropZone>
      <form
        className={styles.url}
        onSubmit={(event) => {
          event.preventDefault();
          addUrl();
        }}
      >
        <TextField label="Or an address" placeholder="https://example.com/data.json" value={url} onChange={setUrl} />
        <Button type="submit" isDisabled={!url.trim()}>
          Add address
        </Button>
      </form>
      {refused.length > 0 && (
        <p role="alert" className={styles.refused}>
          {refused.join(', ')}: files of this kind cannot be imported.
        </p>
      )}
      {picked.length > 0 && (
        <ul className={styles.list} aria-label="To be imported">
          {picked.map((item, index) => (
            <li
              key={
                item.kind === 'file' ? `${item.file.name}/${item.file.lastModified}/${index}` : `${item.url}/${index}`
              }
            >
              <FileText size={16} />
              <bdi className={styles.name}>{nameOf(item)}</bdi>
              <span className={styles.size}>{item.kind === 'file' ? bytes(item.file.size) : 'address'}</span>
              <IconButton
                label={`Leave out ${nameOf(item)}`}
                icon={<X size={16} />}
                onPress={() => onChange(picked.filter((_, place) => place !== index))}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
