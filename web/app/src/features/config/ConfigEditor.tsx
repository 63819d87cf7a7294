/** The labeling setup: the XML with completion and errors by line, and beside it the editor as it will be. */
import { Button, CodeEditor } from '@labelkeep/kit';
import { fieldOf, parseConfig, validate } from '@labelkeep/labeling';
import { type ReactNode, useMemo } from 'react';
import type { Peek } from '../import/peek';
import styles from './config.module.css';
import { type CodeDiagnostic, completions, diagnosticsOf } from './language';
import { Preview } from './Preview';

/** Offers that stand beside a problem at most. */
const OFFERS = 5;

export function ConfigEditor({
  value,
  onChange,
  sample,
  data,
  serverErrors = [],
  notes,
}: {
  value: string;
  onChange: (value: string) => void;
  /** Data of a task to show; made up from the configuration when it is not given. */
  sample?: Record<string, unknown> | undefined;
  /** The person's own data: shown instead, and compared with what the setup reads. */
  data?: Peek | undefined;
  /** What the server said of the last attempt to save. */
  serverErrors?: string[];
  /** More to say below the code. */
  notes?: ReactNode;
}) {
  const diagnostics = useMemo(() => diagnosticsOf(validate(value)), [value]);
  const isBroken = hasErrors(diagnostics);
  const fields = useMemo(() => fieldsOf(value), [value]);
  const own = useMemo(() => ownData(data, fields), [data, fields]);
  const missing = data?.kind === 'row' ? fields.filter((field) => !Object.hasOwn(data.row, field)) : [];
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
              <span className={styles.place}>Line {diagnostic.line}</span>
              {diagnostic.message}
            </li>
          ))}
          {missing.map((field) => (
            <li key={field} data-severity="warning">
              The data has no <code>{field}</code>.
              {data?.kind === 'row' && (
                <span className={styles.fixes}>
                  {Object.keys(data.row)
                    .filter((key) => /^\w+$/.test(key))
                    .slice(0, OFFERS)
                    .map((key) => (
                      <Button key={key} size="small" onPress={() => onChange(renamed(value, field, key))}>
                        {`Read ${key} instead`}
                      </Button>
                    ))}
                </span>
              )}
            </li>
          ))}
        </ul>
        {notes}
      </section>
      <section className={styles.preview} aria-label="Preview">
        <Preview
          config={value}
          sample={{ ...sample, ...own }}
          isBroken={isBroken}
          isOwn={own !== undefined && missing.length === 0}
        />
      </section>
    </div>
  );
}

/** Whether a configuration can be saved. */
export function hasErrors(diagnostics: readonly CodeDiagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** Fields of a task that a configuration reads. */
function fieldsOf(xml: string): string[] {
  const fields = new Set<string>();
  for (const node of parseConfig(xml).objects) {
    for (const name of ['value', 'valueList', 'valueUrl']) {
      const field = fieldOf(node.get(name) ?? '');
      if (field) fields.add(field);
    }
  }
  return [...fields];
}

/** The person's data under the fields that the configuration reads. */
function ownData(data: Peek | undefined, fields: readonly string[]): Record<string, unknown> | undefined {
  if (data?.kind === 'row') return data.row;
  const [only] = fields;
  return data && only !== undefined && fields.length === 1 ? { [only]: data.value } : undefined;
}

/** Reads another field: `$image` becomes `$url`. */
function renamed(xml: string, from: string, to: string): string {
  return xml.replace(new RegExp(`\\$${from}(?!\\w)`, 'g'), () => `$${to}`);
}
