/** Draws the image itself, with smoothing, brightness, contrast and grid. */
import type { Camera } from '../camera';
import type { Size } from '../geometry/percent';
import { closeLater } from './release';

export interface ImageLook {
  readonly smoothing: boolean;
  /** 1 is unchanged, 0…2. */
  readonly brightness: number;
  readonly contrast: number;
  readonly grid: { readonly size: number; readonly color: string } | null;
}

export const DEFAULT_LOOK: ImageLook = { smoothing: true, brightness: 1, contrast: 1, grid: null };

/** Halving stops at this length of the longer side. */
const SMALLEST_LEVEL = 512;

export class ImageLayer {
  readonly canvas: HTMLCanvasElement;
  private readonly ctx: CanvasRenderingContext2D;
  private source: CanvasImageSource | null = null;
  /** Halves of the image, each half as wide as the one before: scaling down from the nearest is quick and smooth. */
  private levels: { readonly source: ImageBitmap; readonly width: number }[] = [];
  private size: Size = { width: 1, height: 1 };
  private look: ImageLook = DEFAULT_LOOK;
  private ratio = 1;
  private generation = 0;
  /** The halves are still to be made: until then the image is drawn in the quickest way. */
  private pending = false;

  constructor(private readonly onChange: () => void) {
    this.canvas = document.createElement('canvas');
    const ctx = this.canvas.getContext('2d');
    if (!ctx) throw new Error('This browser gives no 2D drawing context; images cannot be labeled in it.');
    this.ctx = ctx;
  }

  /** Shows an image, or none. The layer closes bitmaps that it made; the source stays the caller's. */
  setImage(source: CanvasImageSource | null, size: Size): void {
    this.release();
    this.source = source;
    this.size = size;
    this.pending = source !== null;
    if (source) void this.makeLevels(source, size, this.generation);
    this.onChange();
  }

  setLook(look: ImageLook): void {
    this.look = look;
    // The element's filter is applied while compositing and costs nothing when it is not set.
    const filters: string[] = [];
    if (look.brightness !== 1) filters.push(`brightness(${look.brightness})`);
    if (look.contrast !== 1) filters.push(`contrast(${look.contrast})`);
    this.canvas.style.filter = filters.join(' ');
    this.onChange();
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
  }

  draw(camera: Camera): void {
    const { ctx, ratio } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.source) return;
    const m = camera.matrix;
    ctx.setTransform(m.a * ratio, m.b * ratio, m.c * ratio, m.d * ratio, m.e * ratio, m.f * ratio);
    const { width, height } = this.size;
    const wanted = width * camera.zoom * ratio;
    let source: CanvasImageSource = this.source;
    for (const level of this.levels) if (level.width >= wanted) source = level.source;
    ctx.imageSmoothingEnabled = this.look.smoothing;
    ctx.imageSmoothingQuality = source === this.source && !this.pending && wanted < width * 0.6 ? 'medium' : 'low';
    ctx.drawImage(source, 0, 0, width, height);
    if (this.look.grid) this.drawGrid(camera, this.look.grid);
  }

  destroy(): void {
    this.release();
    this.source = null;
    this.canvas.width = 0;
    this.canvas.height = 0;
  }

  private drawGrid(camera: Camera, grid: { readonly size: number; readonly color: string }): void {
    // Lines closer than four CSS pixels would be a grey veil.
    if (!(grid.size * camera.zoom >= 4)) return;
    const { ctx } = this;
    const { width, height } = this.size;
    const visible = camera.visibleBox;
    ctx.strokeStyle = grid.color;
    ctx.lineWidth = 1 / camera.zoom;
    ctx.beginPath();
    const firstX = Math.max(0, Math.floor(visible.minX / grid.size)) * grid.size;
    for (let x = firstX; x <= Math.min(width, visible.maxX); x += grid.size) {
      ctx.moveTo(x, Math.max(0, visible.minY));
      ctx.lineTo(x, Math.min(height, visible.maxY));
    }
    const firstY = Math.max(0, Math.floor(visible.minY / grid.size)) * grid.size;
    for (let y = firstY; y <= Math.min(height, visible.maxY); y += grid.size) {
      ctx.moveTo(Math.max(0, visible.minX), y);
      ctx.lineTo(Math.min(width, visible.maxX), y);
    }
    ctx.stroke();
  }

  private async makeLevels(source: CanvasImageSource, size: Size, generation: number): Promise<void> {
    let from: CanvasImageSource = source;
    let { width, height } = size;
    const worth = () => Math.max(width, height) > 2 * SMALLEST_LEVEL;
    // Halving a large image holds the page up for a frame or two: it is shown first.
    if (worth()) await idle();
    while (worth() && generation === this.generation) {
      width = Math.ceil(width / 2);
      height = Math.ceil(height / 2);
      let level: ImageBitmap;
      try {
        level = await createImageBitmap(from as ImageBitmapSource, {
          resizeWidth: width,
          resizeHeight: height,
          // For halves this is the mean of four pixels, exactly, at a tenth of the time of `medium`.
          resizeQuality: 'low',
        });
      } catch {
        // Too large for the memory there is, or not a bitmap (SVG): the image itself is drawn.
        break;
      }
      if (generation !== this.generation) {
        level.close();
        return;
      }
      this.levels.push({ source: level, width });
      from = level;
    }
    if (generation !== this.generation) return;
    this.pending = false;
    this.onChange();
  }

  private release(): void {
    this.generation++;
    this.pending = false;
    closeLater(this.levels.map((level) => level.source));
    this.levels = [];
  }
}

/** Milliseconds that a page has after an image was set, for the frames that show it and what stands around it. */
const SETTLING = 200;
/** Milliseconds after which work that waits for a quiet moment is done at any rate. */
const LATEST = 500;

/** Resolves when the page has nothing better to do. */
async function idle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLING));
  // Safari has no such callback.
  if (!('requestIdleCallback' in globalThis)) return;
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: LATEST }));
}
