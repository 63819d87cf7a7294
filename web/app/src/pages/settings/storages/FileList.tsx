/** The files that a source would take, before anything is made. */
import { RelativeTime, Table } from '@labelkeep/kit';
import { count } from '../../../shared/numbers';
import { type FileEntry, sizeOf } from './model';
import styles from './storages.module.css';

type Listed = FileEntry & { key: string };

export function FileList({ files }: { files: readonly FileEntry[] }) {
  const rows = files.filter((file): file is Listed => file.key !== null);
  if (rows.length === 0) {
    return (
      <p className={styles.error} role="status">
        It would take no file. Look at the prefix, the filter, and whether folders below are meant too.
      </p>
    );
  }
  return (
    <section className={styles.form} aria-label="Files">
      <p className={styles.note} role="status">
        {rows.length < files.length ? `The first ${count(rows.length)} files` : `${count(rows.length)} files`}
      </p>
      <div className={styles.scroll}>
        <Table
          label="Files that it would take"
          rows={rows}
          rowKey={({ key }) => key}
          columns={[
            { id: 'key', header: 'File', render: ({ key }) => <bdi className={styles.key}>{key}</bdi> },
            {
              id: 'size',
              header: 'Size',
              align: 'end',
              width: 96,
              render: ({ size }) => (size === null ? '' : sizeOf(size)),
            },
            {
              id: 'modified',
              header: 'Changed',
              align: 'end',
              width: 140,
              render: ({ last_modified }) => (last_modified ? <RelativeTime value={last_modified} /> : ''),
            },
          ]}
        />
      </div>
    </section>
  );
}
