/**
 * The layer of painted areas, between the image and the other regions. All masks are blended into
 * one picture of what is in view, at the size (1, 1/2, 1/4 …) that is nearest to the screen's. A stroke
 * blends anew only what it changed; larger changes are made in slices, over several frames, while the
 * old picture stays. So the cost of a frame depends neither on the number of masks nor on their size.
 */
import type { Camera } from '../camera';
import { scaled } from '../geometry/matrix';
import type { Size } from '../geometry/percent';
import { type Box, clamp, grow, intersects } from '../geometry/point';
import { COARSEST } from '../raster/level';
import { maskBounds, maskDifference } from '../raster/mask';
import { MaskBlender, type MaskLook } from './mask-blend';
import { traceMask } from './mask-outline';

/** Side of a block of the picture, in its own pixels. */
const BLOCK = 256;
/** Rows of a block that are blended between two looks at the clock. */
const STRIP = 64;
/** Milliseconds of blending in a frame. */
const SLICE = 8;
/** Blocks of a picture, 256 kB each: two pictures of 64 MB at the most. */
const MOST_BLOCKS = 256;
/** From so many device pixels for one of the image on, outlines are lines and not pixels. */
const LARGE_PIXELS = 3;

/** A part of the picture that must be blended again, in its pixels. */
interface Dirty {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** The picture of what is in view. */
interface View {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly level: number;
  readonly lines: boolean;
  /** Place on the level, in blocks. */
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly dirty: (Dirty | null)[];
}

export class MaskLayer {
  readonly canvas: HTMLCanvasElement;
  /** Masks of regions in view, all of them blended in, after the last frame that was finished. */
  drawnCount = 0;
  private readonly ctx: CanvasRenderingContext2D;
  private readonly blender = new MaskBlender();
  private size: Size = { width: 1, height: 1 };
  private ratio = 1;
  private looks: readonly MaskLook[] = [];
  private view: View | null = null;
  private spare: HTMLCanvasElement | null = null;

  constructor() {
    this.canvas = document.createElement('canvas');
    this.ctx = contextOf(this.canvas);
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
  }

  setImage(size: Size): void {
    this.size = size;
    this.looks = [];
    this.view = null;
  }

  /** What is to be seen, from the lowest to the uppermost. True when it differs from what was. */
  show(looks: readonly MaskLook[]): boolean {
    let changed = false;
    const before = new Map(this.looks.map((look) => [look.id, look]));
    this.looks = looks;
    for (const look of looks) {
      const old = before.get(look.id);
      before.delete(look.id);
      if (old && sameLook(old, look)) {
        const part = maskDifference(old.mask, look.mask);
        if (!part) continue;
        changed = true;
        this.mark(part);
      } else {
        changed = true;
        if (old) this.mark(maskBounds(old.mask));
        this.mark(maskBounds(look.mask));
      }
    }
    for (const gone of before.values()) this.mark(maskBounds(gone.mask));
    return changed || before.size > 0;
  }

  /** Draws a frame. True when parts are still to be blended. */
  draw(camera: Camera): boolean {
    const { ctx, canvas } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    if (this.looks.length === 0) {
      this.view = null;
      this.drawnCount = 0;
      return false;
    }
    const view = this.viewFor(camera);
    if (!view) {
      this.drawnCount = 0;
      return false;
    }
    const pending = this.blend(view);
    if (!pending) this.drawnCount = this.countWithin(camera.visibleBox);
    const factor = 2 ** view.level;
    const m = scaled(camera.matrix, this.ratio);
    ctx.setTransform(m.a * factor, m.b * factor, m.c * factor, m.d * factor, m.e, m.f);
    ctx.imageSmoothingEnabled = camera.zoom * this.ratio < 1;
    const left = view.left * BLOCK;
    const top = view.top * BLOCK;
    // Beyond the image's border there are neither pixels nor rims.
    const width = Math.min(view.canvas.width, Math.ceil(this.size.width / factor) - left);
    const height = Math.min(view.canvas.height, Math.ceil(this.size.height / factor) - top);
    if (width > 0 && height > 0) ctx.drawImage(view.canvas, 0, 0, width, height, left, top, width, height);
    if (!view.lines) this.outline(camera);
    return pending;
  }

  destroy(): void {
    this.looks = [];
    for (const canvas of [this.canvas, this.view?.canvas, this.spare]) if (canvas) canvas.width = 0;
    this.view = null;
    this.spare = null;
  }

  private countWithin(box: Box): number {
    // What is being painted and is no region yet has no id.
    return this.looks.filter((look) => look.id !== '' && intersects(maskBounds(look.mask), box)).length;
  }

  /** What was pointed at or selected, outlined along its pixels. */
  private outline(camera: Camera): void {
    const { ctx } = this;
    const box = camera.visibleBox;
    const m = scaled(camera.matrix, this.ratio);
    for (const look of this.looks) {
      if (look.emphasis === 'none') continue;
      ctx.setTransform(m.a, m.b, m.c, m.d, m.e, m.f);
      ctx.beginPath();
      traceMask(
        look.mask,
        {
          minX: Math.max(0, box.minX),
          minY: Math.max(0, box.minY),
          maxX: Math.min(this.size.width, box.maxX),
          maxY: Math.min(this.size.height, box.maxY),
        },
        ctx,
      );
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.lineCap = 'square';
      if (look.emphasis === 'selected') {
        ctx.strokeStyle = 'rgba(255,255,255,0.9)';
        ctx.lineWidth = 3 * this.ratio;
        ctx.stroke();
      }
      ctx.strokeStyle = look.lineColor;
      ctx.lineWidth = 1.5 * this.ratio;
      ctx.stroke();
    }
  }

  /** The picture for where the camera is; keeps of the one before what can be kept. */
  private viewFor(camera: Camera): View | null {
    const scale = camera.zoom * this.ratio;
    const nearest = scale >= 1 ? 0 : clamp(Math.round(Math.log2(1 / scale)), 0, COARSEST);
    const { level, left, top, columns, rows } = this.blocksIn(camera.visibleBox, nearest);
    const lines = scale < LARGE_PIXELS;
    if (columns <= 0 || rows <= 0) return null;
    const old = this.view;
    const fits =
      old !== null &&
      old.level === level &&
      old.lines === lines &&
      left >= old.left &&
      top >= old.top &&
      left + columns <= old.left + old.columns &&
      top + rows <= old.top + old.rows &&
      // Far out the picture would be much larger than what is seen of it.
      old.columns * old.rows <= 4 * columns * rows + 8;
    if (fits) return old;
    const canvas = this.spare ?? document.createElement('canvas');
    canvas.width = columns * BLOCK;
    canvas.height = rows * BLOCK;
    const ctx = contextOf(canvas);
    const dirty = Array.from({ length: columns * rows }, (_, index): Dirty | null => {
      const column = left + (index % columns);
      const row = top + Math.floor(index / columns);
      if (old?.level === level && old.lines === lines) {
        const x = column - old.left;
        const y = row - old.top;
        if (x >= 0 && y >= 0 && x < old.columns && y < old.rows) return old.dirty[y * old.columns + x] ?? null;
      }
      return blockBox(column, row);
    });
    if (old) {
      // The old picture, larger or smaller, until there is a new one: nothing flickers.
      const factor = 2 ** (old.level - level);
      ctx.drawImage(
        old.canvas,
        (old.left * factor - left) * BLOCK,
        (old.top * factor - top) * BLOCK,
        old.canvas.width * factor,
        old.canvas.height * factor,
      );
    }
    this.spare = old?.canvas ?? null;
    this.view = { canvas, ctx, level, lines, left, top, columns, rows, dirty };
    return this.view;
  }

  /** The blocks that show a part of the image; coarser ones where the picture would take too much memory. */
  private blocksIn(box: Box, level: number): Pick<View, 'level' | 'left' | 'top' | 'columns' | 'rows'> {
    const side = BLOCK * 2 ** level;
    const left = Math.floor(Math.max(0, box.minX) / side);
    const top = Math.floor(Math.max(0, box.minY) / side);
    const columns = Math.ceil(Math.min(this.size.width, box.maxX) / side) - left;
    const rows = Math.ceil(Math.min(this.size.height, box.maxY) / side) - top;
    if (columns > 0 && rows > 0 && columns * rows > MOST_BLOCKS && level < COARSEST)
      return this.blocksIn(box, level + 1);
    return { level, left, top, columns, rows };
  }

  private blend(view: View): boolean {
    const start = performance.now();
    for (let block = 0; block < view.dirty.length; block++) {
      for (let part = view.dirty[block]; part; part = view.dirty[block]) {
        const minX = Math.floor(part.minX / 32) * 32;
        const maxX = Math.ceil(part.maxX / 32) * 32;
        const rows = Math.min(STRIP, part.maxY - part.minY);
        const area = { level: view.level, x: minX, y: part.minY, words: (maxX - minX) / 32, rows };
        const image = this.blender.picture(this.looks, area, view.lines);
        view.ctx.putImageData(image, minX - view.left * BLOCK, part.minY - view.top * BLOCK);
        view.dirty[block] = part.minY + rows < part.maxY ? { ...part, minY: part.minY + rows } : null;
        if (performance.now() - start > SLICE) return view.dirty.some((one) => one !== null);
      }
    }
    return false;
  }

  /** Notes that a part of the image, in its pixels, is to be blended again. */
  private mark(box: Box): void {
    const { view } = this;
    if (!view || box.minX > box.maxX) return;
    const factor = 2 ** view.level;
    // Outlines of the pixels around change too.
    const { minX, minY, maxX, maxY } = grow(box, factor);
    const low = { x: Math.floor(minX / factor), y: Math.floor(minY / factor) };
    const high = { x: Math.ceil(maxX / factor), y: Math.ceil(maxY / factor) };
    for (let row = 0; row < view.rows; row++) {
      for (let column = 0; column < view.columns; column++) {
        const whole = blockBox(view.left + column, view.top + row);
        const next = {
          minX: Math.max(whole.minX, low.x),
          minY: Math.max(whole.minY, low.y),
          maxX: Math.min(whole.maxX, high.x),
          maxY: Math.min(whole.maxY, high.y),
        };
        if (next.minX >= next.maxX || next.minY >= next.maxY) continue;
        const place = row * view.columns + column;
        const known = view.dirty[place];
        view.dirty[place] = known
          ? {
              minX: Math.min(known.minX, next.minX),
              minY: Math.min(known.minY, next.minY),
              maxX: Math.max(known.maxX, next.maxX),
              maxY: Math.max(known.maxY, next.maxY),
            }
          : next;
      }
    }
  }
}

function sameLook(a: MaskLook, b: MaskLook): boolean {
  return (
    a.color === b.color &&
    a.lineColor === b.lineColor &&
    a.fill === b.fill &&
    a.outlined === b.outlined &&
    a.dashed === b.dashed &&
    a.emphasis === b.emphasis &&
    a.order === b.order &&
    a.mask.width === b.mask.width &&
    a.mask.height === b.mask.height
  );
}

function blockBox(column: number, row: number): Dirty {
  return { minX: column * BLOCK, minY: row * BLOCK, maxX: (column + 1) * BLOCK, maxY: (row + 1) * BLOCK };
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('This browser gives no 2D drawing context; images cannot be labeled in it.');
  return ctx;
}
