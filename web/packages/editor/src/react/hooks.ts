/** How React reads the core: `useSyncExternalStore` over its emitters. */
import {
  createContext,
  type Dispatch,
  type SetStateAction,
  startTransition,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { flushSync } from 'react-dom';
import type { AnnotationDocument } from '../core/document';
import type { Editor } from '../core/editor';
import type { Entry } from '../core/entries';
import type { SettingValues } from '../core/settings';
import type { Region } from '../core/types';

type Subscribe = (listener: () => void) => () => void;

const EditorContext = createContext<Editor | null>(null);
export const EditorProvider = EditorContext.Provider;

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error('This part of the editor must stand inside <EditorProvider>.');
  return editor;
}

/** Draws again when the emitter speaks and `read` gives something else (compared by identity). */
export function useEmitter<T>(subscribe: Subscribe, read: () => T): T {
  return useSyncExternalStore(subscribe, read, read);
}

/** As `useState`, for what belongs to the task: another one begins with the initial value again. */
export function useTaskState<T>(initial: T): [T, Dispatch<SetStateAction<T>>] {
  const editor = useEditor();
  const [owner, setOwner] = useState(editor);
  const [value, setValue] = useState(initial);
  if (owner === editor) return [value, setValue];
  setOwner(editor);
  setValue(initial);
  return [initial, setValue];
}

/** The document of the open tab. */
export function useDocument(): AnnotationDocument {
  const editor = useEditor();
  return useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.document);
}

export function useEntry(): Entry {
  const editor = useEditor();
  return useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.entry);
}

/** One region; undefined when it is gone. Only this region's changes draw again. */
export function useRegion(id: string): Region | undefined {
  const document = useDocument();
  const subscribe = useCallback(
    (listener: () => void) => document.store.region.subscribe(id, listener),
    [document, id],
  );
  return useEmitter(subscribe, () => document.store.get(id));
}

/** Selected, hovered, hidden and locked of one region, as a string of flags. */
export function useRegionFlags(id: string): { selected: boolean; hovered: boolean; hidden: boolean; locked: boolean } {
  const document = useDocument();
  const { view } = document;
  const subscribe = useCallback((listener: () => void) => view.region.subscribe(id, listener), [view, id]);
  const flags = useEmitter(
    subscribe,
    () =>
      (view.isSelected(id) ? 1 : 0) |
      (view.hovered === id ? 2 : 0) |
      (view.isHidden(id) ? 4 : 0) |
      (view.isLocked(id) ? 8 : 0),
  );
  return {
    selected: (flags & 1) !== 0,
    hovered: (flags & 2) !== 0,
    hidden: (flags & 4) !== 0,
    locked: (flags & 8) !== 0,
  };
}

/**
 * A value for parts that need not be in the frame that shows a change on the data: they are drawn right after it, in
 * slices that let the page answer. Another document is shown at once, and so is what the next key is meant for.
 */
export function useLater<T>(value: T): T {
  const editor = useEditor();
  const document = useDocument();
  const now = useMemo(() => ({ document, value }), [document, value]);
  const [later, setLater] = useState(now);
  useLayoutEffect(() => startTransition(() => setLater(now)), [now]);
  useLayoutEffect(() => editor.catchUp.subscribe(() => flushSync(() => setLater(now))), [editor, now]);
  return later.document === document ? later.value : value;
}

/** Ids of the selected regions. */
export function useSelection(): readonly string[] {
  const document = useDocument();
  return useEmitter(document.view.selectionChanged.subscribe as Subscribe, () => document.view.selected);
}

/** Ids of what the regions panel lists: regions and undecided suggestions. */
export function useListedIds(): readonly string[] {
  const document = useDocument();
  return useEmitter(document.store.membership.subscribe as Subscribe, () => document.listedIds());
}

/** Ids of the annotation's regions with a geometry. */
export function useRegionIds(): readonly string[] {
  const document = useDocument();
  return useEmitter(document.store.membership.subscribe as Subscribe, () => document.regionIds());
}

export function useSetting<K extends keyof SettingValues>(name: K): SettingValues[K] {
  const editor = useEditor();
  return useEmitter(editor.settings.changed.subscribe as Subscribe, () => editor.settings.get(name));
}

/** Does something when the focus is asked for, also when that was just before this part stood in the page. */
export function useFocusRequest(part: 'region-list' | 'region-search' | 'note', act: () => void): void {
  const editor = useEditor();
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const take = () => {
      editor.awaitedFocus = null;
      latest.current();
    };
    if (editor.awaitedFocus === part) take();
    return editor.focusRequests.subscribe((what) => what === part && take());
  }, [editor, part]);
}

const versions = new WeakMap<Subscribe, number>();

/** Counts an emitter's events from the first drawing on: what happens until the part listens counts too. */
function versionOf(subscribe: Subscribe): number {
  const known = versions.get(subscribe);
  if (known !== undefined) return known;
  versions.set(subscribe, 0);
  subscribe(() => versions.set(subscribe, (versions.get(subscribe) ?? 0) + 1));
  return 0;
}

/** Draws again on every event of an emitter; for small parts that read several things. */
export function useVersion(subscribe: Subscribe): void {
  useSyncExternalStore(subscribe, () => versionOf(subscribe));
}

/** Draws again after each finished change of the document; not for selections, not during drags. */
export function useContent(): number {
  const document = useDocument();
  const subscribe = useCallback(
    (listener: () => void) =>
      document.store.changed.subscribe((batch) => {
        if (batch.transient) return;
        contents.set(document, (contents.get(document) ?? 0) + 1);
        listener();
      }),
    [document],
  );
  return useSyncExternalStore(subscribe, () => contents.get(document) ?? 0);
}
const contents = new WeakMap<AnnotationDocument, number>();

/**
 * Draws again when anything changes that visibility rules look at: the selection, and answers or
 * labels. Used by the layout, which is a few dozen tags and no regions.
 */
export function useConditions(): number {
  const document = useDocument();
  const subscribe = useCallback(
    (listener: () => void) => {
      const wake = () => {
        counters.set(document, (counters.get(document) ?? 0) + 1);
        listener();
      };
      const offs = [
        document.view.selectionChanged.subscribe(wake),
        document.store.changed.subscribe((batch) => {
          if (!batch.transient) wake();
        }),
      ];
      return () => {
        for (const off of offs) off();
      };
    },
    [document],
  );
  return useSyncExternalStore(subscribe, () => counters.get(document) ?? 0);
}
const counters = new WeakMap<AnnotationDocument, number>();
