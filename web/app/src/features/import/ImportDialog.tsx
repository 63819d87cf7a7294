/** Import into a project: pick, watch, and see what came in or what was wrong. */
import { AlertTriangle, Button, Check, Dialog, Progress } from '@labelkeep/kit';
import { useRef, useState } from 'react';
import { messagesOf } from '../../shared/errors';
import { counted } from '../../shared/numbers';
import { ImportPanel, type ImportSummary, type Picked, send } from './ImportPanel';
import styles from './import.module.css';

type State =
  | { kind: 'picking'; errors: string[] }
  | { kind: 'sending'; text: string; part: number }
  | { kind: 'done'; summary: ImportSummary };

export function ImportDialog({
  project,
  isOpen,
  onClose,
  onImported,
}: {
  project: number;
  isOpen: boolean;
  onClose: () => void;
  onImported: () => void;
}) {
  const [picked, setPicked] = useState<Picked[]>([]);
  const [state, setState] = useState<State>({ kind: 'picking', errors: [] });
  const cancel = useRef<AbortController>(undefined);

  const close = () => {
    cancel.current?.abort();
    setPicked([]);
    setState({ kind: 'picking', errors: [] });
    onClose();
  };
  const start = async () => {
    cancel.current = new AbortController();
    try {
      const summary = await send(
        project,
        picked,
        (text, part) => setState({ kind: 'sending', text, part }),
        cancel.current.signal,
      );
      setPicked([]);
      setState({ kind: 'done', summary });
      onImported();
    } catch (error) {
      if (cancel.current.signal.aborted) setState({ kind: 'picking', errors: ['The import was cancelled.'] });
      else setState({ kind: 'picking', errors: messagesOf(error) });
      onImported();
    }
  };

  const footer =
    state.kind === 'picking' ? (
      <>
        <Button variant="quiet" onPress={close}>
          Cancel
        </Button>
        <Button variant="primary" isDisabled={picked.length === 0} onPress={() => void start()}>
          {picked.length === 0 ? 'Import' : `Import ${counted(picked.length, 'item')}`}
        </Button>
      </>
    ) : state.kind === 'sending' ? (
      <Button onPress={() => cancel.current?.abort()}>Cancel the import</Button>
    ) : (
      <>
        <Button onPress={() => setState({ kind: 'picking', errors: [] })}>Import more</Button>
        <Button variant="primary" onPress={close}>
          See the tasks
        </Button>
      </>
    );

  return (
    <Dialog title="Import data" isOpen={isOpen} onClose={close} size="large" footer={footer}>
      {state.kind === 'picking' && (
        <>
          {state.errors.length > 0 && (
            <div role="alert" className={styles.errors}>
              <strong>
                <AlertTriangle size={16} /> Nothing of this file came in
              </strong>
              <ul>
                {state.errors.slice(0, 20).map((error, index) => (
                  <li key={index}>{error}</li>
                ))}
              </ul>
              {state.errors.length > 20 && <p>and {state.errors.length - 20} more</p>}
            </div>
          )}
          <ImportPanel picked={picked} onChange={setPicked} />
        </>
      )}
      {state.kind === 'sending' && (
        <Progress label={state.text} value={state.part} max={1} detail={`${Math.round(state.part * 100)} %`} />
      )}
      {state.kind === 'done' && <Summary summary={state.summary} />}
    </Dialog>
  );
}

function Summary({ summary }: { summary: ImportSummary }) {
  const parts = [
    counted(summary.task_count, 'task'),
    ...(summary.annotation_count ? [counted(summary.annotation_count, 'annotation')] : []),
    ...(summary.prediction_count ? [counted(summary.prediction_count, 'prediction')] : []),
  ];
  return (
    <div className={styles.done}>
      <p>
        <Check size={16} /> {parts.join(', ')} came in.
      </p>
      {(summary.warnings ?? []).length > 0 && (
        <details>
          <summary>Kept, but not part of the labeling setup</summary>
          <ul>
            {summary.warnings?.map((warning) => (
              <li key={warning.text}>
                {warning.text} ({warning.count})
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
