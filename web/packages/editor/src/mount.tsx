/** Mounting the editor in a page. The one place that knows React's root and the page's events. */
import { Fragment, useEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { readConfig } from './core/config';
import { Editor as EditorCore } from './core/editor';
import { openJournal, readJournalAhead } from './core/journal-idb';
import type { EditorOptions, EditorPlace, EditorTask } from './core/options';
import type { KeyValueStorage } from './core/settings';
import { ANSWER } from './core/store';
import { EditorView } from './panels/EditorView';
import { prefetchData } from './prepare';
import { loadModules } from './tags/registry';

/** What `mount` gives back. */
export interface EditorHandle {
  /** Resolves when the data of the task is shown (or has failed to load). */
  readonly ready: Promise<void>;
  /** The model, once it is there: for reading, tests and extensions. */
  readonly editor: EditorCore | null;
  /** Changes options; another task, configuration or set of annotations opens anew. */
  update(options: Partial<EditorOptions>): Promise<void>;
  /** Hands out a pending draft now; resolves when it is saved or has failed. */
  flush(): Promise<void>;
  /** Fetches what the next task shows (of the same configuration), so that it opens at once. */
  prefetch(task: EditorTask): void;
  /** Hands out a pending draft, and removes the editor. */
  destroy(): void;
}

/**
 * The state that the host element carries (`element.labelkeep`) beside the attribute
 * `data-labelkeep-editor`: for embedders and measurements. Read-only but for the selection.
 */
export interface EditorState {
  readonly taskId: number | string;
  readonly regionCount: number;
  /** Regions on screen after the last frame. */
  readonly drawnCount: number;
  readonly ready: boolean;
  readonly selectedIds: readonly string[];
  select(ids: readonly string[]): void;
  unselect(): void;
  /** Page rectangle of an object's data; null when there is no such object. */
  objectBox(name: string): DOMRect | null;
}

type Host = HTMLElement & { labelkeep?: EditorState };

/**
 * Options whose change (of content, not of identity) needs a new model; the others are taken over
 * as they are. Drafts count when a task is opened and never while it is open.
 */
const REBUILD: readonly (keyof EditorOptions)[] = ['config', 'task', 'annotations', 'predictions', 'user', 'mode'];
/** Options whose change needs another screen too. With the same ones it stays in the page and shows the new model. */
const ANOTHER_SCREEN: readonly (keyof EditorOptions)[] = ['config', 'user', 'mode', 'storagePrefix'];

/** Mounts the editor in an element, which it fills. Options are described in `EditorOptions`. */
export function mount(element: HTMLElement, options: EditorOptions): EditorHandle {
  return new Mounted(element, options);
}

class Mounted implements EditorHandle {
  ready: Promise<void>;
  editor: EditorCore | null = null;
  private root: Root | null = null;
  private options: EditorOptions;
  private generation = 0;
  /** Counts screens: each is drawn anew. */
  private screen = 0;
  private shown = false;
  /** The place that was opened last: a save of the same task does not lead back to it. */
  private placed: EditorPlace | undefined;
  private readonly abort = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    options: EditorOptions,
  ) {
    this.options = options;
    host.setAttribute('data-labelkeep-editor', '');
    const { signal } = this.abort;
    const view = host.ownerDocument.defaultView;
    // A page that is put aside may never come back: what is pending goes out now.
    host.ownerDocument.addEventListener(
      'visibilitychange',
      () => host.ownerDocument.visibilityState === 'hidden' && this.leave(),
      { signal },
    );
    view?.addEventListener('pagehide', () => this.leave(), { signal });
    view?.addEventListener(
      'beforeunload',
      (event) => this.editor?.saving.state.kind === 'failed' && event.preventDefault(),
      { signal },
    );
    this.ready = this.build();
  }

  async update(options: Partial<EditorOptions>): Promise<void> {
    const before = this.options;
    this.options = { ...before, ...options };
    const changed = REBUILD.some((key) => key in options && !sameJson(options[key], before[key]));
    if (!changed) {
      if (this.editor) {
        Object.assign(this.editor.options, options);
        if (options.customHotkeys) this.editor.actions.setCustom(options.customHotkeys);
        this.toPlace();
        this.editor.entries.touch();
      }
      return this.ready;
    }
    this.leave();
    this.ready = this.build();
    await this.ready;
  }

  flush(): Promise<void> {
    this.editor?.flushInputs.emit();
    return this.editor?.saving.flush() ?? Promise.resolve();
  }

  prefetch(task: EditorTask): void {
    const { editor } = this;
    if (!editor) return;
    const { config, modules } = editor;
    prefetchData(config.objects, modules, task, (url, node) => editor.resolveUrl(url, node), 'later');
    const keeper = keeperOf(this.options);
    if (keeper) readJournalAhead(...keeper, task.id);
  }

  destroy(): void {
    this.leave();
    this.generation++;
    this.abort.abort();
    this.editor?.destroy();
    this.editor = null;
    this.host.removeAttribute('data-labelkeep-editor');
    delete (this.host as Host).labelkeep;
    const { root } = this;
    this.root = null;
    // React refuses to unmount while it is drawing (a parent's effect may be what called this).
    setTimeout(() => root?.unmount());
  }

  private leave(): void {
    void this.flush();
  }

  private async build(): Promise<void> {
    const generation = ++this.generation;
    const { options } = this;
    this.shown = false;
    const keeper = keeperOf(options);
    const [modules, journal] = await Promise.all([
      loadModules(readConfig(options.config)),
      keeper ? openJournal(...keeper, options.task.id) : { entries: [], store: null },
    ]);
    // Another update or the end came while modules were loading.
    if (generation !== this.generation) return;
    const previous = this.editor;
    // Callbacks may have been replaced while modules were loading.
    const editor = new EditorCore(
      { ...this.options },
      { modules, storage: browserStorage(), journals: journal.entries, journalStore: journal.store },
    );
    this.editor = editor;
    this.publish(editor);
    const mounted = objectsMounted(editor);
    const drawn = this.show(editor, previous);
    if (previous) {
      // What it still has to say is heard: that the task was saved, or why not.
      previous.announcements.subscribe((text) => this.editor?.announce(text));
      previous.notices.subscribe(({ kind, text }) => this.editor?.notify(kind, text));
      previous.destroy();
    }
    await Promise.all([mounted, drawn]);
    await Promise.all([...editor.objects.values()].map((object) => object.ready));
    if (generation !== this.generation) return;
    this.shown = true;
    this.toPlace();
  }

  /** Draws the model at once: the person waits for nothing else. Resolves when all effects have run. */
  private show(editor: EditorCore, previous: EditorCore | null): Promise<void> {
    if (!previous || ANOTHER_SCREEN.some((key) => !sameJson(editor.options[key], previous.options[key]))) this.screen++;
    this.root ??= createRoot(this.host);
    const { root } = this;
    const drawn = new Promise<void>((resolve) => {
      flushSync(() =>
        root.render(
          <Fragment key={this.screen}>
            <EditorView editor={editor} />
            <Drawn key={editor.opening} done={resolve} />
          </Fragment>,
        ),
      );
    });
    leaveFields(this.host);
    return drawn;
  }

  private toPlace(): void {
    const { place } = this.options;
    if (!this.editor || !this.shown || sameJson(place, this.placed)) return;
    this.placed = place;
    if (place) openPlace(this.editor, place);
  }

  private publish(editor: EditorCore): void {
    const isReady = () => this.shown;
    const state: EditorState = {
      get taskId() {
        return editor.task.id;
      },
      get regionCount() {
        return editor.document.regionIds().length;
      },
      get drawnCount() {
        let count = 0;
        for (const object of editor.objects.values()) count += object.drawnCount();
        return count;
      },
      get ready() {
        return isReady();
      },
      get selectedIds() {
        return editor.document.view.selected;
      },
      select: (ids) => editor.document.view.select(ids.filter((id) => editor.document.store.get(id))),
      unselect: () => editor.document.view.select([]),
      objectBox: (name) => editor.objects.get(name)?.box() ?? null,
    };
    Object.defineProperty(this.host, 'labelkeep', { value: Object.freeze(state), configurable: true });
  }
}

/** Keys are meant for the task that was opened, not for a field or button that stayed. The data keeps the focus. */
function leaveFields(host: HTMLElement): void {
  const { activeElement } = host.getRootNode() as Document | ShadowRoot;
  if (!(activeElement instanceof HTMLElement) || !host.contains(activeElement)) return;
  if (activeElement.getAttribute('role') !== 'application') activeElement.blur();
}

/** Opens what an address names, as far as it is there. */
function openPlace(editor: EditorCore, { annotation, prediction, region }: EditorPlace): void {
  const entry = editor.entries
    .all()
    .find(
      (one) =>
        (annotation !== undefined && String(one.annotation?.id) === String(annotation)) ||
        (prediction !== undefined && String(one.prediction?.id) === String(prediction)),
    );
  if (entry) editor.entries.select(entry.key);
  if (region === undefined) return;
  for (const one of editor.document.store.all()) {
    if (one.wireId !== region || one.kind === ANSWER) continue;
    editor.document.view.select([one.id]);
    editor.reveal(one.id);
    return;
  }
  editor.notify('info', 'The region that the address names is not there any more.');
}

/** Where unsaved work is kept: prefix and person. Null where it is not. */
function keeperOf({ mode, user, storagePrefix }: EditorOptions): readonly [string, number | string] | null {
  return mode !== 'preview' && user ? [storagePrefix ?? 'labelkeep', user.id] : null;
}

/** Is this the same JSON? Order of keys does not matter. */
function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return (a ?? null) === (b ?? null);
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key as never], b[key as never]));
}

/** Resolves when all objects that can be drawn stand in the page. */
function objectsMounted(editor: EditorCore): Promise<void> {
  const waiting = new Set(
    editor.config.objects.filter((node) => editor.modules.forNode(node)?.object).map((node) => node.name),
  );
  if (waiting.size === 0 || editor.config.errors.length > 0) return Promise.resolve();
  return new Promise((resolve) => {
    const off = editor.objectMounted.subscribe((name) => {
      waiting.delete(name);
      if (waiting.size > 0) return;
      off();
      resolve();
    });
  });
}

function browserStorage(): KeyValueStorage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Stands behind the editor, so that its effect runs last: by then the keys of all questions are listened to. */
function Drawn({ done }: { done: () => void }) {
  useEffect(done, [done]);
  return null;
}
