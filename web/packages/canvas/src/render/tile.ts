/** A finished picture of regions, and the work of making one in slices. */
import { compose, invert, type Matrix, mapBox } from '../geometry/matrix';
import type { Box } from '../geometry/point';
import type { SceneItem } from '../scene';
import { type Context2D, paintCost, paintItem } from './paint';

type TileCanvas = HTMLCanvasElement | OffscreenCanvas;

export class Tile {
  readonly canvas: TileCanvas;
  readonly ctx: Context2D;

  constructor(
    width: number,
    height: number,
    /** Image pixels → pixels of this picture. */
    readonly matrix: Matrix,
    /** Shows what is no longer so; used until a new one is there. */
    readonly stale: boolean = false,
    from?: Tile,
  ) {
    if (from) {
      this.canvas = from.canvas;
      this.ctx = from.ctx;
      return;
    }
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, width);
    canvas.height = Math.max(1, height);
    // Kept in main memory: drawing happens when it is called, so that slices can be timed.
    const ctx = canvas.getContext('2d', { willReadFrequently: true });
    if (!ctx) throw new Error('The browser has no memory left for drawing. Close other tabs and reload.');
    this.canvas = canvas;
    this.ctx = ctx;
  }

  /** Part of the image that it covers, image pixels. */
  get imageBox(): Box {
    return mapBox(invert(this.matrix), { minX: 0, minY: 0, maxX: this.canvas.width, maxY: this.canvas.height });
  }

  asStale(): Tile {
    return new Tile(0, 0, this.matrix, true, this);
  }

  /** Draws the picture where a camera with this matrix (image → device pixels) shows it. */
  drawOn(ctx: CanvasRenderingContext2D, matrix: Matrix): void {
    const m = compose(invert(this.matrix), matrix);
    ctx.setTransform(m.a, m.b, m.c, m.d, m.e, m.f);
    ctx.imageSmoothingEnabled = Math.abs(Math.abs(m.a) + Math.abs(m.b) - 1) > 1e-6;
    ctx.drawImage(this.canvas, 0, 0);
  }
}

export class TileJob {
  /** Milliseconds of drawing so far. */
  elapsed = 0;
  unitsDone = 0;
  private next = 0;

  constructor(
    readonly tile: Tile,
    private readonly items: readonly SceneItem[],
    /** The coarse picture does not depend on where the camera is. */
    readonly keepWhileMoving: boolean,
  ) {}

  /** Draws for about `budget` milliseconds. True when all items are drawn. */
  run(budget: number, draws: (item: SceneItem) => boolean, ratio: number): boolean {
    const start = performance.now();
    const { ctx, matrix } = this.tile;
    let chunk = 0;
    while (this.next < this.items.length) {
      const item = this.items[this.next++] as SceneItem;
      this.unitsDone += paintCost(item);
      chunk += paintCost(item);
      if (draws(item)) paintItem(ctx, item, matrix, ratio);
      if (chunk >= 400) {
        chunk = 0;
        // Drawing is recorded and done later; reading one pixel has it done now, in this slice.
        ctx.getImageData(0, 0, 1, 1);
        if (performance.now() - start > budget) break;
      }
    }
    if (this.next >= this.items.length) ctx.getImageData(0, 0, 1, 1);
    this.elapsed += performance.now() - start;
    return this.next >= this.items.length;
  }
}
