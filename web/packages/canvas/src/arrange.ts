/** Puts several selected shapes in line and measures what is selected. Each change is one step of undo. */
import { IDENTITY } from './geometry/matrix';
import { gap, LengthMeter, overlap } from './geometry/measure';
import { type Box, boxCenter, distance, EMPTY_BOX, unite } from './geometry/point';
import type { SceneItem } from './scene';
import { kindOf } from './shapes/registry';
import type { Shape } from './shapes/shape';
import { translated } from './tools/manipulate';
import { changeableItems, selectedItems } from './tools/targets';
import type { ToolContext } from './tools/tool';

export type Alignment = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom';
export type Axis = 'x' | 'y';

/** Sizes in pixels of the image. */
export interface Measurement {
  readonly count: number;
  /** Of the box around all. */
  readonly width: number;
  readonly height: number;
  /** Of all areas together; overlaps count twice. */
  readonly area: number;
  readonly outline: number;
  /** For two shapes, by their boxes. */
  readonly pair?: {
    readonly centers: number;
    readonly gapX: number;
    readonly gapY: number;
    /** Intersection over union, 0…1. */
    readonly overlap: number;
  };
}

export class Arrangement {
  constructor(private readonly context: ToolContext) {}

  /** How many shapes can be put in line. */
  get count(): number {
    return changeableItems(this.context).length;
  }
  get measurable(): boolean {
    return selectedItems(this.context).some((item) => !kindOf(item.shape).raster);
  }

  /** Moves each shape so that its box touches (or is centred in) the box around all. */
  align(to: Alignment): boolean {
    const all = this.boxes();
    const around = all.reduce((box, one) => unite(box, one.box), EMPTY_BOX);
    return this.move(`Align ${to}`, all, ({ box }) => {
      switch (to) {
        case 'left':
          return { x: around.minX - box.minX, y: 0 };
        case 'right':
          return { x: around.maxX - box.maxX, y: 0 };
        case 'center':
          return { x: boxCenter(around).x - boxCenter(box).x, y: 0 };
        case 'top':
          return { x: 0, y: around.minY - box.minY };
        case 'bottom':
          return { x: 0, y: around.maxY - box.maxY };
        case 'middle':
          return { x: 0, y: boxCenter(around).y - boxCenter(box).y };
      }
    });
  }

  /** Makes the free space between neighbours equal; the outermost stay. */
  distribute(axis: Axis): boolean {
    const [low, high] = axis === 'x' ? (['minX', 'maxX'] as const) : (['minY', 'maxY'] as const);
    const sorted = this.boxes().sort((a, b) => a.box[low] + a.box[high] - b.box[low] - b.box[high]);
    const first = sorted[0];
    const last = sorted.at(-1);
    if (!first || !last || sorted.length < 3) return false;
    const taken = sorted.reduce((sum, { box }) => sum + box[high] - box[low], 0);
    const space = (last.box[high] - first.box[low] - taken) / (sorted.length - 1);
    const by = new Map<string, number>();
    let at = first.box[low];
    for (const { item, box } of sorted) {
      by.set(item.id, at - box[low]);
      at += box[high] - box[low] + space;
    }
    return this.move(axis === 'x' ? 'Distribute sideways' : 'Distribute upright', sorted, ({ item }) => {
      const step = by.get(item.id) ?? 0;
      return axis === 'x' ? { x: step, y: 0 } : { x: 0, y: step };
    });
  }

  /** Gives all shapes the width or height of the one that was selected first. */
  matchSize(axis: Axis): boolean {
    const all = this.boxes();
    const [model, ...others] = all;
    if (!model || others.length === 0) return false;
    const extent = (box: Box) => (axis === 'x' ? box.maxX - box.minX : box.maxY - box.minY);
    const shapes = new Map<string, Shape>();
    for (const { item, box } of others) {
      if (extent(box) <= 0 || extent(box) === extent(model.box)) continue;
      const factor = extent(model.box) / extent(box);
      const origin = { x: box.minX, y: box.minY };
      const kind = kindOf(item.shape);
      const scaled = kind.scale(item.shape, origin, axis === 'x' ? factor : 1, axis === 'y' ? factor : 1);
      shapes.set(item.id, item.snapToPixel ? kind.snap(scaled) : scaled);
    }
    if (shapes.size === 0) return false;
    return this.context.model.edit(axis === 'x' ? 'Same width' : 'Same height', shapes);
  }

  /** What is selected on this image; null when there is nothing to measure. */
  measure(): Measurement | null {
    const items = selectedItems(this.context).filter((item) => !kindOf(item.shape).raster);
    if (items.length === 0) return null;
    let around = EMPTY_BOX;
    let area = 0;
    const meter = new LengthMeter();
    for (const { shape } of items) {
      const kind = kindOf(shape);
      around = unite(around, kind.bounds(shape));
      area += kind.area(shape);
      kind.trace(shape, meter, IDENTITY);
    }
    const [a, b, ...more] = items.map((item) => kindOf(item.shape).bounds(item.shape));
    const by = a && b && more.length === 0 ? gap(a, b) : null;
    return {
      count: items.length,
      width: around.maxX - around.minX,
      height: around.maxY - around.minY,
      area,
      outline: meter.length,
      ...(a && b && by
        ? { pair: { centers: distance(boxCenter(a), boxCenter(b)), gapX: by.x, gapY: by.y, overlap: overlap(a, b) } }
        : {}),
    };
  }

  private boxes(): { readonly item: SceneItem; readonly box: Box }[] {
    return changeableItems(this.context).map((item) => ({ item, box: kindOf(item.shape).bounds(item.shape) }));
  }

  private move(
    label: string,
    all: readonly { readonly item: SceneItem; readonly box: Box }[],
    by: (one: { readonly item: SceneItem; readonly box: Box }) => { readonly x: number; readonly y: number },
  ): boolean {
    const shapes = new Map<string, Shape>();
    for (const one of all) {
      const { x, y } = by(one);
      if (Math.abs(x) > 1e-9 || Math.abs(y) > 1e-9) shapes.set(one.item.id, translated(one.item, x, y));
    }
    return shapes.size > 0 && all.length > 1 && this.context.model.edit(label, shapes);
  }
}
