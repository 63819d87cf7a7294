/**
 * What a tag brings to the editor. Each tag is one folder that exports a `TagModule`; `tags/registry.ts`
 * lists them all. Codecs are pure; `mount` of an object and `create` of a tool touch the DOM.
 */
import type { ConfigNode, TaskData } from '@labelkeep/labeling';
import type { ComponentType } from 'react';
import type { Action } from './actions';
import type { Editor } from './editor';
import type { JsonObject, Region, ResultItem } from './types';

/**
 * Reads and writes one kind of geometry. `read` never throws: it gives null for values that it
 * cannot show, and such items pass through untouched. `write` gives the geometry's keys only; keys
 * of the source value that are not in `keys` survive by themselves.
 */
export interface ShapeCodec<G = unknown> {
  /** `Region.kind`: `text`, `rectangle`, `polygon`, … */
  readonly kind: string;
  /** A stretch of text: selected rather than drawn by a tool, so any labels control of its object labels it. */
  readonly span?: true;
  /** Lower-case tags of the objects that it lies on: `['image']`. */
  readonly objects: readonly string[];
  /** All keys of `value` that belong to the geometry. */
  readonly keys: readonly string[];
  /** Is this a `value` of this kind? Codecs are asked in the order of the registry. */
  matches(value: JsonObject): boolean;
  /** `item` is what the value stands in: masks need the size of the image from it. */
  read(value: JsonObject, item?: ResultItem): G | null;
  write(geometry: G): JsonObject;
  /**
   * For geometries that take long to write: has what `write` will give made ready, off the page's
   * thread. Null when it is ready. Never rejects, and `write` gives the same without it, only later.
   */
  prepare?(geometry: G): Promise<void> | null;
  /** A few words for lists and screen readers: the text of a span, "120 × 80". */
  describe(geometry: G): string;
  /** Numbers that the details panel offers for editing. */
  readonly fields?: readonly GeometryField<G>[];
  /**
   * Does the shape still miss something (open polygon)? Blocks submitting with this message. `control` is the
   * one that drew it.
   */
  incomplete?(geometry: G, control?: ConfigNode): string | null;
}

/** One editable number of a geometry. */
export interface GeometryField<G = unknown> {
  readonly key: string;
  /** Label in the details panel: "X", "Width". */
  readonly label: string;
  /** Unit shown behind it: "%", "°". */
  readonly unit?: string;
  readonly step?: number;
  readonly min?: number;
  readonly max?: number;
  /** False shows the number without letting people change it. */
  readonly editable?: boolean;
  get(geometry: G): number;
  set?(geometry: G, value: number): G;
}

/** Reads and writes what a control says: the part of `value` beside the geometry. */
export interface AnswerCodec<A = unknown> {
  /** Key inside `value` for a result of this type: `choices`, `rectanglelabels`, `text`. */
  key(type: string): string;
  /** `undefined` when the value holds no answer. Never throws. */
  read(value: JsonObject, type: string): A | undefined;
  /** What goes under `key`. */
  write(answer: A): unknown;
  isEmpty(answer: A): boolean;
}

/** A tool that draws or selects on an object; one button of its toolbar. */
export interface ToolDescriptor {
  /** Unique on the object: `select`, `rectangle:box`. */
  readonly id: string;
  /** `name` of the object that it works on. */
  readonly object: string;
  /** `name` of the control whose regions it draws; none for select and pan. */
  readonly control?: string;
  /** Other controls that it draws for too, when one of their labels is chosen (magic wand, several brushes). */
  readonly alsoFor?: readonly string[];
  readonly label: string;
  /** Default key, `R`. */
  readonly shortcut?: string;
  readonly icon: Icon;
  /** Offered only where a model answers prompts (smart tools), or only where none does (`smartOnly`); default: always. */
  readonly offered?: 'with-model' | 'without-model';
  /** It takes away from regions and makes none (eraser): a label that is chosen then wants another tool. */
  readonly subtracts?: boolean;
}

/** SVG path data on a 24 × 24 grid, drawn as strokes of the text colour. */
export type Icon = readonly string[];

/** What an object gets when it is mounted. */
export interface ObjectContext {
  readonly editor: Editor;
  readonly node: ConfigNode;
  /** Value of `value` with the task's data put in: string, list or object. */
  readonly value: unknown;
}

/** A mounted object. All methods may be called at any time after `mount` returned. */
export interface ObjectHandle {
  /** Removes listeners, workers and DOM. */
  destroy(): void;
  /** Brings a region into view and, when it is on another page, that page. */
  reveal(regionId: string): void;
  /** Rectangle of the data on the page, CSS pixels. */
  box(): DOMRect;
  /**
   * Rectangle of the window where a region is drawn (for curves between regions); about where it
   * would be when it is scrolled away; null when it is not shown (hidden, another page).
   */
  regionBox?(regionId: string): DOMRect | null;
  /** Number of regions drawn on screen in the last frame. */
  drawnCount(): number;
  /** Resolves when the data is shown or has failed. */
  readonly ready: Promise<void>;
  /** A geometry that was typed in: clamped to the data, with what depends on it (the text of a span). */
  fitGeometry?(geometry: unknown): unknown;
  /** Undo of a part of a running drawing (last polygon point). True when it did something. */
  undoStep?(): boolean;
  redoStep?(): boolean;
  /** Escape: abandons a running drawing. True when there was one. */
  cancel?(): boolean;
  /** The document (annotation tab) shown was changed; read `editor.document` anew. */
  documentChanged?(): void;
  /**
   * Another task is opened with the same configuration: shows its data with what stands there already, and
   * has a new `ready`. An object that cannot is made anew.
   */
  openTask?(context: ObjectContext): void;
}

/** Draws an object without a framework. */
export interface ObjectSpec {
  mount(host: HTMLElement, context: ObjectContext): ObjectHandle;
  /** Tools that need no control (select, pan). */
  tools?(node: ConfigNode): readonly ToolDescriptor[];
  /**
   * Fetches the data of a task that is opened now or later. `resolve` makes a stored address
   * loadable. Whatever is held for it must be bounded; a failure is nobody's business.
   */
  prefetch?(node: ConfigNode, value: unknown, resolve: (url: string) => string, when: 'now' | 'later'): void;
}

/** What a React panel of a tag gets. */
export interface TagPanelProps {
  readonly editor: Editor;
  readonly node: ConfigNode;
  /** Set in the row of a region (`displayMode="region-list"`): ask about this one, on one line. */
  readonly region?: string;
}

/** A codec of some geometry or answer: stores hand each codec only what it read itself. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where the type is forgotten.
type Some = any;

export interface TagModule {
  /** Lower-case tag names. */
  readonly tags: readonly string[];
  /** Geometry of regions drawn by this control (or selected on this object). */
  readonly shape?: ShapeCodec<Some>;
  /** For controls. */
  readonly answer?: AnswerCodec<Some>;
  /** For objects. */
  readonly object?: ObjectSpec;
  /** Tools that a control brings to its object. */
  tools?(node: ConfigNode): readonly ToolDescriptor[];
  /** Drawn in place of the tag; objects need none. */
  readonly Panel?: ComponentType<TagPanelProps>;
  /** The panel holds nothing that belongs to a task: it stays when another is opened, where others begin anew. */
  readonly stays?: boolean;
  /** Drawn in place of an object without a name; plain text when there is none. */
  readonly Static?: ComponentType<TagPanelProps>;
  /** Keeps children of the config from being drawn by the layout (Labels draws its own). */
  readonly ownsChildren?: boolean;
  /** Answer of a new annotation before anyone touched it (selected choices, stars given in advance). */
  preset?(node: ConfigNode, data: TaskData): unknown;
  /** Answer that a submit writes where nobody gave one (default numbers, an order left as it was). */
  fillIn?(context: FillInContext): unknown;
  /** First problem that keeps the answer from being submitted, beside `required`. */
  check?(context: CheckContext): string | null;
  /** Actions of this tag (hotkeys, palette); called once for each node when a task is opened. */
  actions?(editor: Editor, node: ConfigNode): readonly Action[];
}

/** What has no answer yet when a person submits. */
export interface FillInContext {
  readonly editor: Editor;
  readonly node: ConfigNode;
  /** The region that a perRegion control asks about; null for a task or an item. */
  readonly region: Region | null;
  readonly itemIndex?: number;
}

/** One answer to be checked before submitting. */
export interface CheckContext {
  readonly editor: Editor;
  readonly node: ConfigNode;
  readonly answer: unknown;
  readonly region: Region;
}
