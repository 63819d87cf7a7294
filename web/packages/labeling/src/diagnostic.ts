/** What is wrong with a configuration, and where. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable name of the rule: `xml`, `duplicate-name`, `unknown-tag`, … */
  readonly code: string;
  /** What is wrong and what to do. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 offsets for the editor's underline; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}
