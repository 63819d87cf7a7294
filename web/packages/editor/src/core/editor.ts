/**
 * The editor of one task: configuration, open documents, labels, tools, actions and settings.
 * It draws nothing and knows no framework; panels and drawing layers read it and listen to it.
 */
import { type Config, type ConfigNode, resolveVariable } from '@labelkeep/labeling';
import { ActionRegistry, type CustomHotkeys } from './actions';
import { cssColor, readConfig } from './config';
import type { AnnotationDocument } from './document';
import { Emitter } from './emitter';
import { Entries, type Entry } from './entries';
import { FullScreen } from './full-screen';
import { type AssignedKeys, assignKeys, labelActions } from './hotkeys';
import { type JournalEntry, type JournalStore, Journals } from './journal';
import { Labels } from './labels';
import { Modules } from './modules';
import type { EditorOptions, EditorPlace, EditorTask } from './options';
import { PanelLayout } from './panel-layout';
import { CurrentElements, expandRepeaters } from './repeater';
import { Saving } from './saving';
import { type KeyValueStorage, Settings } from './settings';
import { standardActions } from './standard-actions';
import { Suggestions } from './suggestions';
import type { ObjectHandle, TagModule, ToolDescriptor } from './tag';
import { Tools } from './tools';
import type { Facet, JsonObject, Region } from './types';
import { UiState } from './ui-state';
import type { Problem } from './validation';
import { Visibility } from './visibility';

/** A message to the person, shown until it is read or replaced. */
export interface Notice {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What a tool gives to make a region. */
export interface RegionDraft {
  readonly object: string;
  readonly kind: string;
  readonly geometry: unknown;
  /** The control that drew it; text spans have none and use the armed labels alone. */
  readonly control?: string;
  readonly itemIndex?: number;
  /** Top-level keys of its items: `original_width`, `original_height`, `image_rotation`. */
  readonly envelope?: JsonObject;
}

/** Surroundings that tests replace. */
export interface EditorEnvironment {
  readonly modules: readonly TagModule[];
  readonly storage: KeyValueStorage | null;
  /** Unsaved work of this person on this task, read before the editor is made. */
  readonly journals?: readonly JournalEntry[];
  readonly journalStore?: JournalStore | null;
}

/** Editors that were made in this page. */
let made = 0;

/** Panels around the data, in the order of their help. */
const PANELS = ['regions', 'details', 'relations', 'history'] as const;

export class Editor {
  /** Tells one opened task from the next: parts of the screen that begin anew with each have it as their key. */
  readonly opening = ++made;
  readonly config: Config;
  readonly task: EditorTask;
  readonly modules: Modules;
  readonly settings: Settings;
  readonly actions: ActionRegistry;
  readonly tools: Tools;
  readonly labels: Labels;
  readonly entries: Entries;
  readonly visibility: Visibility;
  readonly saving: Saving;
  /** What a model answers to prompts. */
  readonly suggestions: Suggestions;
  readonly storage: KeyValueStorage | null;
  readonly journals: Journals;
  readonly ui = new UiState();
  /** Where the person is in repeated parts of the configuration. */
  readonly elements = new CurrentElements();
  readonly panels: PanelLayout;
  readonly fullScreen = new FullScreen();
  private readonly hotkeysKey: string;
  /** Keys of labels and choices. */
  readonly keys: AssignedKeys;
  /** What kept the last submit from going out; the panel of that control shows it. */
  problem: Problem | null = null;

  /** Another document (tab) is shown. */
  readonly documentChanged = new Emitter();
  /** Messages for people. */
  readonly notices = new Emitter<Notice>();
  /** What kept a submit back was worked on: its message has had its time. */
  readonly problemLeft = new Emitter();
  /** Sentences for screen readers. */
  readonly announcements = new Emitter<string>();
  /** Before anything is read for saving: fields hand in text that is still being typed. */
  readonly flushInputs = new Emitter();
  /** Panels that should take the focus: "focus the first field of this region". */
  readonly focusRequests = new Emitter<
    'region-field' | 'region-list' | 'region-search' | 'label-search' | 'note' | 'data'
  >();

  /** What was to be drawn a moment later is drawn now: something is about to act on what stands there. */
  readonly catchUp = new Emitter();

  /** An object stands in the page; carries its name. */
  readonly objectMounted = new Emitter<string>();

  /** Mounted objects by name. */
  readonly objects = new Map<string, ObjectHandle>();
  private readonly pageOfObject = new Map<string, number>();
  readonly pageChanged = new Emitter<string>();

  constructor(
    readonly options: EditorOptions,
    environment: EditorEnvironment,
  ) {
    this.storage = environment.storage;
    this.task = options.task;
    this.config = expandRepeaters(readConfig(options.config), options.task.data);
    this.modules = new Modules(environment.modules);
    const prefix = options.storagePrefix ?? 'labelkeep';
    this.settings = new Settings(environment.storage, `${prefix}.editor.settings.${options.user?.id ?? 'nobody'}`);
    this.panels = new PanelLayout(
      environment.storage,
      `${prefix}.editor.panels.${options.user?.id ?? 'nobody'}`,
      PANELS,
    );
    this.hotkeysKey = `${prefix}.editor.keys.${options.user?.id ?? 'nobody'}`;
    this.actions = new ActionRegistry(options.customHotkeys ?? this.keptHotkeys());
    this.tools = new Tools(this.collectTools(), options.onPrompt !== undefined);
    this.settings.changed.subscribe(() => this.tools.setModel(this.asksModel));
    this.visibility = new Visibility(this);
    this.journals = new Journals(environment.journals ?? [], environment.journalStore ?? null);
    this.entries = new Entries(this);
    this.labels = new Labels(this);
    this.saving = new Saving(this);
    this.suggestions = new Suggestions(this);
    this.keys = assignKeys(this);
    // After the keys: those of smart tools are kept free for when they are offered again.
    this.tools.setModel(this.asksModel);
    this.actions.register(standardActions(this));
    this.actions.register(labelActions(this));
    for (const node of this.config.controls) {
      const actions = this.modules.forNode(node)?.actions?.(this, node);
      if (actions) this.actions.register(this.elements.bound(node, actions));
    }
  }

  /** The open tab. */
  get entry(): Entry {
    return this.entries.current;
  }

  /** The document of the open tab. */
  get document(): AnnotationDocument {
    return this.entries.current.document;
  }

  /** Is the open tab only looked at? */
  get readonly(): boolean {
    return this.document.readonly;
  }

  /** The object's data: `value` (or another attribute) with the task's fields put in. */
  valueOf(node: ConfigNode, attribute = 'value'): unknown {
    const written = node.get(attribute) ?? (attribute === 'value' ? node.text : '');
    return resolveVariable(written, this.task.data);
  }

  /** An address as it can be loaded, or as it was when the page gave no resolver. */
  resolveUrl(url: string, node: ConfigNode): string {
    return this.options.resolveUrl?.(url, { node }) ?? url;
  }

  /**
   * Makes a region with the armed labels, as one step. Returns its id, or null (after a message)
   * when the tab is read-only or a label may not be used again.
   */
  createRegion(draft: RegionDraft): string | null {
    if (this.readonly) {
      this.notify('info', 'This is a prediction or a read-only annotation. Copy it to a new annotation to change it.');
      return null;
    }
    const facets = this.facetsFor(draft);
    if (!facets) return null;
    const { control: _control, ...region } = draft;
    const id = this.document.add('Add region', { ...region, facets });
    if (id === null) return null;
    this.labels.afterUse(draft.object);
    this.document.view.select(this.settings.get('selectAfterCreate') ? [id] : []);
    const made = this.document.store.get(id);
    if (made) this.announce(`Added ${this.describe(made)}`);
    return id;
  }

  /** May a region be drawn now? False comes with a message to the person. */
  canCreate(object: string, control?: string): boolean {
    return !this.readonly && this.facetsFor({ object, ...(control === undefined ? {} : { control }) }) !== null;
  }

  /** Result type that a control writes for a region: its tag name in lower case. */
  resultType(control: ConfigNode, _region: Pick<Region, 'kind'>): string {
    return control.type;
  }

  /** Is this the item that holds the region's shape (and not an answer or a second labels control)? */
  isShapeFacet(region: Region, facet: Facet): boolean {
    const control = this.config.byName.get(facet.from);
    const module = control && this.modules.forNode(control);
    return module?.shape?.kind === region.kind || (this.isSpan(region) && facet.type.endsWith('labels'));
  }

  /** Is this region a stretch of text? */
  isSpan(region: Pick<Region, 'kind'>): boolean {
    return this.modules.shape(region.kind)?.span === true;
  }

  /** A few words about a region: number, labels, and what its shape says. */
  describe(region: Region): string {
    const labels = this.labels.style(region).labels;
    const about = this.aboutShape(region);
    return [labels.length > 0 ? labels.join(', ') : 'Region', about].filter((part) => part !== '').join(' ');
  }

  /** What the shape codec says about a region's geometry. */
  aboutShape(region: Region): string {
    const shape = this.modules.shape(region.kind);
    return shape ? shape.describe(region.geometry) : '';
  }

  /** What a region's shape still misses before it can be submitted; null when it is whole. */
  missingIn(region: Region): string | null {
    const facet = region.facets.find((one) => this.isShapeFacet(region, one));
    const control = facet && this.config.byName.get(facet.from);
    return this.modules.shape(region.kind)?.incomplete?.(region.geometry, control) ?? null;
  }

  /** Are there tools that ask a model, and one that answers? */
  get hasModel(): boolean {
    return this.options.onPrompt !== undefined && this.tools.haveSmart;
  }

  /** Does a model answer prompts, and did the person not switch it off? */
  get asksModel(): boolean {
    return this.options.onPrompt !== undefined && this.settings.get('autoAnnotation');
  }

  /** Hands a region to the model as a prompt; its answer is shown as suggestions. */
  askModel(id: string): void {
    this.suggestions.ask(id);
  }

  /** A colour of the configuration as `#rrggbb`, or null. */
  color(text: string | undefined): string | null {
    return cssColor(text);
  }

  /** Brings a region into view on its object, after changing the page when it needs to. */
  reveal(id: string): void {
    const region = this.document.store.get(id);
    if (!region) return;
    if (region.itemIndex !== undefined) this.setPage(region.object, region.itemIndex);
    this.objects.get(region.object)?.reveal(id);
  }

  /** Item shown of a multi-item object, from 0. */
  page(object: string): number {
    return this.pageOfObject.get(object) ?? 0;
  }

  setPage(object: string, index: number): void {
    if (this.page(object) === index) return;
    this.pageOfObject.set(object, index);
    this.pageChanged.emit(object);
  }

  notify(kind: Notice['kind'], text: string): void {
    this.notices.emit({ kind, text });
  }

  /** Speaks to screen readers; nothing is shown. */
  announce(text: string): void {
    this.announcements.emit(text);
  }

  /** May the open tab be submitted or updated now? An update needs a change. */
  get canSubmit(): boolean {
    const { entry, options } = this;
    if (this.readonly || this.saving.busy !== null || options.mode === 'preview') return false;
    if (!entry.annotation) return options.onSubmit !== undefined;
    return options.onUpdate !== undefined && entry.changedSinceSave;
  }

  get canSkip(): boolean {
    const { options } = this;
    const wanted = options.projectSettings?.show_skip_button !== false && options.onSkip !== undefined;
    return wanted && !this.readonly && this.saving.busy === null && this.entry.annotation?.was_cancelled !== true;
  }

  get canDeleteEntry(): boolean {
    if (this.entry.kind === 'prediction' || this.readonly || this.options.mode === 'preview') return false;
    return this.entry.annotation ? this.options.onDeleteAnnotation !== undefined : this.entries.all().length > 1;
  }

  get canMarkGroundTruth(): boolean {
    const { options, entries } = this;
    return options.onGroundTruth !== undefined && entries.tab.kind !== 'prediction' && entries.tab.annotation !== null;
  }

  /** Is this the end of a stream, where going on means to come back later? */
  get canPostpone(): boolean {
    const { mode, history, onNavigate } = this.options;
    const able = mode === 'stream' && onNavigate !== undefined && history?.canPostpone !== false;
    return able && history?.canForward !== true && this.saving.busy === null;
  }

  /** Keeps keys in the browser, for pages that have no account to keep them in. */
  keepHotkeys(hotkeys: CustomHotkeys): void {
    this.storage?.setItem(this.hotkeysKey, JSON.stringify(hotkeys));
  }

  private keptHotkeys(): CustomHotkeys {
    try {
      const kept: unknown = JSON.parse(this.storage?.getItem(this.hotkeysKey) ?? '{}');
      return typeof kept === 'object' && kept !== null ? (kept as CustomHotkeys) : {};
    } catch {
      return {};
    }
  }

  /** Brings a panel to the front and the focus to a part of it, as soon as it stands in the page. */
  focusPanel(panel: string, part: 'region-list' | 'region-search' | 'note'): void {
    this.catchUp.emit();
    this.awaitedFocus = part;
    this.showPanel(panel);
    // A panel that stands there already takes the focus within this very call: keys that follow are its own.
    this.focusRequests.emit(part);
  }
  /** What `focusPanel` asked for and nobody has taken yet. */
  awaitedFocus: string | null = null;

  /** Brings a panel to the front, unfolding what hides it. */
  showPanel(panel: string): void {
    this.settings.set('panelOpen', true);
    this.panels.show(panel);
  }

  /** What an address must name to come back to the open tab, and to one of its regions. */
  placeOf(region?: string): EditorPlace {
    const { annotation, prediction } = this.entries.tab;
    const wire = region === undefined ? undefined : this.document.store.get(region)?.wireId;
    return {
      ...(annotation ? { annotation: annotation.id } : {}),
      ...(prediction ? { prediction: prediction.id } : {}),
      ...(wire === undefined ? {} : { region: wire }),
    };
  }

  /** Puts the address of a place into the clipboard. */
  copyLink(place: EditorPlace): void {
    this.copyText(this.options.linkTo?.(place) ?? linkTo(place), 'Link copied.');
  }

  /** Puts a text into the clipboard and says so. */
  copyText(text: string, done: string): void {
    const shown = () => this.notify('info', `To be copied by hand: ${text}`);
    // Without a secure connection browsers give pages no clipboard.
    if (!navigator.clipboard) return shown();
    navigator.clipboard.writeText(text).then(() => this.notify('info', done), shown);
  }

  get hasInstructions(): boolean {
    return (this.options.projectSettings?.expert_instruction ?? '').trim() !== '';
  }

  /** Undo: first the last part of a drawing that is not finished, then the last step. */
  undo(): void {
    for (const handle of this.objects.values()) if (handle.undoStep?.()) return;
    const delta = this.document.undo();
    this.announce(delta ? `Undone: ${delta.label}` : 'Nothing to undo');
  }

  redo(): void {
    for (const handle of this.objects.values()) if (handle.redoStep?.()) return;
    const delta = this.document.redo();
    this.announce(delta ? `Redone: ${delta.label}` : 'Nothing to redo');
  }

  /** Escape: closes what is open, abandons a drawing, unselects, puts labels down: one thing at a time. */
  escape(): void {
    if (this.ui.dialog !== null) return this.ui.close();
    for (const handle of this.objects.values()) if (handle.cancel?.()) return;
    if (this.document.view.selected.length > 0) return this.document.view.select([]);
    if (this.entry.kind === 'state') return this.entries.lookAway();
    if (this.ui.compare) return this.ui.setCompare(false);
    this.labels.clear();
  }

  /** Leaves the task after its draft is on its way. */
  navigate(direction: 'next' | 'previous'): void {
    this.flushInputs.emit();
    void this.saving.flush().then(() => this.options.onNavigate?.(direction));
  }

  /** A tab changed: its draft is due. Called by entries. */
  entryEdited(entry: Entry): void {
    if (this.problem) {
      this.problem = null;
      this.problemLeft.emit();
    }
    this.saving.schedule(entry);
  }

  /** Deletes regions that may be deleted, as one step; tells when some stayed. */
  deleteRegions(ids: readonly string[]): void {
    const able = ids.filter((id) => this.document.canChange(id));
    if (able.length > 0) {
      this.document.edit(able.length === 1 ? 'Delete region' : `Delete ${able.length} regions`, (edit) =>
        edit.remove(able),
      );
      this.announce(able.length === 1 ? 'Region deleted' : `${able.length} regions deleted`);
    }
    if (able.length < ids.length) {
      const kept = ids.length - able.length;
      this.notify('info', `${kept === 1 ? 'One region is' : `${kept} regions are`} locked or read-only and stayed.`);
    }
  }

  /** Copies regions in place with new ids (labels included, answers too) and selects the copies. */
  duplicateRegions(ids: readonly string[]): void {
    const copies: string[] = [];
    const { store } = this.document;
    if (!this.labels.allowsMore(ids.flatMap((id) => store.get(id) ?? []))) return;
    this.document.edit(ids.length === 1 ? 'Duplicate region' : `Duplicate ${ids.length} regions`, (edit) => {
      for (const id of ids) {
        const region = edit.get(id);
        if (!region) continue;
        copies.push(
          edit.add({
            object: region.object,
            kind: region.kind,
            geometry: region.geometry,
            ...(region.itemIndex === undefined ? {} : { itemIndex: region.itemIndex }),
            ...(region.meta === undefined ? {} : { meta: region.meta }),
            envelope: region.envelope,
            facets: region.facets.map(({ from, type, answer }) => ({ from, type, answer })),
          }),
        );
      }
    });
    if (copies.length > 0) {
      this.document.view.select(copies);
      this.announce(copies.length === 1 ? 'Region duplicated' : `${copies.length} regions duplicated`);
    }
  }

  /** Ends timers and listeners; objects are destroyed by whoever mounted them. */
  destroy(): void {
    this.saving.destroy();
    this.suggestions.destroy();
    this.entries.destroy();
  }

  private facetsFor(draft: {
    readonly object: string;
    readonly control?: string;
  }): { from: string; type: string; answer?: unknown }[] | null {
    const facets: { from: string; type: string; answer?: unknown }[] = [];
    const drawing = draft.control ? this.config.byName.get(draft.control) : undefined;
    for (const control of this.labels.activeControls(draft.object)) {
      if (control !== drawing && drawing && control.type !== 'labels') continue;
      const active = this.labels.active(control.name);
      if (!active.every((stored) => this.labels.usable(control.name, stored))) return null;
      if (control !== drawing)
        facets.push({ from: control.name, type: control.type, answer: this.labels.answer(control, active) });
    }
    if (drawing) {
      const active = this.labels.active(drawing.name);
      facets.unshift({
        from: drawing.name,
        type: drawing.type,
        ...(active.length > 0 ? { answer: active } : drawing.bool('allowEmpty') ? { answer: [] } : {}),
      });
    } else if (facets.length === 0) {
      const empty = this.labels.controls(draft.object).find((control) => control.bool('allowEmpty'));
      if (!empty) {
        this.notify('info', 'Choose a label first, then select.');
        return null;
      }
      facets.push({ from: empty.name, type: empty.type, answer: [] });
    }
    return facets;
  }

  private collectTools(): ToolDescriptor[] {
    const tools: ToolDescriptor[] = [];
    for (const object of this.config.objects)
      tools.push(...(this.modules.forNode(object)?.object?.tools?.(object) ?? []));
    for (const control of this.config.controls) tools.push(...(this.modules.forNode(control)?.tools?.(control) ?? []));
    return tools;
  }
}

/** The page's own address with the place in its query. */
function linkTo(place: EditorPlace): string {
  const address = new URL(location.href);
  for (const key of ['annotation', 'prediction', 'region'] as const) {
    const value = place[key];
    if (value === undefined) address.searchParams.delete(key);
    else address.searchParams.set(key, String(value));
  }
  return address.href;
}
