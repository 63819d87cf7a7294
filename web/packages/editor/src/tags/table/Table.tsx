/** Table: values of the task by name, or rows of a list. Long tables are drawn by the screenful. */
import { useEffect, useMemo, useState } from 'react';
import type { TagPanelProps } from '../../core/tag';
import { safeUrl } from '../../core/urls';
import { cellText, numberColumns, tableOf } from './rows';
import styles from './table.module.css';

/** Rows that are drawn at first, and with each further press. */
const STEP = 200;

export function Table({ editor, node }: TagPanelProps) {
  const written = editor.valueOf(node);
  const address =
    node.oneOf('valueType', ['json', 'url'], 'json') === 'url' && typeof written === 'string' ? written : '';
  const [loaded, setLoaded] = useState<{ value?: unknown; error?: string } | null>(null);
  const [shown, setShown] = useState(STEP);
  useEffect(() => {
    if (address === '') return;
    const abort = new AbortController();
    setLoaded(null);
    load(safeUrl(editor.resolveUrl(address, node)), abort.signal).then(
      (value) => setLoaded({ value }),
      (error: unknown) => {
        if (!abort.signal.aborted)
          setLoaded({
            error: `The table could not be loaded from ${address}: ${error instanceof Error ? error.message : error}`,
          });
      },
    );
    return () => abort.abort();
  }, [editor, node, address]);
  const value = address === '' ? written : loaded?.value;
  const { columns, rows, numbers } = useMemo(() => {
    const table = tableOf(value);
    return { ...table, numbers: numberColumns(table) };
  }, [value]);
  if (loaded?.error) {
    return (
      <p className={styles['error']} role="alert">
        {loaded.error}
      </p>
    );
  }
  if (address !== '' && !loaded) return <div className={styles['waiting']} aria-busy="true" />;
  if (rows.length === 0) return <p className={styles['empty']}>The task has no rows for this table.</p>;
  const rest = rows.length - shown;
  return (
    <div className={styles['frame']} data-object={node.name}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key. */}
      <section className={styles['scroller']} tabIndex={0} aria-label={`Table ${node.name}`}>
        <table className={styles['table']}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={numbers[columns.indexOf(column)] ? styles['number'] : undefined}
                >
                  <bdi>{column}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, index) => (
              <tr key={index}>
                {row.map((cell, at) => (
                  <td key={columns[at] ?? at} className={numbers[at] ? styles['number'] : undefined} dir="auto">
                    {cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rest > 0 && (
        <button type="button" className={styles['more']} onClick={() => setShown(shown + STEP)}>
          Show {Math.min(STEP, rest).toLocaleString()} more of {rows.length.toLocaleString()} rows
        </button>
      )}
    </div>
  );
}

async function load(url: string | null, signal: AbortSignal): Promise<unknown> {
  if (url === null) throw new Error('this address is not allowed');
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}
