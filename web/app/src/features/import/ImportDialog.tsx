/** Import into a project: pick, watch, and see what came in or what was wrong. */
import { ApiError, api, type Project } from '@labelkeep/api';
import { AlertTriangle, Button, Check, Dialog, Progress as ProgressBar, toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { messagesOf } from '../../shared/errors';
import { bytes, count, counted } from '../../shared/numbers';
import { Rate, timeLeft } from '../../shared/rate';
import { ImportPanel } from './ImportPanel';
import styles from './import.module.css';
import { type ImportSummary, type Picked, type Progress, Refused, send, takeOver } from './send';

type State =
  | { kind: 'picking'; problem?: Problem }
  | { kind: 'sending'; progress: Progress; rate: number }
  | { kind: 'done'; summary: ImportSummary };

interface Problem {
  title: string;
  lines: string[];
  /** What came in before. */
  before: number;
}

/** Lines of a refused file that are listed. */
const LISTED = 20;

export function ImportDialog({
  project,
  isOpen,
  onOpen,
  onClose,
  onImported,
}: {
  project: number;
  isOpen: boolean;
  /** Files that were picked before the project was made want to be imported. */
  onOpen: () => void;
  onClose: () => void;
  /** Tasks came in. */
  onImported: () => void;
}) {
  const [picked, setPicked] = useState<Picked[]>([]);
  const [format, setFormat] = useState('tasks');
  const [state, setState] = useState<State>({ kind: 'picking' });
  const cancel = useRef<AbortController>(undefined);
  /** The import that nobody looks at any more. */
  const left = useRef<AbortController>(undefined);

  const close = () => {
    cancel.current?.abort();
    setPicked([]);
    setFormat('tasks');
    setState({ kind: 'picking' });
    onClose();
  };
  /** The server reads on by itself, and the bell tells when it is done. */
  const leave = () => {
    left.current = cancel.current;
    setPicked([]);
    setState({ kind: 'picking' });
    onClose();
  };
  const start = async (files: Picked[]) => {
    const abort = new AbortController();
    cancel.current = abort;
    const rate = new Rate();
    setState({ kind: 'sending', progress: { phase: 'sending', name: '', done: 0, total: 0 }, rate: 0 });
    try {
      const tell = (progress: Progress) => {
        if (left.current !== abort) setState({ kind: 'sending', progress, rate: rate.note(progress.done) });
      };
      const summary = await send(project, files, tell, abort.signal, format);
      onImported();
      if (left.current === abort) return;
      setPicked([]);
      setState({ kind: 'done', summary });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (left.current === abort) {
        toast.error(`${problemOf(error, false).title}: ${messagesOf(error.cause)[0] ?? ''}`);
        return;
      }
      setPicked(error.rest);
      setState({ kind: 'picking', problem: problemOf(error, abort.signal.aborted) });
      if (error.before.task_count > 0) onImported();
    }
  };
  const first = useRef({ start, onOpen });
  first.current = { start, onOpen };
  useEffect(() => {
    const files = takeOver(project);
    if (files.length === 0) return;
    setPicked(files);
    first.current.onOpen();
    void first.current.start(files);
  }, [project]);

  const isAlone = state.kind === 'sending' && state.progress.phase === 'reading' && state.progress.isAlone;
  const footer =
    state.kind === 'picking' ? (
      <>
        <Button variant="quiet" onPress={close}>
          Cancel
        </Button>
        <Button variant="primary" isDisabled={picked.length === 0} onPress={() => void start(picked)}>
          {picked.length === 0 ? 'Import' : `Import ${counted(picked.length, 'item')}`}
        </Button>
      </>
    ) : state.kind === 'sending' ? (
      <>
        <Button onPress={() => cancel.current?.abort()}>Cancel the import</Button>
        {isAlone && (
          <Button variant="primary" onPress={leave}>
            Go on in the background
          </Button>
        )}
      </>
    ) : (
      <>
        <Button onPress={() => setState({ kind: 'picking' })}>Import more</Button>
        <Button variant="primary" onPress={close}>
          See the tasks
        </Button>
      </>
    );

  return (
    <Dialog
      title="Import data"
      isOpen={isOpen}
      onClose={close}
      size="large"
      footer={footer}
      isKept={state.kind === 'sending'}
    >
      {state.kind === 'picking' && (
        <>
          {state.problem && <Refusal problem={state.problem} />}
          <ImportPanel picked={picked} onChange={setPicked} format={format} onFormat={setFormat} />
        </>
      )}
      {state.kind === 'sending' && <Running progress={state.progress} rate={state.rate} />}
      {state.kind === 'done' && <Summary project={project} summary={state.summary} onChanged={onImported} />}
    </Dialog>
  );
}

function problemOf(error: Refused, isCancelled: boolean): Problem {
  const before = error.before.task_count;
  if (isCancelled) return { title: 'The import was cancelled', lines: [`Nothing of ${error.file} came in.`], before };
  const lines = messagesOf(error.cause);
  const unreachable = error.cause instanceof ApiError && error.cause.status === 0;
  return { title: unreachable ? 'The import broke off' : `Nothing of ${error.file} came in`, lines, before };
}

function Refusal({ problem }: { problem: Problem }) {
  const more = problem.lines.length - LISTED;
  return (
    <div role="alert" className={styles.errors}>
      <strong>
        <AlertTriangle size={16} /> <bdi>{problem.title}</bdi>
      </strong>
      <ul>
        {problem.lines.slice(0, LISTED).map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
      {more > 0 && <p>and {count(more)} more</p>}
      {problem.before > 0 && <p>{counted(problem.before, 'task')} of the files before it came in and stay.</p>}
    </div>
  );
}

function Running({ progress, rate }: { progress: Progress; rate: number }) {
  if (progress.phase === 'reading') {
    const speed = rate > 0 ? `, ${count(Math.round(rate))} a second` : '';
    const left =
      rate > 0 && progress.total > progress.done ? `, ${timeLeft((progress.total - progress.done) / rate)}` : '';
    return (
      <ProgressBar
        label={`Reading ${progress.name}`}
        {...(progress.total > 0 ? { value: Math.min(progress.done, progress.total), max: progress.total } : {})}
        detail={progress.done > 0 ? `${counted(progress.done, 'task')}${speed}${left}` : ''}
      />
    );
  }
  const speed = rate > 0 ? `, ${bytes(rate)} a second` : '';
  return (
    <ProgressBar
      label={`Sending ${progress.name}`}
      value={progress.done}
      max={Math.max(1, progress.total)}
      detail={`${bytes(progress.done)} of ${bytes(progress.total)}${speed}`}
    />
  );
}

function Summary({
  project,
  summary,
  onChanged,
}: {
  project: number;
  summary: ImportSummary;
  /** The project has another labeling setup now. */
  onChanged: () => void;
}) {
  const parts = [
    counted(summary.task_count, 'task'),
    ...(summary.annotation_count ? [counted(summary.annotation_count, 'annotation')] : []),
    ...(summary.prediction_count ? [counted(summary.prediction_count, 'prediction')] : []),
  ];
  return (
    <div className={styles.done} role="status">
      <p>
        <Check size={16} /> {parts.join(', ')} came in.
      </p>
      {summary.proposed_config && <Proposal project={project} config={summary.proposed_config} onChanged={onChanged} />}
      {(summary.warnings ?? []).length > 0 && (
        <details>
          <summary>Left out, or not part of the labeling setup</summary>
          <ul>
            {summary.warnings?.map((warning) => (
              <li key={warning.text}>
                {warning.text} ({count(warning.count)})
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** A project without a labeling setup can have that of the data set. */
function Proposal({ project, config, onChanged }: { project: number; config: string; onChanged: () => void }) {
  const queries = useQueryClient();
  const current = useQuery({
    queryKey: ['label-config', project],
    queryFn: () => api.get<Project>(`/api/projects/${project}/`),
  });
  const use = useMutation({
    mutationFn: () => api.patch<Project>(`/api/projects/${project}/`, { label_config: config }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onChanged();
    },
  });
  if (use.isSuccess) return <p>The labeling setup is that of the data set now.</p>;
  if (!current.data || !EMPTY.test(current.data.label_config)) return null;
  return (
    <div>
      <p>The project has no labeling setup yet. The data set brings one.</p>
      <pre className={styles.config}>{config}</pre>
      {use.isError && <p role="alert">{messagesOf(use.error).join(' ')}</p>}
      <Button variant="primary" isDisabled={use.isPending} onPress={() => use.mutate()}>
        Use this labeling setup
      </Button>
    </div>
  );
}

/** A labeling setup without anything in it. */
const EMPTY = /^\s*(<View\s*\/>|<View>\s*<\/View>)?\s*$/;
