/**
 * What the canvas needs from whoever owns the regions. Tools read shapes from the scene and change
 * them through this interface alone; the owner answers by changing the scene.
 */
import type { Point } from './geometry/point';
import type { Mask } from './raster/mask';
import type { ItemStyle } from './scene';
import type { PathRules, Shape } from './shapes/shape';

/** A change in progress: shown at once, one step of undo when it is committed. */
export interface ShapeChange {
  update(shapes: ReadonlyMap<string, Shape>): void;
  /** False when nothing changed. */
  commit(): boolean;
  cancel(): void;
}

/** How a shape was drawn. */
export interface CreateOptions {
  /** Says what is not meant (alt with a smart tool). */
  readonly negative?: boolean;
}

export interface StageModel {
  /** Selected regions in order of selection, those of other objects included. */
  selected(): readonly string[];
  select(ids: readonly string[]): void;
  hover(id: string | null): void;
  /** False for read-only and locked regions. */
  canChange(id: string): boolean;
  /** May the active tool draw now? False comes with a message to the person. */
  canDraw(): boolean;
  /** Is a label waiting to be used? A click then draws, even on a region. */
  armed(): boolean;
  /**
   * Are there labels to choose from? With none in the hand one then rather means the region under the
   * pointer than a new one without a label.
   */
  hasLabels(): boolean;
  /** Look of what would be drawn now. */
  draftStyle(): ItemStyle;
  /** Does what would be drawn now snap to whole pixels? */
  snapToPixel(): boolean;
  /** Makes a region as one step of undo; null when it may not be (after a message). */
  create(shape: Shape, how?: CreateOptions): string | null;
  /** A drawing that was a region from its first point on is done. */
  finished(): void;
  /** What paths drawn now may be. */
  pathRules(): PathRules;
  /** Deletes regions as one step. */
  remove(label: string, ids: readonly string[]): void;
  /** Starts a change by dragging. */
  change(label: string): ShapeChange;
  /** A change at once; steps with the same key that follow each other become one. */
  edit(label: string, shapes: ReadonlyMap<string, Shape>, mergeKey?: string): boolean;
  /** Where the threshold of the magic wand begins, 0…255. */
  wandThreshold(): number;
  /** What the magic wand takes from a pixel on; null when it cannot, after a message to the person. */
  flood(at: Point, threshold: number): Promise<Mask | null>;
  /** Tells the person something, in writing. */
  tell(text: string): void;
  /** Speaks to screen readers. */
  announce(text: string): void;
}
