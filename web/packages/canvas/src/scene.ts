/**
 * All regions of the image that is shown, as shapes with a style, and the questions that tools and
 * renderers ask about them: what is here, what lies under this point.
 */
import { type Box, EMPTY_BOX, grow, type Point, unite } from './geometry/point';
import { kindOf } from './shapes/registry';
import type { PathRules, Shape } from './shapes/shape';
import { SpatialIndex } from './spatial-index';

/** How a region looks. Widths are CSS pixels and do not grow with zoom. */
export interface ItemStyle {
  /** `#rrggbb`. */
  readonly color: string;
  /** 0…1. */
  readonly fillOpacity: number;
  readonly strokeWidth: number;
  /** Colour of the outline where it differs. */
  readonly strokeColor?: string;
  /** Drawn with a dashed outline: suggestions, incomplete shapes. */
  readonly dashed?: boolean;
  /** Half the size of a point handle. */
  readonly pointSize?: number;
  readonly pointStyle?: 'circle' | 'rectangle';
  /** Radius of a new key point while the whole image is shown. */
  readonly markerSize?: number;
  /** Radius of its vertices while it rests (`Vector`). */
  readonly dotSize?: number;
}

export interface SceneItem {
  readonly id: string;
  readonly shape: Shape;
  readonly style: ItemStyle;
  /** Later items lie on top. */
  readonly order: number;
  /** May it be turned (`canRotate`)? */
  readonly rotatable: boolean;
  /** Round to whole pixels when it is changed (`snap="pixel"`). */
  readonly snapToPixel: boolean;
  /** For paths: what the control that drew it allows. */
  readonly rules?: PathRules;
  /** Text of its tag on the canvas; empty for none. Asked for only when it is drawn. */
  caption(): string;
}

/** Points are small: they are hit from this many times as far as outlines. */
const MARKER_REACH = 2.5;

export interface SceneChange {
  /** Parts of the image whose resting items must be drawn again; null means all, none that only masks changed. */
  readonly boxes: readonly Box[] | null;
}

export class Scene {
  private readonly items = new Map<string, SceneItem>();
  private readonly index = new SpatialIndex();
  private readonly hidden = new Set<string>();
  private lifted: ReadonlySet<string> = new Set();
  /** Ids of items that the mask layer draws. */
  private readonly rasters = new Set<string>();

  constructor(private readonly onChange: (change: SceneChange) => void) {}

  get size(): number {
    return this.items.size;
  }
  get(id: string): SceneItem | undefined {
    return this.items.get(id);
  }
  isVisible(id: string): boolean {
    return this.items.has(id) && !this.hidden.has(id);
  }
  all(): IterableIterator<SceneItem> {
    return this.items.values();
  }

  /** Does the mask layer draw it? */
  isMask(id: string): boolean {
    return this.rasters.has(id);
  }

  /** Visible items that the mask layer draws, lowest first. */
  masks(): SceneItem[] {
    const found: SceneItem[] = [];
    for (const id of this.rasters) {
      const item = this.items.get(id);
      if (item && !this.hidden.has(id)) found.push(item);
    }
    return found.sort((a, b) => a.order - b.order);
  }

  /** Is it being dragged, so that the overlay draws it and the static layer does not? */
  isLifted(id: string): boolean {
    return this.lifted.has(id);
  }

  /** Takes items off the static layer, and puts those back that were lifted before. */
  lift(ids: readonly string[]): void {
    const before = this.lifted;
    this.lifted = new Set(ids);
    const boxes: Box[] = [];
    for (const id of new Set([...before, ...ids])) {
      const item = this.items.get(id);
      if (item && before.has(id) !== this.lifted.has(id)) boxes.push(kindOf(item.shape).bounds(item.shape));
    }
    if (boxes.length > 0) this.onChange({ boxes });
  }

  /** Replaces everything. */
  load(items: Iterable<SceneItem>): void {
    this.items.clear();
    this.hidden.clear();
    this.lifted = new Set();
    this.rasters.clear();
    for (const item of items) {
      this.items.set(item.id, item);
      if (kindOf(item.shape).raster) this.rasters.add(item.id);
    }
    this.index.load(this.bounds());
    this.onChange({ boxes: null });
  }

  private *bounds(): Generator<readonly [string, Box]> {
    for (const { id, shape } of this.items.values()) yield [id, kindOf(shape).bounds(shape)];
  }

  /** Adds items or replaces those with the same id. */
  put(items: readonly SceneItem[]): void {
    const boxes: Box[] = [];
    for (const item of items) {
      const before = this.items.get(item.id);
      const kind = kindOf(item.shape);
      const bounds = kind.bounds(item.shape);
      if (kind.raster) this.rasters.add(item.id);
      else if (!this.lifted.has(item.id)) {
        if (before) boxes.push(kindOf(before.shape).bounds(before.shape));
        boxes.push(bounds);
      }
      this.items.set(item.id, item);
      if (before?.shape !== item.shape) this.index.set(item.id, bounds);
    }
    this.onChange({ boxes });
  }

  remove(ids: readonly string[]): void {
    const boxes: Box[] = [];
    for (const id of ids) {
      const item = this.items.get(id);
      if (!item) continue;
      const kind = kindOf(item.shape);
      if (!kind.raster) boxes.push(kind.bounds(item.shape));
      this.items.delete(id);
      this.rasters.delete(id);
      this.hidden.delete(id);
      this.index.delete(id);
    }
    this.onChange({ boxes });
  }

  setHidden(ids: readonly string[], hidden: boolean): void {
    const boxes: Box[] = [];
    for (const id of ids) {
      const item = this.items.get(id);
      if (!item || this.hidden.has(id) === hidden) continue;
      if (hidden) this.hidden.add(id);
      else this.hidden.delete(id);
      const kind = kindOf(item.shape);
      if (!kind.raster) boxes.push(kind.bounds(item.shape));
    }
    this.onChange({ boxes });
  }

  /** Makes ready for questions about places, while nobody waits for an answer. */
  prepare(): void {
    this.index.prepare();
  }

  /** Visible items whose bounds meet the box, lowest first. */
  within(box: Box): SceneItem[] {
    const found: SceneItem[] = [];
    for (const id of this.index.query(box)) {
      const item = this.items.get(id);
      if (item && !this.hidden.has(id)) found.push(item);
    }
    return found.sort((a, b) => a.order - b.order);
  }

  /** Number of visible items whose bounds meet the box, without masks: their layer counts them. */
  countWithin(box: Box): number {
    let count = 0;
    for (const id of this.index.query(box)) if (!this.hidden.has(id) && !this.rasters.has(id)) count++;
    return count;
  }

  /**
   * Visible items under a point, best first: those that the point is inside of (or nearest to),
   * the smaller before the larger, the upper before the lower.
   */
  hit(point: Point, tolerance: number): SceneItem[] {
    const reach = tolerance * MARKER_REACH;
    const box = grow({ minX: point.x, minY: point.y, maxX: point.x, maxY: point.y }, reach);
    const found: { item: SceneItem; area: number }[] = [];
    for (const id of this.index.query(box)) {
      const item = this.items.get(id);
      if (!item || this.hidden.has(id)) continue;
      const kind = kindOf(item.shape);
      if (kind.distance(item.shape, point) <= (kind.marker ? reach : tolerance))
        found.push({ item, area: kind.area(item.shape) });
    }
    return found.sort((a, b) => a.area - b.area || b.item.order - a.item.order).map((one) => one.item);
  }

  /** Ids of visible items that share a point with the box (marquee). */
  meeting(box: Box): string[] {
    return this.within(box)
      .filter((item) => kindOf(item.shape).meets(item.shape, box))
      .map((item) => item.id);
  }

  /** Bounds of some items; null when none of them exists. */
  boundsOf(ids: Iterable<string>): Box | null {
    let box: Box = EMPTY_BOX;
    for (const id of ids) {
      const item = this.items.get(id);
      if (item) box = unite(box, kindOf(item.shape).bounds(item.shape));
    }
    return box.minX <= box.maxX ? box : null;
  }
}
