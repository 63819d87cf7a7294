/**
 * Everything a page gives to the editor and gets from it. The editor knows no server: saving,
 * drafts and moving between tasks are callbacks.
 */
import type { ConfigNode, TaskData } from '@labelkeep/labeling';
import type { CustomHotkeys } from './actions';
import type { ResultItem } from './types';

/** A task: the part of the wire form that the editor reads. */
export interface EditorTask {
  readonly id: number | string;
  readonly data: TaskData;
  readonly [key: string]: unknown;
}

/** A person as annotations name them: an id, or an object. */
export interface EditorUser {
  readonly id: number | string;
  readonly email?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly initials?: string;
  readonly [key: string]: unknown;
}

/** A saved annotation; further keys are allowed. */
export interface EditorAnnotation {
  readonly id: number | string;
  readonly result: readonly ResultItem[];
  readonly completed_by?: number | string | EditorUser | null;
  readonly created_username?: string;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly lead_time?: number | null;
  readonly was_cancelled?: boolean;
  readonly ground_truth?: boolean;
  readonly parent_prediction?: number | string | null;
  readonly parent_annotation?: number | string | null;
  /** May this person change it? Default true. */
  readonly editable?: boolean;
  readonly [key: string]: unknown;
}

export interface EditorPrediction {
  readonly id: number | string;
  readonly result: readonly ResultItem[];
  readonly model_version?: string | null;
  readonly score?: number | null;
  readonly created_at?: string;
  readonly [key: string]: unknown;
}

/** A draft of this person; `annotation` null belongs to a new annotation of the task. */
export interface EditorDraft {
  readonly id: number | string;
  readonly annotation?: number | string | null;
  readonly result: readonly ResultItem[];
  readonly lead_time?: number | null;
  readonly updated_at?: string;
  readonly created_at?: string;
  readonly parent_prediction?: number | string | null;
  readonly [key: string]: unknown;
}

/** Project settings that change what the editor does; keys are those of the project on the wire. */
export interface ProjectSettings {
  /** Show Skip. Default true. */
  readonly show_skip_button?: boolean;
  /** May an annotation without any result be submitted? Default true. */
  readonly enable_empty_annotation?: boolean;
  /** Open the instructions at the start of a stream. */
  readonly show_instruction?: boolean;
  /** Instructions; inline markup is cleaned. */
  readonly expert_instruction?: string;
  /** Start from the newest prediction when the task has no annotation. */
  readonly show_collab_predictions?: boolean;
  /** Leave out regions of hidden branches etc. is the format's rule and no setting. */
  readonly [key: string]: unknown;
}

/** Place in the history of a stream. */
export interface TaskHistory {
  readonly canBack: boolean;
  readonly canForward: boolean;
  /** From 1; absent hides the counter. */
  readonly position?: number;
  readonly total?: number;
  /** May the task be put off? Default true in a stream. */
  readonly canPostpone?: boolean;
}

/** A state that an annotation went through, as the page's history tells it. */
export interface AnnotationState {
  readonly id: number | string;
  /** `submitted`, `updated`, `skipped`, `draft`, `conflict`, `imported`, …; other words are shown as they are. */
  readonly kind: string;
  readonly by?: EditorUser | null;
  /** ISO time. */
  readonly created_at: string;
  /** Characters of the result; what changed is counted without being asked only in small ones. */
  readonly size?: number;
}

/** A place in the editor that an address can name. */
export interface EditorPlace {
  readonly annotation?: number | string;
  readonly prediction?: number | string;
  /** `id` of a region's result items. */
  readonly region?: string;
}

/** What is sent to be saved. */
export interface SavePayload {
  readonly result: readonly ResultItem[];
  /** Seconds of work, those of earlier sittings included. */
  readonly lead_time: number;
  /** The draft that this save replaces; null when there is none. */
  readonly draft_id: number | string | null;
  readonly parent_prediction: number | string | null;
  readonly parent_annotation: number | string | null;
  /** ISO time when work began (moved back by the draft's lead time). */
  readonly started_at: string;
  /** UUID of this logical save: the same when a person presses the button again after a failure. */
  readonly operationId: string;
  /** For skip and draft of a saved annotation: its id. */
  readonly annotation_id: number | string | null;
  /** For a draft: the person goes on without submitting, and the task comes back later. */
  readonly postponed?: boolean;
}

/** What a save may give back: the annotation as the server keeps it. */
export type SaveAnswer = Partial<EditorAnnotation> | void | undefined;

export interface EditorCallbacks {
  /** A new annotation. A rejected promise keeps the work and shows the error's message. */
  onSubmit?(payload: SavePayload): Promise<SaveAnswer> | SaveAnswer;
  onUpdate?(id: number | string, payload: SavePayload): Promise<SaveAnswer> | SaveAnswer;
  onSkip?(payload: SavePayload): Promise<SaveAnswer> | SaveAnswer;
  onUnskip?(id: number | string, payload: SavePayload): Promise<SaveAnswer> | SaveAnswer;
  /** Autosave; gives the draft's id. */
  onDraft?(payload: SavePayload): Promise<number | string | null | undefined> | number | string | null | undefined;
  onDeleteAnnotation?(id: number | string): Promise<void> | void;
  /** Marks an annotation as ground truth, or takes the mark off. Without it the menu has no such entry. */
  onGroundTruth?(id: number | string, value: boolean): Promise<void> | void;
  /** States of a saved annotation, newest first. */
  loadHistory?(id: number | string): Promise<readonly AnnotationState[]>;
  /** The result of one of them. */
  loadState?(id: number | string, state: number | string): Promise<readonly ResultItem[]>;
  /** Keeps the keys that a person set; without it they are kept in the browser. */
  onHotkeys?(hotkeys: CustomHotkeys): Promise<void> | void;
  /** Address of a place in this task, for "Copy link". Default: the page's own address with the place in its query. */
  linkTo?(place: EditorPlace): string;
  onNavigate?(direction: 'next' | 'previous'): void;
  /** Leaves the editor, after "Submit and exit". Without it there is no such command. */
  onExit?(): void;
  onSelectAnnotation?(selection: {
    readonly kind: 'annotation' | 'prediction' | 'new';
    readonly id: number | string | null;
  }): void;
  /**
   * Asks a model that answers while a person works: a region was drawn with a smart tool. What it answers is shown
   * as suggestions, to be accepted or rejected. Smart tools are offered only where a page gives this.
   */
  onPrompt?(prompt: ModelPrompt): Promise<PromptAnswer | undefined> | PromptAnswer | undefined | void;
  /** After each change; for live previews. Call `result()` only when it is needed. */
  onChange?(change: { readonly result: () => readonly ResultItem[] }): void;
}

/** What a model is asked. It gets the prompts alone, never the whole annotation. */
export interface ModelPrompt {
  /** Id of the region that was drawn last. */
  readonly region: string;
  /** Items of that region. */
  readonly result: readonly ResultItem[];
  /** Items of all prompts since the last decision, this one last: points that are meant and points that are not. */
  readonly prompts: readonly ResultItem[];
  /** Ends when the answer is not wanted any more: a newer prompt was drawn, or the person went on. */
  readonly signal: AbortSignal;
}

/** What it answers: items as of a prediction. Those that the configuration does not know are left out. */
export interface PromptAnswer {
  readonly result: readonly ResultItem[];
}

export interface EditorOptions extends EditorCallbacks {
  /** Labeling configuration, XML. */
  readonly config: string;
  readonly task: EditorTask;
  readonly annotations?: readonly EditorAnnotation[];
  readonly predictions?: readonly EditorPrediction[];
  readonly drafts?: readonly EditorDraft[];
  readonly user?: EditorUser | null;
  readonly projectSettings?: ProjectSettings;
  /**
   * `stream`: task after task, new annotation first. `quick`: one task opened from a list, tabs of
   * all annotations. `preview`: nothing is saved (configuration page). Default `quick`.
   */
  readonly mode?: 'stream' | 'quick' | 'preview';
  readonly history?: TaskHistory;
  /** What to open at the start: an annotation or a prediction, and a region in it. */
  readonly place?: EditorPlace;
  /** Keys that this person set, by action id. */
  readonly customHotkeys?: CustomHotkeys;
  /** Nonce of the page's content policy, for parts that must insert a style element. */
  readonly nonce?: string;
  /**
   * Address (of this site) of an empty page in which marked-up data is shown; the page brings its own
   * content policy. Default `/frame.html`. Where it can't be loaded, a shadow root is used.
   */
  readonly frameUrl?: string;
  /** Makes a stored address loadable (`s3://…` to a proxy path). Default: as it is. */
  readonly resolveUrl?: (url: string, context: { readonly node: ConfigNode }) => string;
  /** Prefix for what the browser keeps; default `labelkeep`. */
  readonly storagePrefix?: string;
}
