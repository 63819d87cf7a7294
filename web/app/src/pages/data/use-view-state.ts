/**
 * The view that is open, and what the person has changed of it. A view of one's own keeps each change by itself. What others
 * see, too, is changed for this visit only, until it is saved: the slice stands in the address, which can be sent to somebody.
 */
import { useRouter } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import type { ColumnIndex } from './model/filters';
import {
  type Display,
  isSameSlice,
  PLAIN,
  readDisplay,
  readSlice,
  type Slice,
  sliceInAddress,
  type View,
  WHOLE,
  writeView,
} from './model/view';
import type { Views } from './use-views';

/** What the address says. */
export interface DataSearch {
  task?: number | string;
  labeling?: number | string;
  import?: number | string;
  export?: number | string;
  tab?: number | string;
  query?: unknown;
}

export interface ViewState {
  view: View;
  slice: Slice;
  display: Display;
  /** Differs from what is stored, and is not stored by itself. */
  isChanged: boolean;
  /** The address names a view that is not there. */
  isMissing: boolean;
  setSlice(slice: Slice): void;
  setDisplay(change: (display: Display) => Display): void;
  save(): void;
  discard(): void;
  /** What would be stored under another name. */
  dataAs(title: string): Record<string, unknown>;
}

/** How all tasks are shown is kept in the browser, by project. */
const keyOf = (project: number) => `labelkeep:all-tasks:${project}`;

function storedDisplay(project: number): Display {
  try {
    const data: unknown = JSON.parse(localStorage.getItem(keyOf(project)) ?? '{}');
    return typeof data === 'object' && data !== null ? readDisplay(data as Record<string, unknown>) : PLAIN;
  } catch {
    return PLAIN;
  }
}

function allTasks(project: number): View {
  return {
    id: undefined,
    title: 'All tasks',
    isPrivate: true,
    mayChange: false,
    slice: WHOLE,
    display: storedDisplay(project),
    data: {},
  };
}

/** The address of a place in the data of a project. */
export function addressOfView(
  project: number,
  place: { tab?: number | undefined; query?: string | undefined; task?: number | undefined },
): string {
  const query = new URLSearchParams();
  // A task beside all tasks: without a tab it has the whole window.
  if (place.tab !== undefined) query.set('tab', String(place.tab));
  else if (place.task !== undefined) query.set('tab', 'all');
  if (place.query) query.set('query', place.query);
  if (place.task !== undefined) query.set('task', String(place.task));
  const text = query.toString();
  return `/projects/${project}/data${text ? `?${text}` : ''}`;
}

export function useViewState(project: number, search: DataSearch, views: Views, columns: ColumnIndex): ViewState {
  const router = useRouter();
  const [whole, setWhole] = useState(() => allTasks(project));
  const [displays, setDisplays] = useState<ReadonlyMap<number, Display>>(new Map());
  const tab = search.tab === undefined || search.tab === 'all' ? undefined : Number(search.tab);
  const found = views.list?.find(({ id }) => id === tab);
  const view = found ?? whole;
  const { id } = view;
  const keepsItself = id !== undefined && view.isPrivate && view.mayChange;
  const inAddress = JSON.stringify(search.query ?? null);
  const slice = useMemo(() => readSlice(JSON.parse(inAddress)) ?? view.slice, [inAddress, view.slice]);
  const own = id === undefined ? undefined : displays.get(id);
  const display = own ?? view.display;
  const task = search.task === undefined ? undefined : Number(search.task);

  const show = useCallback(
    (query: string | undefined) =>
      void router.navigate({ href: addressOfView(project, { tab, query, task }), replace: true }),
    [router, project, tab, task],
  );
  const forget = useCallback(
    (which: number) => setDisplays((known) => new Map([...known].filter(([other]) => other !== which))),
    [],
  );
  const setSlice = useCallback(
    (next: Slice) => {
      if (keepsItself && id !== undefined) {
        views.change(id, { data: writeView({ ...view, slice: next, display }, columns) });
        if (search.query !== undefined) show(undefined);
      } else {
        const isSame = isSameSlice(next, view.slice, columns);
        // An empty slice over a view that has one has to be said, too.
        show(isSame ? undefined : (sliceInAddress(next, columns) ?? '{"filters":null}'));
      }
    },
    [keepsItself, id, views, view, display, columns, search.query, show],
  );
  const setDisplay = useCallback(
    (change: (present: Display) => Display) => {
      const next = change(display);
      if (id === undefined) {
        setWhole((known) => ({ ...known, display: next }));
        const { filters: _, ordering: __, ...data } = writeView({ ...view, display: next }, columns);
        try {
          localStorage.setItem(keyOf(project), JSON.stringify(data));
        } catch {
          // A browser that keeps nothing.
        }
      } else if (keepsItself) views.change(id, { data: writeView({ ...view, slice, display: next }, columns) });
      else setDisplays((known) => new Map(known).set(id, next));
    },
    [display, id, keepsItself, views, view, slice, columns, project],
  );

  return {
    view,
    slice,
    display,
    isChanged: own !== undefined || (search.query !== undefined && !isSameSlice(slice, view.slice, columns)),
    isMissing: tab !== undefined && views.isReady && found === undefined,
    setSlice,
    setDisplay,
    save() {
      if (id === undefined) return;
      views.change(id, { data: writeView({ ...view, slice, display }, columns) });
      forget(id);
      show(undefined);
    },
    discard() {
      if (id !== undefined) forget(id);
      show(undefined);
    },
    dataAs: (title) => writeView({ title, slice, display, data: {} }, columns),
  };
}
