/** The labeling setup: the XML with completion and errors by line, and beside it the editor as it will be. */

import { CodeEditor } from '@labelkeep/kit';
import { validate } from '@labelkeep/labeling';
import { useMemo } from 'react';
import styles from './config.module.css';
import { completions, diagnosticsOf } from './language';
import { Preview } from './Preview';

export function ConfigEditor({
  value,
  onChange,
  sample,
  serverErrors = [],
}: {
  value: string;
  onChange: (value: string) => void;
  /** Data of a task to show; made up from the configuration when it is not given. */
  sample?: Record<string, unknown> | undefined;
  /** What the server said of the last attempt to save. */
  serverErrors?: string[];
}) {
  const diagnostics = useMemo(() => diagnosticsOf(validate(value)), [value]);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return (
    <div className={styles.split}>
      <section className={styles.code} aria-label="Configuration">
        <CodeEditor
          label="Labeling configuration, XML"
          value={value}
          onChange={onChange}
          diagnostics={diagnostics}
          complete={completions}
          minHeight={240}
        />
        <ul className={styles.problems} aria-live="polite">
          {serverErrors.map((message) => (
            <li key={message} data-severity="error">
              {message}
            </li>
          ))}
          {diagnostics.slice(0, 8).map((diagnostic) => (
            <li
              key={`${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`}
              data-severity={diagnostic.severity}
            >
              <span className={styles.place}>
                {diagnostic.line}:{diagnostic.column}
              </span>
              {diagnostic.message}
            </li>
          ))}
        </ul>
      </section>
      <section className={styles.preview} aria-label="Preview">
        <Preview config={value} sample={sample} isBroken={errors.length > 0} />
      </section>
    </div>
  );
}
