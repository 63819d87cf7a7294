/** The editor as it will be, on a sample task. Nothing is saved here. */
import { Spinner } from '@labelkeep/kit';
import { lazy, Suspense, useDeferredValue, useMemo, useRef } from 'react';
import styles from './config.module.css';
import { sampleData } from './language';

const Editor = lazy(async () => ({ default: (await import('@labelkeep/editor')).Editor }));

export function Preview({
  config,
  sample,
  isBroken,
  isOwn = false,
}: {
  config: string;
  sample?: Record<string, unknown> | undefined;
  isBroken: boolean;
  /** The data is the person's own. */
  isOwn?: boolean;
}) {
  const latest = useDeferredValue(config);
  // While the text is being typed it is often broken; the last whole one stays on screen.
  const shown = useRef(latest);
  if (!isBroken) shown.current = latest;
  // Compared by content: a parent that draws again makes a new object of the same data.
  const own = JSON.stringify(sample ?? {});
  const task = useMemo(
    () => ({ id: 'preview', data: { ...sampleData(shown.current), ...(JSON.parse(own) as object) } }),
    [shown.current, own],
  );
  return (
    <>
      <p className={styles.note}>
        {isBroken
          ? 'Preview of the last configuration without errors'
          : isOwn
            ? 'Preview with your first task: try it, nothing is saved'
            : 'Preview with sample data: try it, nothing is saved'}
      </p>
      <div className={styles.stage} data-broken={isBroken || undefined}>
        <Suspense fallback={<Spinner label="Loading the preview" />}>
          <Editor config={shown.current} task={task} mode="preview" />
        </Suspense>
      </div>
    </>
  );
}
