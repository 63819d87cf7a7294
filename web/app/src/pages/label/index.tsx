/** Labeling: one task opened from the list, or the stream of tasks one after the other. */
import { ApiError, api, type Project, type Task, type TaskQuery } from '@labelkeep/api';
import type {
  EditorAnnotation,
  EditorDraft,
  EditorHandle,
  EditorOptions,
  EditorPrediction,
  SavePayload,
} from '@labelkeep/editor';
import { Editor } from '@labelkeep/editor';
import { Button, Check, ChevronLeft, EmptyState, LinkButton, Mark, Spinner, toast } from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { isMissing, messageOf } from '../../shared/errors';
import { AppLink, useGo } from '../../shared/navigation';
import { counted } from '../../shared/numbers';
import { projectQuery } from '../../shared/queries';
import { useTitle } from '../../shared/title';
import { ThemeToggle } from '../../shell/ThemeToggle';
import { BesideBar } from './BesideBar';
import { editorExtras, placeInAddress } from './extras';
import { type Me, meQuery, takeFirst, taskAddress } from './first';
import { isLeaving, jsonBlob } from './json-blob';
import styles from './label.module.css';
import { Outbox, type OutboxState } from './outbox';
import { displayedIn, type Next, Stream } from './stream';

export { openLabelPage } from './first';
export { displayedIn } from './stream';

type Shown = Next | { kind: 'loading' } | { kind: 'failed'; error: unknown };

/** What a page does for the editor that stands beside its list. */
export interface Beside {
  onStep: (direction: 'next' | 'previous') => void;
  onClose: () => void;
  /** The task has another annotation, or another state of one. */
  onSaved: (task: number) => void;
  /** Gives the task the whole window. */
  onExpand: () => void;
}

export function LabelPage({
  project: projectId,
  task: taskId,
  query,
  beside,
}: {
  project: number;
  task: number | undefined;
  /** Which tasks the stream goes through, and in which order, as the address has it. */
  query?: unknown;
  /** Stands beside a list, and not in the whole window. */
  beside?: Beside;
}) {
  const me = useQuery(meQuery);
  const project = useQuery(projectQuery(projectId));
  if (project.isError) {
    return (
      <EmptyState
        title="This project cannot be shown"
        actions={<LinkButton href="/projects/">All projects</LinkButton>}
      >
        {isMissing(project.error)
          ? 'It may have been deleted, or it belongs to another organization.'
          : messageOf(project.error)}
      </EmptyState>
    );
  }
  if (!me.data || !project.data) return <Spinner label="Loading the editor" />;
  // From task to task the editor stays in the page.
  const kind = taskId === undefined ? 'stream' : 'task';
  const displayed = taskId === undefined ? displayedIn(query) : undefined;
  return (
    <Labeling
      key={`${projectId}/${kind}/${JSON.stringify(displayed)}`}
      me={me.data}
      project={project.data}
      taskId={taskId}
      displayed={displayed}
      beside={beside}
    />
  );
}

function Labeling({
  me,
  project,
  taskId,
  displayed,
  beside,
}: {
  me: Me;
  project: Project;
  taskId: number | undefined;
  displayed: TaskQuery | undefined;
  beside: Beside | undefined;
}) {
  const go = useGo();
  const queries = useQueryClient();
  const isStream = taskId === undefined;
  const editor = useRef<EditorHandle>(null);
  const outbox = useMemo(() => new Outbox(me.id), [me.id]);
  // Another stream is another component: what it displays is that of the start.
  const [shownOnly] = useState(displayed);
  const stream = useMemo(
    () => new Stream(project.id, (next) => editor.current?.prefetch(next as never), shownOnly),
    [project.id, shownOnly],
  );
  const [saves, setSaves] = useState<OutboxState>({ waiting: 0, refused: [], online: true });
  const [first] = useState(() => takeFirst(project.id, taskId));
  const [shown, setShown] = useState<Shown>(first ?? { kind: 'loading' });
  /** The task that was asked for last: what was asked before and comes later is not shown. */
  const wanted = useRef(taskId);
  const [visited, setVisited] = useState<number[]>(isStream && first?.kind === 'task' ? [first.task.id] : []);

  useEffect(() => outbox.subscribe(setSaves), [outbox]);
  useEffect(() => () => outbox.close(), [outbox]);

  const open = useCallback(
    async (id: number) => {
      wanted.current = id;
      try {
        const task = await api.get<Task>(taskAddress(id));
        if (wanted.current !== id) return;
        // An address with the wrong project leads to the right one.
        if (task.project !== project.id) go(`/projects/${task.project}/data?task=${id}`);
        else setShown({ kind: 'task', task });
      } catch (error) {
        if (wanted.current === id) setShown({ kind: 'failed', error });
      }
    },
    [project.id, go],
  );
  /** Shows the task as it is now, unless the person has gone on to another one. */
  const reopen = async (id: number) => {
    if (wanted.current === id) await open(id);
  };
  const advance = useCallback(
    async (current?: number, isBackground = false) => {
      try {
        const next = await stream.next(current, isBackground);
        wanted.current = next.kind === 'task' ? next.task.id : undefined;
        setShown(next);
        if (next.kind === 'task') setVisited((ids) => [...ids.filter((id) => id !== next.task.id), next.task.id]);
      } catch (error) {
        setShown({ kind: 'failed', error });
      }
    },
    [stream],
  );

  // Before the page is painted: what came with the address is shown in the first frame.
  const given = useRef(first);
  useLayoutEffect(() => {
    const answer = given.current ?? takeFirst(project.id, taskId);
    given.current = undefined;
    setShown(answer ?? { kind: 'loading' });
    wanted.current = answer?.kind === 'task' ? answer.task.id : taskId;
    if (!answer) void (taskId === undefined ? advance() : open(taskId));
    else if (taskId === undefined && answer.kind === 'task') stream.begin(answer.task.id);
  }, [project.id, stream, taskId, advance, open]);

  // Out of tasks without a network: go on by itself when it is back.
  useEffect(() => {
    if (shown.kind !== 'offline') return;
    const again = () => void advance();
    const timer = setInterval(() => void advance(undefined, true), 5_000);
    window.addEventListener('online', again);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', again);
    };
  }, [shown.kind, advance]);

  const task = shown.kind === 'task' ? shown.task : undefined;
  useTitle(task ? `Task ${task.id}` : 'Labeling', project.title);
  const position = task ? visited.indexOf(task.id) : -1;

  const save = async (method: 'POST' | 'PATCH', path: string, payload: SavePayload, extra: object = {}) => {
    if (!task) return undefined;
    const body = {
      result: payload.result,
      lead_time: payload.lead_time,
      draft_id: payload.draft_id,
      parent_prediction: payload.parent_prediction,
      parent_annotation: payload.parent_annotation,
      started_at: payload.started_at,
      ...extra,
    };
    const { kept, delivered } = outbox.put({
      id: payload.operationId,
      project: project.id,
      task: task.id,
      method,
      path,
      body,
    });
    if (isStream) {
      const { id } = task;
      stream.answer(id);
      void delivered.then(() => stream.delivered(id)).catch(() => undefined);
      // The next task is drawn while this one is written to disk; the editor's own copy stays until it is.
      await Promise.all([advance(id), kept]);
      return undefined;
    }
    const answer = (await delivered) as EditorAnnotation;
    beside?.onSaved(task.id);
    await queries.invalidateQueries({ queryKey: ['project', project.id] });
    await reopen(task.id);
    return answer;
  };

  const callbacks: Pick<
    EditorOptions,
    'onSubmit' | 'onUpdate' | 'onSkip' | 'onUnskip' | 'onDraft' | 'onDeleteAnnotation' | 'onNavigate' | 'onExit'
  > = {
    onSubmit: (payload) => save('POST', `/api/tasks/${task?.id}/annotations/`, payload),
    onUpdate: (id, payload) => save('PATCH', `/api/annotations/${id}/`, payload, { was_cancelled: false }),
    onSkip: (payload) =>
      payload.annotation_id === null
        ? save('POST', `/api/tasks/${task?.id}/annotations/`, payload, { was_cancelled: true })
        : save('PATCH', `/api/annotations/${payload.annotation_id}/`, payload, { was_cancelled: true }),
    onUnskip: (id, payload) => save('PATCH', `/api/annotations/${id}/`, payload, { was_cancelled: false }),
    onDraft: async (payload) => {
      if (!task) return null;
      const body = {
        result: payload.result,
        lead_time: payload.lead_time,
        ...(payload.postponed ? { was_postponed: true } : {}),
      };
      const headers = { 'Idempotency-Key': payload.operationId };
      const sent = isLeaving() ? body : await jsonBlob(body);
      if (payload.draft_id !== null) {
        const draft = await api.send<EditorDraft>('PATCH', `/api/drafts/${payload.draft_id}/`, sent, { headers });
        return draft.id;
      }
      const path =
        payload.annotation_id === null
          ? `/api/tasks/${task.id}/drafts`
          : `/api/tasks/${task.id}/annotations/${payload.annotation_id}/drafts`;
      const draft = await api.send<EditorDraft>('POST', path, sent, { headers });
      return draft.id;
    },
    onDeleteAnnotation: async (id) => {
      await api.delete(`/api/annotations/${id}/`);
      if (task) beside?.onSaved(task.id);
      if (task) await reopen(task.id);
    },
    onExit: () => (beside ? beside.onClose() : go(`/projects/${project.id}/data`)),
    onNavigate: (direction) => {
      void editor.current?.flush();
      if (beside) {
        beside.onStep(direction);
        return;
      }
      const place = position + (direction === 'next' ? 1 : -1);
      const other = visited[place];
      if (other !== undefined) void open(other);
      else if (direction === 'next' && isStream) void advance(task?.id);
      else if (!isStream && task)
        void neighbour(project.id, task.id, direction).then(
          (id) => id && go(`/projects/${project.id}/data?task=${id}`),
        );
    },
  };

  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        {beside ? (
          <BesideBar task={taskId} beside={beside} />
        ) : (
          <>
            <AppLink href="/projects/" className={styles.mark}>
              <Mark size={20} />
              <span className={styles.hidden}>All projects</span>
            </AppLink>
            <AppLink href={`/projects/${project.id}/data`} className={styles.back}>
              <ChevronLeft size={16} />
              <bdi>{project.title || 'Untitled project'}</bdi>
            </AppLink>
          </>
        )}
        <SaveState state={saves} discard={(id) => void outbox.discard(id)} />
        {!beside && <ThemeToggle />}
      </header>
      <div className={styles.stage}>
        {shown.kind === 'loading' && <Spinner label="Loading the task" />}
        {shown.kind === 'done' && (
          <EmptyState
            icon={<Check size={32} />}
            title="Nothing left to label"
            actions={
              <Button variant="primary" onPress={() => go(`/projects/${project.id}/data`)}>
                See the tasks
              </Button>
            }
          >
            {shownOnly
              ? 'Every one of the tasks that were displayed has its annotations, or is not meant for you.'
              : 'Every task that is meant for you has its annotations.'}
            {saves.waiting > 0 && ` ${counted(saves.waiting, 'save')} still on the way to the server.`}
          </EmptyState>
        )}
        {shown.kind === 'offline' && (
          <EmptyState title="No connection">
            Your work is safe on this computer: {counted(saves.waiting, 'save')} will be sent when the connection is
            back, and the next task opens by itself.
          </EmptyState>
        )}
        {shown.kind === 'failed' && (
          <EmptyState
            title="This task cannot be shown"
            actions={
              <>
                <Button onPress={() => (taskId === undefined ? void advance() : void open(taskId))}>Try again</Button>
                <LinkButton href={`/projects/${project.id}/data`}>See the tasks</LinkButton>
              </>
            }
          >
            {isMissing(shown.error) ? 'It may have been deleted since this address was kept.' : messageOf(shown.error)}
          </EmptyState>
        )}
        {task && (
          <Editor
            handle={editor}
            config={project.label_config}
            task={task as never}
            annotations={(task.annotations ?? []) as unknown as EditorAnnotation[]}
            predictions={
              (project.show_collab_predictions === false
                ? []
                : (task.predictions ?? [])) as unknown as EditorPrediction[]
            }
            drafts={ownDrafts(task, me)}
            user={{ ...me }}
            projectSettings={{
              id: project.id,
              show_skip_button: project.show_skip_button && (task as { allow_skip?: boolean }).allow_skip !== false,
              enable_empty_annotation: project.enable_empty_annotation,
              show_instruction: project.show_instruction && isStream && visited.length <= 1,
              expert_instruction: project.expert_instruction,
              show_collab_predictions: project.show_collab_predictions,
            }}
            mode={isStream ? 'stream' : 'quick'}
            history={{
              canBack: isStream ? position > 0 : true,
              canForward: isStream ? position >= 0 && position < visited.length - 1 : true,
              ...(isStream && !shownOnly
                ? { position: project.queue_done + position + 1, total: project.queue_total }
                : {}),
            }}
            customHotkeys={me.custom_hotkeys as never}
            {...placeInAddress()}
            {...nonce()}
            {...callbacks}
            {...editorExtras(project, task, queries)}
          />
        )}
      </div>
    </div>
  );
}

/** Drafts are e-mail addresses on the wire; only one's own are offered. */
function ownDrafts(task: Task, me: Me): EditorDraft[] {
  const drafts = (task.drafts ?? []) as unknown as (EditorDraft & { user?: string })[];
  return drafts.filter((draft) => draft.user === me.email);
}

function nonce(): { nonce?: string } {
  const value = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
  return value ? { nonce: value } : {};
}

/** The task before or behind this one in the list. */
async function neighbour(project: number, task: number, direction: 'next' | 'previous'): Promise<number | undefined> {
  try {
    const answer = await api.get<{ id: number | null }>(`/api/projects/${project}/neighbour/`, { task, direction });
    return answer.id ?? undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) toast.error(messageOf(error));
    return undefined;
  }
}

function SaveState({ state, discard }: { state: OutboxState; discard: (id: string) => void }) {
  const [refused] = state.refused;
  return (
    <div className={styles.saves} role="status">
      {refused && (
        <span className={styles.refused}>
          Task {refused.task} was not saved: {refused.refused}
          <AppLink href={`/projects/${refused.project}/data?task=${refused.task}`}>Open it</AppLink>
          <Button size="small" variant="quiet" onPress={() => discard(refused.id)}>
            Dismiss
          </Button>
        </span>
      )}
      {state.waiting > 0 && (
        <span data-offline={!state.online || undefined}>
          {state.online ? 'Saving' : 'No connection. Kept on this computer:'} {counted(state.waiting, 'annotation')}
        </span>
      )}
    </div>
  );
}
