/** A project's tasks: views of them, as a table or as cards, with one open beside; bring data in, label, act, take results out. */
import {
  ApiError,
  api,
  type ColumnsAnswer,
  type DataAction,
  type Job,
  type Person,
  type Project,
  type SelectedItems,
  type TaskQuery,
} from '@labelkeep/api';
import { Button, type DataTableHandle, EmptyState, Spinner, type TablePosition, Tag } from '@labelkeep/kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ExportDialog } from '../../features/export/ExportDialog';
import { ImportDialog } from '../../features/import/ImportDialog';
import { PublishHint } from '../../features/publish/PublishHint';
import { isMissing, messageOf } from '../../shared/errors';
import { mayIn } from '../../shared/me';
import { useGo } from '../../shared/navigation';
import { nameOf } from '../../shared/people';
import { projectQuery } from '../../shared/queries';
import { useTitle } from '../../shared/title';
import { useActions as useKeys } from '../../shell/actions';
import { JobTray } from './actions/JobTray';
import { SelectionBar, useActions } from './actions/SelectionBar';
import { useJobs } from './actions/use-jobs';
import { Counts } from './Counts';
import styles from './data.module.css';
import { indexOf, labelColors, readColumns } from './model/columns';
import { sentenceOf } from './model/filters';
import {
  add,
  EVERYTHING,
  isSelected,
  NOTHING,
  type Selection,
  sizeOf,
  stateOf,
  toggle,
  toWireSelection,
} from './model/selection';
import { queryOf, sliceInAddress, WHOLE } from './model/view';
import { ProjectHead } from './ProjectHead';
import { QuickView } from './quick/QuickView';
import { TaskArea } from './TaskArea';
import { type Panel, Toolbar } from './toolbar/Toolbar';
import { ViewSentence } from './toolbar/ViewSentence';
import { type ProjectEvents, useEventHandlers, useIsListening, useProjectEvents } from './use-events';
import { useTableColumns } from './use-table-columns';
import { useTaskList } from './use-task-list';
import { addressOfView, type DataSearch, useViewState } from './use-view-state';
import { useViews } from './use-views';
import { ViewTabs } from './views/ViewTabs';

export function DataManager({ project: id, search }: { project: number; search: DataSearch }) {
  const go = useGo();
  const events = useProjectEvents(id);
  const project = useQuery(projectQuery(id));
  const columns = useQuery({
    queryKey: ['columns', id],
    queryFn: () => api.get<ColumnsAnswer>('/api/dm/columns/', { project: id }),
    placeholderData: (previous) => previous,
  });
  const error = project.error ?? columns.error;
  if (error) {
    const isForbidden = error instanceof ApiError && error.status === 403;
    return (
      <EmptyState
        isPage
        title={isForbidden ? 'You may not see the tasks of this project' : 'This project cannot be shown'}
        actions={
          <>
            {!isForbidden && !isMissing(error) && (
              <Button onPress={() => void Promise.all([project.refetch(), columns.refetch()])}>Try again</Button>
            )}
            <Button onPress={() => go('/projects/')}>All projects</Button>
          </>
        }
      >
        {isMissing(error)
          ? 'It may have been deleted, or it belongs to another organization.'
          : isForbidden
            ? 'Somebody who manages the project can add you to it, or give you another role.'
            : messageOf(error)}
      </EmptyState>
    );
  }
  if (!project.data || !columns.data) return <Spinner label="Loading the project" />;
  return <Tasks project={project.data} answer={columns.data} search={search} events={events} />;
}

/** Ids of tasks that an address may hold. */
const IN_ADDRESS = 200;

/** Where the person was in the lists of this visit, by project and view. */
const positions = new Map<string, TablePosition>();

function positionOf(project: number, view: number | undefined): TablePosition {
  const key = `${project}/${view ?? ''}`;
  const known = positions.get(key) ?? { top: 0, active: 0 };
  positions.set(key, known);
  return known;
}

interface TasksProps {
  project: Project;
  answer: ColumnsAnswer;
  search: DataSearch;
  events: ProjectEvents;
}

function Tasks({ project, answer, search, events }: TasksProps) {
  const { id } = project;
  const go = useGo();
  const router = useRouter();
  const queries = useQueryClient();
  const list = useRef<DataTableHandle>(null);
  const [isImporting, setImporting] = useState(Boolean(search.import));
  const [isExporting, setExporting] = useState(Boolean(search.export));
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [panel, setPanel] = useState<{ open: Panel; seed?: string }>({ open: undefined });

  const columns = useMemo(() => readColumns(answer, project.label_config), [answer, project.label_config]);
  const index = useMemo(() => indexOf(columns), [columns]);
  const colors = useMemo(() => labelColors(project.label_config), [project.label_config]);
  const people = useMemo(() => new Map<number, Person>((answer.people ?? []).map((one) => [one.id, one])), [answer]);
  const names = useMemo(() => new Map([...people].map(([key, one]) => [key, nameOf(one)])), [people]);
  const views = useViews(id);
  const actions = useActions(id);
  const state = useViewState(id, search, views, index);
  const { view, slice, display } = state;
  const table = useTableColumns(columns, people, colors, state, (column) => setPanel({ open: 'filter', seed: column }));
  // With an address of a view nothing is asked before the view is known.
  const isKnown = search.tab === undefined || search.tab === 'all' || views.isReady;
  const isReady = useIsListening(events) && isKnown;
  const { hidden, types } = display;
  const numeric = useMemo(() => new Set(Object.keys(types).filter((name) => types[name] === 'Number')), [types]);
  const query = useMemo(
    () => (isReady ? queryOf(columns, index, slice, display) : undefined),
    [isReady, columns, index, slice, hidden, types],
  );
  const { tasks, state: loaded } = useTaskList(id, query);
  const isWhole = slice.filters.items.length === 0;
  const total = loaded.isFirst ? (isWhole ? project.task_number : 0) : loaded.total;
  const open = search.task === undefined ? undefined : Number(search.task);

  useTitle(open === undefined ? undefined : `Task ${open}`, project.title);
  // The editor is fetched while the person looks at the list, so that it opens at once.
  useEffect(() => {
    const timer = setTimeout(() => void import('../label').catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);

  const reload = async () => {
    tasks.refresh();
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['project', id] }),
      queries.invalidateQueries({ queryKey: ['columns', id] }),
    ]);
  };
  const jobs = useJobs(id, (job: Job) => {
    void reload();
    void queries.invalidateQueries({ queryKey: ['trash', id] });
    if (job.kind === 'delete_tasks') setSelection(NOTHING);
  });
  useEventHandlers(events, {
    onTasks: (ids) => void tasks.update(ids),
    onReload: () => tasks.refresh(),
    onCounters: (counters) =>
      queries.setQueryData<Project>(['project', id], (known) => known && { ...known, ...counters }),
    onJobs: (told) => jobs.take(told as Job[]),
    onViews: () => void queries.invalidateQueries({ queryKey: ['views', id] }),
  });

  // What was selected in one question is not selected in another.
  const question = `${view.id}/${sliceInAddress(slice, index) ?? ''}`;
  const asked = useRef({ question, view: view.id });
  useEffect(() => {
    const before = asked.current;
    if (before.question === question) return;
    asked.current = { question, view: view.id };
    setSelection(NOTHING);
    // Another view is where it was left; another slice of the same begins at its top.
    if (before.view === view.id) list.current?.activate(0);
  }, [question, view.id]);

  const address = (task: number | undefined) =>
    addressOfView(id, {
      tab: view.id,
      query: search.query === undefined ? undefined : (sliceInAddress(slice, index) ?? '{"filters":null}'),
      task,
    });
  const show = (task: number | undefined, replace: boolean) => void router.navigate({ href: address(task), replace });
  // The bell leads here, to somebody who may look at the list already.
  useEffect(() => {
    if (search.export) setExporting(true);
  }, [search.export]);
  const closeExport = () => {
    setExporting(false);
    if (search.export) show(open, true);
  };
  const step = async (direction: 'next' | 'previous') => {
    const place = open === undefined ? undefined : tasks.placeOf(open);
    const next = (place ?? -1) + (direction === 'next' ? 1 : -1);
    if (next < 0 || next >= total) return;
    const row = await tasks.fetchRow(next);
    if (!row) return;
    list.current?.activate(next);
    show(row.id, true);
  };
  // The editor's own keys for the next task, where the list has the focus.
  const latestStep = useRef(step);
  useEffect(() => {
    latestStep.current = step;
  });
  const isOpen = open !== undefined;
  useEffect(() => {
    if (!isOpen) return;
    const press = (event: KeyboardEvent) => {
      const isCommand = (event.ctrlKey || event.metaKey) && event.altKey && !event.defaultPrevented;
      if (!isCommand || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
      event.preventDefault();
      void latestStep.current(event.key === 'ArrowDown' ? 'next' : 'previous');
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [isOpen]);
  const run = async (action: DataAction, fields: Record<string, unknown>) => {
    const hasBegun = await jobs.run(action.id, {
      ...fields,
      ...(query?.filters ? { filters: query.filters } : {}),
      ...(query?.ordering ? { ordering: query.ordering } : {}),
      selectedItems: toWireSelection(selection),
    });
    if (hasBegun && action.deletes) setSelection(NOTHING);
    return hasBegun;
  };
  const label = (selectedItems?: SelectedItems) => {
    const { filters, ordering } = query ?? {};
    const wanted: TaskQuery = {
      ...(filters ? { filters } : {}),
      ...(ordering ? { ordering } : {}),
      ...(selectedItems ? { selectedItems } : {}),
    };
    go(`/projects/${id}/data?labeling=1&query=${encodeURIComponent(JSON.stringify(wanted))}`);
  };
  // While tasks are selected, what is done with them stands in the place of these.
  const hasSelection = useRef(false);
  const openPanel = (open: Panel) => {
    if (!hasSelection.current) setPanel({ open });
  };
  const keys = useMemo(
    () => [
      { id: 'filter-tasks', label: 'Filter the tasks', shortcut: 'f', run: () => openPanel('filter') },
      { id: 'order-tasks', label: 'Order the tasks', run: () => openPanel('order') },
      { id: 'task-columns', label: 'Choose columns', run: () => openPanel('columns') },
      { id: 'select-all-tasks', label: 'Select all tasks', run: () => setSelection(EVERYTHING) },
    ],
    [],
  );
  useKeys(keys);

  const may = (action: string) => mayIn(project, action);
  const mayAssign = may('AssignAnnotators') || may('AssignReviewers');
  const number = sizeOf(selection, total);
  useEffect(() => {
    hasSelection.current = number > 0;
  });
  const isSliced = !isWhole || slice.ordering.length > 0;
  // An annotator may have none of the project's tasks.
  const isEmpty =
    total === 0 && (project.task_number === 0 || (isWhole && !loaded.isFirst && !loaded.isStale && !loaded.error));

  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <ProjectHead
          project={project}
          onReload={() => void reload()}
          onImport={() => setImporting(true)}
          onExport={() => setExporting(true)}
          onLabelDisplayed={isSliced && actions.isSuccess ? () => label() : undefined}
          hasTrash={may('TaskDelete') && actions.isSuccess}
        />
        {!project.config_has_control_tags && may('ProjectChange') && (
          <div className={styles.notice}>
            <Tag size={16} />
            <span>This project does not say yet what is to be labeled.</span>
            <Button size="small" onPress={() => go(`/projects/${id}/settings/labeling`)}>
              Set up labeling
            </Button>
          </div>
        )}
        {/* One thing after another: without a setup and tasks there is nothing to be published. */}
        {project.config_has_control_tags && !isEmpty && mayAssign && <PublishHint project={project} />}
      </div>
      <div className={styles.split}>
        <div className={styles.list}>
          {!isEmpty && (
            <>
              <ViewTabs project={id} views={views} state={state} mayShare={may('ViewShare')} />
              {state.isMissing && (
                <div className={styles.notice} role="status">
                  <span>This view is not there, or not for you. All tasks are shown.</span>
                </div>
              )}
              {number > 0 ? (
                <SelectionBar
                  project={id}
                  selection={selection}
                  number={number}
                  total={total}
                  isExact={loaded.isExact || !selection.isAll}
                  onRun={run}
                  actions={actions.data ?? []}
                  onLabel={
                    actions.isSuccess && selection.ids.size <= IN_ADDRESS
                      ? () => label(toWireSelection(selection))
                      : undefined
                  }
                  onAll={() => setSelection(EVERYTHING)}
                  onClear={() => setSelection(NOTHING)}
                />
              ) : (
                <Toolbar
                  columns={columns}
                  index={index}
                  names={names}
                  state={state}
                  rowHeight={table.rowHeight}
                  isNarrow={open !== undefined}
                  panel={panel.open}
                  seed={panel.seed}
                  onPanel={(next) => setPanel({ open: next })}
                >
                  <Counts state={loaded} columns={index} isWhole={isWhole} />
                </Toolbar>
              )}
              <ViewSentence
                sentence={sentenceOf(slice.filters, slice.ordering, numeric, index, names)}
                state={state}
                views={views}
                mayShare={may('ViewShare')}
                onMade={(made) => go(addressOfView(id, { tab: made }))}
              />
            </>
          )}
          <TaskArea
            handle={list}
            project={project}
            position={positionOf(id, view.id)}
            positionKey={`${view.id}/${display.layout}`}
            tasks={tasks}
            loaded={loaded}
            total={total}
            isEmpty={isEmpty}
            open={open}
            state={state}
            table={table}
            context={{ people, colors, lines: 1 }}
            selection={{
              has: (task) => isSelected(selection, task.id),
              state: stateOf(selection, total),
              onToggle: (task) => setSelection((known) => toggle(known, task.id)),
              onRange: (first, last) =>
                void tasks.ids(first, last).then((ids) => setSelection((known) => add(known, ids))),
              onAll: (isAll) => setSelection(isAll ? EVERYTHING : NOTHING),
            }}
            onOpen={(task) => show(task.id, open !== undefined)}
            onImport={() => setImporting(true)}
            onRetry={() => void reload()}
            onShowAll={() => state.setSlice({ ...WHOLE, ordering: slice.ordering })}
          />
          <JobTray jobs={jobs} />
        </div>
        {open !== undefined && (
          <QuickView
            project={id}
            task={open}
            onStep={(direction) => void step(direction)}
            onClose={() => {
              show(undefined, false);
              list.current?.focus();
            }}
            onSaved={(task) => void tasks.update([task])}
            onExpand={() => go(`/projects/${id}/data?task=${open}`)}
          />
        )}
      </div>
      <ImportDialog
        project={id}
        isOpen={isImporting}
        onOpen={() => setImporting(true)}
        onClose={() => setImporting(false)}
        onImported={() => void reload()}
      />
      <ExportDialog project={project} isOpen={isExporting} onClose={closeExport} />
    </div>
  );
}
