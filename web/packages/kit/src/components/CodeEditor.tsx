/** The code editor, fetched when it is first needed. */
import { lazy, Suspense } from 'react';
import { Spinner } from './small';

export interface CodeDiagnostic {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  severity: 'error' | 'warning';
  message: string;
}

export interface CodeCompletion {
  label: string;
  /** What is put in; the label when not given. */
  insert?: string;
  info?: string;
}

export interface CodeEditorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  diagnostics: CodeDiagnostic[];
  /** What may stand at a place; `from` is where the replaced word begins. */
  complete?: (text: string, offset: number) => { from: number; items: CodeCompletion[] };
  /** Pixels. */
  minHeight?: number;
}

const Mirror = lazy(() => import('./CodeMirror'));

export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Spinner label="Loading the code editor" />}>
      <Mirror {...props} />
    </Suspense>
  );
}
