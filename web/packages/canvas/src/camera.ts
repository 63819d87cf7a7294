/**
 * The camera: where the image lies in the viewport. The only place that maps between image pixels
 * (natural, unrotated) and CSS pixels of the viewport.
 */
import { apply, invert, type Matrix, mapBox } from './geometry/matrix';
import type { Size } from './geometry/percent';
import { type Box, boxCenter, clamp, encloses, type Point } from './geometry/point';

/** Quarter turns clockwise. */
export type Turns = 0 | 1 | 2 | 3;

export interface CameraOptions {
  /** May one zoom out below "fit"? */
  readonly negativeZoom?: boolean;
  /** Where an image smaller than the viewport stands: 0 left/top, 0.5 centre, 1 right/bottom. */
  readonly alignX?: number;
  readonly alignY?: number;
  /** Edges of the viewport that something lies over (toolbars): a fitted image keeps clear of them. CSS pixels. */
  readonly inset?: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** View on opening: fitted, 100 %, or fitted but never enlarged. */
  readonly defaultZoom?: 'fit' | 'original' | 'auto';
}

/** CSS pixels for one image pixel. */
export const ZOOM_LIMITS = { min: 0.1, max: 100 } as const;

/** Part of the viewport that may stay empty beside an enlarged image, so that its borders can be worked on. */
const OVERSCROLL = 0.25;

export class Camera {
  private viewport: Size = { width: 1, height: 1 };
  private imageSize: Size = { width: 1, height: 1 };
  private zoomValue = 1;
  /** Position of the turned image's top-left corner in the viewport. */
  private left = 0;
  private top = 0;
  private turnsValue: Turns = 0;
  /** True until a person zooms or pans: the view then follows the size of the viewport. */
  private automatic = true;
  private cachedMatrix: Matrix | null = null;
  private cachedInverse: Matrix | null = null;

  constructor(
    private readonly onChange: () => void,
    private options: CameraOptions = {},
  ) {}

  get zoom(): number {
    return this.zoomValue;
  }
  get turns(): Turns {
    return this.turnsValue;
  }
  get image(): Size {
    return this.imageSize;
  }
  get view(): Size {
    return this.viewport;
  }
  /** The whole image in its own pixels. */
  get imageBox(): Box {
    return { minX: 0, minY: 0, maxX: this.imageSize.width, maxY: this.imageSize.height };
  }

  /** Image pixels → CSS pixels of the viewport. */
  get matrix(): Matrix {
    if (!this.cachedMatrix) {
      const { width: w, height: h } = this.imageSize;
      const z = this.zoomValue;
      const { left, top } = this;
      // Turned clockwise by quarters: (x, y), (h − y, x), (w − x, h − y), (y, w − x).
      switch (this.turnsValue) {
        case 0:
          this.cachedMatrix = { a: z, b: 0, c: 0, d: z, e: left, f: top };
          break;
        case 1:
          this.cachedMatrix = { a: 0, b: z, c: -z, d: 0, e: left + h * z, f: top };
          break;
        case 2:
          this.cachedMatrix = { a: -z, b: 0, c: 0, d: -z, e: left + w * z, f: top + h * z };
          break;
        case 3:
          this.cachedMatrix = { a: 0, b: -z, c: z, d: 0, e: left, f: top + w * z };
          break;
      }
    }
    return this.cachedMatrix;
  }

  toScreen(point: Point): Point {
    return apply(this.matrix, point);
  }
  toImage(point: Point): Point {
    this.cachedInverse ??= invert(this.matrix);
    return apply(this.cachedInverse, point);
  }
  /** The part of the plane that the viewport shows, image pixels. */
  get visibleBox(): Box {
    this.cachedInverse ??= invert(this.matrix);
    return mapBox(this.cachedInverse, { minX: 0, minY: 0, maxX: this.viewport.width, maxY: this.viewport.height });
  }

  /** The zoom at which the whole turned image just fits. */
  get fitZoom(): number {
    const { width, height } = this.turned;
    return Math.min(this.roomX.size / width, this.roomY.size / height);
  }
  get minZoom(): number {
    const fit = this.fitZoom;
    return this.options.negativeZoom ? Math.min(ZOOM_LIMITS.min, fit) : Math.min(1, fit);
  }
  get maxZoom(): number {
    return Math.max(ZOOM_LIMITS.max, this.fitZoom);
  }
  /** Is some of the image outside the viewport? Then a plain wheel pans. */
  get zoomed(): boolean {
    const { width, height } = this.turned;
    return width * this.zoomValue > this.roomX.size + 0.5 || height * this.zoomValue > this.roomY.size + 0.5;
  }

  configure(options: CameraOptions): void {
    this.options = options;
    if (this.automatic) this.reset();
    else this.update();
  }

  /** A new image; the view starts as `defaultZoom` says. */
  setImage(size: Size, turns: Turns = 0): void {
    this.imageSize = { width: Math.max(1, size.width), height: Math.max(1, size.height) };
    this.turnsValue = turns;
    this.reset();
  }

  /** The viewport changed its size: an untouched view is fitted again, another keeps its centre. */
  setViewport(size: Size): void {
    const before = this.viewport;
    if (size.width === before.width && size.height === before.height) return;
    const middle = this.toImage({ x: before.width / 2, y: before.height / 2 });
    this.viewport = { width: Math.max(1, size.width), height: Math.max(1, size.height) };
    if (this.automatic) this.reset();
    else this.place(this.zoomValue, middle, { x: this.viewport.width / 2, y: this.viewport.height / 2 });
  }

  /** The view on opening. */
  reset(): void {
    const { defaultZoom = 'fit' } = this.options;
    const fit = this.fitZoom;
    this.zoomValue = defaultZoom === 'original' ? 1 : defaultZoom === 'auto' ? Math.min(1, fit) : fit;
    this.center();
    this.automatic = true;
    this.update();
  }

  /** Fits the whole image. */
  fit(): void {
    this.zoomValue = this.fitZoom;
    this.center();
    this.automatic = (this.options.defaultZoom ?? 'fit') === 'fit';
    this.update();
  }

  /** Zooms to an absolute value and keeps the image point under `anchor` (viewport) where it is. */
  zoomTo(zoom: number, anchor: Point = { x: this.viewport.width / 2, y: this.viewport.height / 2 }): void {
    this.place(clamp(zoom, this.minZoom, this.maxZoom), this.toImage(anchor), anchor);
  }

  zoomBy(factor: number, anchor?: Point): void {
    this.zoomTo(this.zoomValue * factor, anchor);
  }

  /** Moves the image by CSS pixels. False when it is already at the limit. */
  panBy(dx: number, dy: number): boolean {
    const { left, top } = this;
    this.left += dx;
    this.top += dy;
    this.automatic = false;
    this.update();
    return Math.abs(this.left - left) > 0.01 || Math.abs(this.top - top) > 0.01;
  }

  /** Zooms and moves so that image point `at` lies at viewport point `screen`. */
  place(zoom: number, at: Point, screen: Point): void {
    this.zoomValue = clamp(zoom, this.minZoom, this.maxZoom);
    this.cachedMatrix = null;
    const there = apply(this.matrix, at);
    this.left += screen.x - there.x;
    this.top += screen.y - there.y;
    this.automatic = false;
    this.update();
  }

  /** Turns the view by quarters; the centre of the viewport stays the centre. */
  turn(quarters: number): void {
    const middle = this.toImage({ x: this.viewport.width / 2, y: this.viewport.height / 2 });
    this.turnsValue = ((((this.turnsValue + quarters) % 4) + 4) % 4) as Turns;
    if (this.automatic) this.reset();
    else this.place(this.zoomValue, middle, { x: this.viewport.width / 2, y: this.viewport.height / 2 });
  }

  /** Brings a box (image pixels) into view; does nothing when all of it is visible. */
  reveal(box: Box): void {
    const visible = this.visibleBox;
    if (encloses(visible, box)) return;
    const onScreen = mapBox(this.matrix, box);
    const room = 0.8;
    const factor = Math.min(
      1,
      (this.viewport.width * room) / Math.max(1, onScreen.maxX - onScreen.minX),
      (this.viewport.height * room) / Math.max(1, onScreen.maxY - onScreen.minY),
    );
    this.place(this.zoomValue * factor, boxCenter(box), { x: this.viewport.width / 2, y: this.viewport.height / 2 });
  }

  private get turned(): Size {
    const { width, height } = this.imageSize;
    return this.turnsValue % 2 === 0 ? { width, height } : { width: height, height: width };
  }

  /** The part of the viewport, across and down, that nothing lies over. */
  private get roomX(): { readonly from: number; readonly size: number } {
    const { left, right } = this.options.inset ?? NO_INSET;
    const size = this.viewport.width - left - right;
    // A viewport that is hardly wider than its toolbar is used as a whole.
    return size >= this.viewport.width / 2 ? { from: left, size } : { from: 0, size: this.viewport.width };
  }
  private get roomY(): { readonly from: number; readonly size: number } {
    const { top, bottom } = this.options.inset ?? NO_INSET;
    const size = this.viewport.height - top - bottom;
    return size >= this.viewport.height / 2 ? { from: top, size } : { from: 0, size: this.viewport.height };
  }

  private center(): void {
    this.left = this.roomX.from + (this.roomX.size - this.turned.width * this.zoomValue) / 2;
    this.top = this.roomY.from + (this.roomY.size - this.turned.height * this.zoomValue) / 2;
  }

  private update(): void {
    const { alignX = 0.5, alignY = 0.5 } = this.options;
    // Enlarged, the image may lie anywhere inside, so that the point under the pointer stays there; fitted it stands still.
    const fixed = this.zoomValue <= this.fitZoom * 1.0001;
    this.left = limit(this.left, this.turned.width * this.zoomValue, this.roomX, fixed ? alignX : null);
    this.top = limit(this.top, this.turned.height * this.zoomValue, this.roomY, fixed ? alignY : null);
    this.cachedMatrix = null;
    this.cachedInverse = null;
    this.onChange();
  }
}

const NO_INSET = { left: 0, top: 0, right: 0, bottom: 0 } as const;

/** Keeps an image in sight: a fitted one where it is aligned, an enlarged one may leave a part of the room empty. */
function limit(
  position: number,
  extent: number,
  room: { readonly from: number; readonly size: number },
  align: number | null,
): number {
  const slack = room.size - extent;
  if (slack >= -1e-6 && align !== null) return room.from + slack * align;
  const margin = room.size * OVERSCROLL;
  return clamp(position, room.from + Math.min(0, slack) - margin, room.from + Math.max(0, slack) + margin);
}
