/**
 * The words of the editor's model. Records are immutable: a change makes a new record, so that
 * history keeps the old one for free and a reader knows by identity whether anything happened.
 */

/** A JSON object as it came from outside. Keys are never trusted as property names of our own. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One item of `annotation.result`. Unknown keys are allowed everywhere and must survive. */
export interface ResultItem extends JsonObject {
  readonly id?: string;
  readonly from_name?: string;
  readonly to_name?: string;
  readonly type?: string;
  readonly value?: JsonObject;
}

/** Where a region came from; `prediction` becomes `prediction-changed` on its first edit. */
export type Origin = 'manual' | 'prediction' | 'prediction-changed';

/**
 * One result item of a region: what one control says about it. A `Rectangle` + `Labels` region has
 * two facets (a shape without an answer, and labels); a `RectangleLabels` region has one.
 */
export interface Facet {
  /** `from_name`: the control. */
  readonly from: string;
  /** Result type to write (`rectanglelabels`, `choices`, …). */
  readonly type: string;
  /**
   * What the control's answer codec made of the value: a list of labels or choices, lines of text,
   * a number. `undefined` for a bare shape.
   */
  readonly answer?: unknown;
  /** Place of this item in the result array; later items have larger numbers. */
  readonly seq: number;
  /** The item as it was read; written back as the same object until the facet is changed. */
  readonly source?: ResultItem;
  readonly changed: boolean;
  /** The geometry was changed: it is written anew. Items of one region may differ until then. */
  readonly reshaped?: boolean;
}

/**
 * One marked piece of an object, or (kind `answer`) an answer about a task or an item.
 * Hidden, locked and selected are view state and live in `ViewState`, not here.
 */
export interface Region {
  /** Key in the store, unique in the document. */
  readonly id: string;
  /** `id` of the result items. The same as `id` unless the data used one id for two objects. */
  readonly wireId: string;
  /** `to_name`: the object that it lies on. */
  readonly object: string;
  /** Shape codec: `text`, `rectangle`, `polygon`, …; `answer` has no geometry. */
  readonly kind: string;
  /** What the shape codec read; its type is known to that codec alone. */
  readonly geometry: unknown;
  /** Item of a multi-item object (page of `valueList`), from 0. */
  readonly itemIndex?: number;
  readonly facets: readonly Facet[];
  readonly origin: Origin;
  readonly score?: number;
  readonly parentId?: string;
  readonly meta?: JsonObject;
  /** Comes with the data: can be neither changed nor deleted. */
  readonly readonly: boolean;
  /** A model suggests it: it is shown, and not saved until a person accepts it. */
  readonly suggested?: true;
  /** Keys written at the top of every new item of this region (`original_width`, …). */
  readonly envelope: JsonObject;
  /** Order of creation. */
  readonly seq: number;
}

/** A relation between two regions (item of type `relation`). */
export interface Relation {
  /** Key in the store; relations have no id on the wire. */
  readonly id: string;
  /** Store ids of the regions. */
  readonly from: string;
  readonly to: string;
  readonly direction: 'left' | 'right' | 'bi';
  readonly labels: readonly string[];
  readonly seq: number;
  readonly source?: ResultItem;
  readonly changed: boolean;
}

/** An item that this editor does not model; written back as it was, where it was. */
export interface ForeignItem {
  readonly seq: number;
  readonly item: ResultItem;
  /**
   * Set for an earlier answer of a control that has a later one: it is dropped as soon as that
   * later one (region id, control) is changed.
   */
  readonly supersededBy?: { readonly region: string; readonly from: string };
}

/** One record before and after; `null` means that it is not there. Serialisable as JSON. */
export type Change =
  | { readonly on: 'region'; readonly id: string; readonly before: Region | null; readonly after: Region | null }
  | {
      readonly on: 'relation';
      readonly id: string;
      readonly before: Relation | null;
      readonly after: Relation | null;
    };

/** One step of history: applied forwards it redoes, backwards it undoes. */
export interface Delta {
  /** Name shown to people: "Move region". */
  readonly label: string;
  readonly changes: readonly Change[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What listeners of a document get after a change: the ids that they must look at again. */
export interface ChangeBatch {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
  /** True when relations changed. */
  readonly relations: boolean;
  /** True while a gesture is running: the change is not final. */
  readonly transient: boolean;
}
