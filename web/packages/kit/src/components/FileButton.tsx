/** A button that opens the browser's file dialog for one file. */
import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Upload } from '../icons';
import { Button } from './Button';

export interface FileButtonProps {
  /** Extensions with dots, as the file dialog offers them. */
  accept?: string[];
  isPending?: boolean;
  onFile: (file: File) => void;
  children?: ReactNode;
}

export function FileButton({ accept, isPending = false, onFile, children }: FileButtonProps) {
  return (
    <FileTrigger
      {...(accept ? { acceptedFileTypes: accept } : {})}
      onSelect={(files) => {
        const [file] = files ?? [];
        if (file) onFile(file);
      }}
    >
      <Button icon={<Upload size={16} />} isPending={isPending}>
        {children}
      </Button>
    </FileTrigger>
  );
}
