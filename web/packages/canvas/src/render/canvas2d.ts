/**
 * The Canvas2D renderer. As long as drawing every visible item costs little it does so for each
 * frame. When it would cost more (measured, not guessed), a finished picture is moved and scaled
 * while the camera moves, and drawn anew in short slices once it rests. Changes of single items
 * repaint their boxes only.
 */
import type { Camera } from '../camera';
import { invert, type Matrix, mapBox, scaled } from '../geometry/matrix';
import { type Box, encloses, grow, intersects } from '../geometry/point';
import type { Scene, SceneChange } from '../scene';
import { forgetStyles, paintCost, paintItem } from './paint';
import type { RegionRenderer } from './renderer';
import { Tile, TileJob } from './tile';

/** Milliseconds of drawing regions that a frame bears beside image, overlay and composition in software. */
const DIRECT_BUDGET = 4;
/** Milliseconds of a slice of the work on a picture. */
const SLICE = 9;
/** The same while there is nothing on the screen yet and nobody can be disturbed: each slice costs a frame. */
const FIRST_SLICE = 80;
/** Milliseconds a rectangle costs until it was measured (software rasteriser, one core). */
const FIRST_GUESS = 0.0012;
/** The camera rests when it did not move for this long, milliseconds. */
const REST = 90;
/** Longest side of the picture of the whole image, device pixels. */
const OVERVIEW_SIDE = 2048;
/** More changed boxes than this are one full repaint. */
const MANY_BOXES = 64;

export class Canvas2dRenderer implements RegionRenderer {
  readonly name = 'canvas2d';
  readonly canvas: HTMLCanvasElement;
  path: 'direct' | 'tiles' = 'direct';
  drawnCount = 0;

  private readonly ctx: CanvasRenderingContext2D;
  private ratio = 1;
  private changed: Box[] | null = null;
  private allChanged = true;
  private lastMatrix: Matrix | null = null;
  private movedAt = 0;
  private costOfUnit = FIRST_GUESS;
  /** All items with their units of work, counted when the scene is replaced. */
  private totalCost = 0;
  private totalKnown = false;
  private counted = false;

  private overview: Tile | null = null;
  private detail: Tile | null = null;
  private job: TileJob | null = null;

  constructor(private readonly scene: Scene) {
    this.canvas = document.createElement('canvas');
    const ctx = this.canvas.getContext('2d');
    if (!ctx) throw new Error('This browser gives no 2D drawing context; images cannot be labeled in it.');
    this.ctx = ctx;
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    forgetStyles(this.ctx);
    this.lastMatrix = null;
    this.job = null;
    this.detail = null;
  }

  invalidate(change: SceneChange): void {
    if (change.boxes === null || (this.changed?.length ?? 0) + change.boxes.length > MANY_BOXES) {
      this.allChanged = true;
      this.changed = null;
      this.totalKnown = false;
    } else if (!this.allChanged) {
      this.changed = [...(this.changed ?? []), ...change.boxes];
    }
  }

  draw(camera: Camera, now: number): boolean {
    const matrix = scaled(camera.matrix, this.ratio);
    const moved = !sameMatrix(this.lastMatrix, matrix);
    if (moved) this.movedAt = now;
    const margin = 8 / camera.zoom;
    const visible = grow(camera.visibleBox, margin);
    const tiles = this.tooMuch(camera, visible);
    this.path = tiles ? 'tiles' : 'direct';
    const pending = tiles ? this.drawTiles(camera, matrix, moved, now) : this.drawDirect(matrix, visible, moved);
    this.lastMatrix = matrix;
    this.allChanged = false;
    this.changed = null;
    return pending;
  }

  destroy(): void {
    this.job = null;
    this.detail = null;
    this.overview = null;
    // Gives the pixels back at once, without waiting for the garbage collector.
    this.canvas.width = 0;
    this.canvas.height = 0;
  }

  private drawDirect(matrix: Matrix, visible: Box, moved: boolean): boolean {
    this.job = null;
    this.detail = null;
    if (this.allChanged) this.overview = null;
    else if (this.overview && this.changed) this.repaint(this.overview.ctx, this.overview.matrix, this.changed);
    if (!moved && !this.allChanged) {
      if (this.changed) {
        this.repaint(this.ctx, matrix, this.changed);
        this.drawnCount = this.scene.countWithin(visible);
      }
      return false;
    }
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawnCount = 0;
    for (const item of this.scene.within(visible)) {
      if (this.scene.isMask(item.id)) continue;
      this.drawnCount++;
      if (!this.scene.isLifted(item.id)) paintItem(this.ctx, item, matrix, this.ratio);
    }
    return false;
  }

  private drawTiles(camera: Camera, matrix: Matrix, moved: boolean, now: number): boolean {
    if (this.allChanged) {
      this.job = null;
      // The picture on the screen stays until a new one is there: nothing flickers.
      if (this.detail) this.detail = this.detail.asStale();
      this.overview = null;
    } else if (this.changed) {
      for (const tile of new Set([this.overview, this.detail]))
        if (tile) this.repaint(tile.ctx, tile.matrix, this.changed);
      if (this.job) this.job = null;
    }
    const sharp = this.detail !== null && !this.detail.stale && sameMatrix(this.detail.matrix, matrix);
    if (moved || this.allChanged || this.changed) this.counted = false;
    if (moved && this.job && !this.job.keepWhileMoving) this.job = null;
    if (!sharp && !this.job && (this.overview === null || now - this.movedAt > REST || this.detail === null)) {
      this.job =
        this.overview === null && this.detail !== null ? this.overviewJob(camera) : this.detailJob(camera, matrix);
    } else if (sharp && this.overview === null && !this.job) {
      this.job = this.overviewJob(camera);
    }
    if (this.job) this.runJob(camera);
    this.compose(matrix);
    const done =
      this.detail !== null && !this.detail.stale && sameMatrix(this.detail.matrix, matrix) && this.overview !== null;
    if (done && !this.counted) {
      this.counted = true;
      this.drawnCount = this.scene.countWithin(camera.visibleBox);
    }
    return !done;
  }

  private runJob(camera: Camera): void {
    const job = this.job;
    if (!job) return;
    const finished = job.run(this.detail ? SLICE : FIRST_SLICE, (item) => !this.scene.isLifted(item.id), this.ratio);
    if (job.unitsDone > 500) this.costOfUnit = job.elapsed / job.unitsDone;
    if (!finished) return;
    if (job.keepWhileMoving) this.overview = job.tile;
    else {
      this.detail = job.tile;
      // A picture of the whole image serves from afar too: one less to make.
      if (!this.overview && encloses(job.tile.imageBox, camera.imageBox)) this.overview = job.tile;
    }
    this.job = null;
  }

  private detailJob(camera: Camera, matrix: Matrix): TileJob {
    const tile = new Tile(this.canvas.width, this.canvas.height, matrix);
    return new TileJob(tile, this.scene.within(grow(camera.visibleBox, 8 / camera.zoom)), false);
  }

  private overviewJob(camera: Camera): TileJob {
    const { width, height } = camera.image;
    const scale = Math.min(OVERVIEW_SIDE / width, OVERVIEW_SIDE / height, camera.fitZoom * this.ratio);
    const tile = new Tile(Math.ceil(width * scale), Math.ceil(height * scale), {
      a: scale,
      b: 0,
      c: 0,
      d: scale,
      e: 0,
      f: 0,
    });
    return new TileJob(tile, this.scene.within({ minX: 0, minY: 0, maxX: width, maxY: height }), true);
  }

  /** Puts the pictures that there are on the screen: the sharp one, and around it the coarse one. */
  private compose(matrix: Matrix): void {
    const { ctx } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const detail = this.detail ?? (this.job && !this.job.keepWhileMoving ? this.job.tile : null);
    const covered = detail ? mapBox(matrix, detail.imageBox) : null;
    if (this.overview) {
      ctx.save();
      if (covered) {
        // Both pictures are translucent: where they overlapped, regions would look darker.
        ctx.beginPath();
        ctx.rect(0, 0, this.canvas.width, this.canvas.height);
        ctx.rect(covered.minX, covered.minY, covered.maxX - covered.minX, covered.maxY - covered.minY);
        ctx.clip('evenodd');
      }
      this.overview.drawOn(ctx, matrix);
      ctx.restore();
    }
    if (detail) {
      ctx.save();
      detail.drawOn(ctx, matrix);
      ctx.restore();
    }
  }

  /** Repaints boxes (image pixels) of a picture and nothing else. */
  private repaint(
    ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
    matrix: Matrix,
    boxes: readonly Box[],
  ): void {
    const margin = 8 * this.ratio;
    const areas = mergeBoxes(boxes.map((box) => whole(grow(mapBox(matrix, box), margin))));
    const back = invert(matrix);
    for (const area of areas) {
      const screen: Box = { minX: 0, minY: 0, maxX: ctx.canvas.width, maxY: ctx.canvas.height };
      if (!intersects(area, screen)) continue;
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.beginPath();
      ctx.rect(area.minX, area.minY, area.maxX - area.minX, area.maxY - area.minY);
      ctx.clip();
      ctx.clearRect(area.minX, area.minY, area.maxX - area.minX, area.maxY - area.minY);
      forgetStyles(ctx);
      for (const item of this.scene.within(mapBox(back, grow(area, margin)))) {
        if (!this.scene.isLifted(item.id)) paintItem(ctx, item, matrix, this.ratio);
      }
      ctx.restore();
      forgetStyles(ctx);
    }
  }

  private tooMuch(camera: Camera, visible: Box): boolean {
    if (!this.totalKnown) {
      this.totalCost = 0;
      for (const item of this.scene.all()) this.totalCost += paintCost(item);
      this.totalKnown = true;
    }
    if (this.totalCost * this.costOfUnit <= DIRECT_BUDGET) return false;
    const { width, height } = camera.image;
    if (visible.minX <= 0 && visible.minY <= 0 && visible.maxX >= width && visible.maxY >= height) return true;
    // Zoomed in: what is visible decides. The estimate by area avoids a query for each frame.
    const part =
      (Math.max(0, Math.min(width, visible.maxX) - Math.max(0, visible.minX)) *
        Math.max(0, Math.min(height, visible.maxY) - Math.max(0, visible.minY))) /
      (width * height);
    return this.totalCost * part * 1.5 * this.costOfUnit > DIRECT_BUDGET;
  }
}

function sameMatrix(a: Matrix | null, b: Matrix): boolean {
  return a !== null && a.a === b.a && a.b === b.b && a.c === b.c && a.d === b.d && a.e === b.e && a.f === b.f;
}

function whole(box: Box): Box {
  return {
    minX: Math.floor(box.minX),
    minY: Math.floor(box.minY),
    maxX: Math.ceil(box.maxX),
    maxY: Math.ceil(box.maxY),
  };
}

/** Boxes that meet become one, so that nothing is painted twice (translucent fills would add up). */
export function mergeBoxes(boxes: readonly Box[]): Box[] {
  const merged: Box[] = [];
  for (const box of boxes) {
    let next = box;
    for (let i = merged.length - 1; i >= 0; i--) {
      const other = merged[i] as Box;
      if (!intersects(other, next)) continue;
      next = {
        minX: Math.min(other.minX, next.minX),
        minY: Math.min(other.minY, next.minY),
        maxX: Math.max(other.maxX, next.maxX),
        maxY: Math.max(other.maxY, next.maxY),
      };
      merged.splice(i, 1);
      i = merged.length;
    }
    merged.push(next);
  }
  return merged;
}
