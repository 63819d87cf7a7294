/** What to bring in: files by drag and drop or dialog, or an address. */
import { ApiError, api } from '@labelkeep/api';
import { Button, DropZone, FileText, IconButton, TextField, X } from '@labelkeep/kit';
import { useState } from 'react';
import { messagesOf } from '../../shared/errors';
import { bytes, counted } from '../../shared/numbers';
import styles from './import.module.css';

/** Something that is to be imported. */
export type Picked = { kind: 'file'; file: File } | { kind: 'url'; url: string };

/** What came in, as the server says. */
export interface ImportSummary {
  task_count: number;
  annotation_count: number | null;
  prediction_count: number | null;
  found_formats: Record<string, number> | [];
  warnings?: { text: string; count: number }[];
}

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
];

/** Files of one request at most; the server takes 100. */
const FILES_AT_ONCE = 50;

export function ImportPanel({ picked, onChange }: { picked: Picked[]; onChange: (picked: Picked[]) => void }) {
  const [url, setUrl] = useState('');
  const [refused, setRefused] = useState<string[]>([]);

  const addFiles = (files: File[]) => {
    const known = files.filter((file) => ACCEPTED.some((extension) => file.name.toLowerCase().endsWith(extension)));
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
      <DropZone label="Files to import" accept={ACCEPTED} onFiles={addFiles}>
        <strong>Drop files here, or choose them</strong>
        <span>JSON, CSV, TSV or TXT: a task a row. Pictures, audio, video, PDF, HTML: a task a file.</span>
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
              <bdi className={styles.name}>{item.kind === 'file' ? item.file.name : item.url}</bdi>
              <span className={styles.size}>{item.kind === 'file' ? bytes(item.file.size) : 'address'}</span>
              <IconButton
                label={`Leave out ${item.kind === 'file' ? item.file.name : item.url}`}
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

/** How a request stands: bytes sent of all, then the server's work. */
export type Advance = (text: string, part: number) => void;

/** Sends everything; gives what came in, and throws with the first refusal. Files of tables go one by one, pictures in groups. */
export async function send(
  project: number,
  picked: Picked[],
  advance: Advance,
  signal?: AbortSignal,
): Promise<ImportSummary> {
  const total: ImportSummary = {
    task_count: 0,
    annotation_count: 0,
    prediction_count: 0,
    found_formats: {},
    warnings: [],
  };
  const groups = grouped(picked);
  for (const [index, group] of groups.entries()) {
    const name = group.length === 1 && group[0] ? nameOf(group[0]) : counted(group.length, 'file');
    const report = (part: number) =>
      advance(part < 1 ? `Sending ${name}` : `Reading ${name}`, (index + part) / groups.length);
    report(0);
    const summary = await sendGroup(project, group, report, signal);
    total.task_count += summary.task_count;
    total.annotation_count = (total.annotation_count ?? 0) + (summary.annotation_count ?? 0);
    total.prediction_count = (total.prediction_count ?? 0) + (summary.prediction_count ?? 0);
    total.warnings = [...(total.warnings ?? []), ...(summary.warnings ?? [])];
  }
  return total;
}

/** Sends everything for a new project; gives what was refused. */
export async function sendAll(project: number, picked: Picked[], advance: (text: string) => void): Promise<string[]> {
  const failed: string[] = [];
  for (const group of grouped(picked)) {
    try {
      await sendGroup(project, group, () => advance(`Importing ${counted(picked.length, 'file')}`));
    } catch (error) {
      failed.push(...messagesOf(error).map((text) => `${group[0] ? nameOf(group[0]) : ''}: ${text}`));
    }
  }
  return failed;
}

function nameOf(item: Picked): string {
  return item.kind === 'file' ? item.file.name : item.url;
}

/** Tables alone, so that an error names one file and the others still come in; media together. */
function grouped(picked: Picked[]): Picked[][] {
  const groups: Picked[][] = [];
  let media: Picked[] = [];
  for (const item of picked) {
    if (item.kind === 'file' && !/\.(json|csv|tsv|txt|html?|xml)$/i.test(item.file.name)) {
      media.push(item);
      if (media.length === FILES_AT_ONCE) {
        groups.push(media);
        media = [];
      }
    } else groups.push([item]);
  }
  if (media.length > 0) groups.push(media);
  return groups;
}

async function sendGroup(
  project: number,
  group: Picked[],
  report: (part: number) => void,
  signal?: AbortSignal,
): Promise<ImportSummary> {
  const path = `/api/projects/${project}/import`;
  const [first] = group;
  if (first?.kind === 'url') return sendUrl(path, first.url);
  const form = new FormData();
  for (const item of group) if (item.kind === 'file') form.append('file', item.file, item.file.name);
  return api.upload<ImportSummary>(path, form, {
    onProgress: (part: number) => report(part),
    ...(signal ? { signal } : {}),
  });
}

async function sendUrl(path: string, url: string): Promise<ImportSummary> {
  if (!/^https?:\/\//i.test(url)) {
    throw new ApiError(400, `${url} is not an address. It begins with http:// or https://.`, {});
  }
  return api.upload<ImportSummary>(path, new URLSearchParams({ url }), {});
}
