/** A place to drop files. */
import type { ReactNode } from 'react';
import { Button as AriaButton, DropZone as AriaDropZone, FileTrigger } from 'react-aria-components';
import { Upload } from '../icons';
import styles from './layout.module.css';

export interface DropZoneProps {
  label: string;
  /** Extensions with dots, as the file dialog offers them. */
  accept?: string[];
  onFiles: (files: File[]) => void;
  children?: ReactNode;
}

/** Files by drag and drop, by paste, or by dialog. */
export function DropZone({ label, accept, onFiles, children }: DropZoneProps) {
  return (
    <AriaDropZone
      className={styles.drop ?? ''}
      aria-label={label}
      onDrop={(event) => {
        const files = event.items.filter((item) => item.kind === 'file').map((item) => item.getFile());
        void Promise.all(files).then((dropped) => dropped.length > 0 && onFiles(dropped));
      }}
    >
      <FileTrigger
        allowsMultiple
        {...(accept ? { acceptedFileTypes: accept } : {})}
        onSelect={(files) => files && onFiles([...files])}
      >
        <AriaButton className={styles.dropButton ?? ''}>
          <Upload size={24} aria-hidden="true" />
          {children}
        </AriaButton>
      </FileTrigger>
    </AriaDropZone>
  );
}
