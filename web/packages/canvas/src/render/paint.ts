/** Paints one item with Canvas2D. Shared by the static layer, its cached tiles and the overlay. */
import { apply, type Matrix, mapBox } from '../geometry/matrix';
import type { Point } from '../geometry/point';
import type { ItemStyle, SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import { withOpacity } from './color';

export type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Below this size on the screen (device pixels) an item is a dot: its outline could not be told. */
const DOT_SIZE = 3;

/** How much work an item is, in units of an upright rectangle. */
export function paintCost(item: SceneItem): number {
  const { points, vertices } = item.shape as {
    readonly points?: { readonly length: number };
    readonly vertices?: { readonly length: number };
  };
  // Curves and dots cost about twice as much as straight edges.
  return points ? 2 + points.length / 8 : vertices ? 2 + vertices.length / 2 : 1;
}

/**
 * Paints an item; `matrix` maps image pixels to device pixels, `ratio` is the number of device
 * pixels in a CSS pixel. Outlines of upright rectangles are set on the pixel grid, which moves them by at
 * most half a device pixel and makes them sharp.
 */
export function paintItem(ctx: Context2D, item: SceneItem, matrix: Matrix, ratio: number): void {
  const { shape, style } = item;
  const kind = kindOf(shape);
  if (kind.raster) return;
  const upright = kind.upright?.(shape);
  if (upright) {
    const box = mapBox(matrix, upright);
    const width = box.maxX - box.minX;
    const height = box.maxY - box.minY;
    if (width < DOT_SIZE && height < DOT_SIZE) {
      paintDot(ctx, box.minX, box.minY, style);
      return;
    }
    if (style.fillOpacity > 0) {
      setFill(ctx, withOpacity(style.color, style.fillOpacity));
      ctx.fillRect(box.minX, box.minY, width, height);
    }
    if (style.strokeWidth > 0) {
      const line = lineWidth(style, ratio);
      const shift = (line % 2) / 2;
      const left = Math.round(box.minX - shift) + shift;
      const top = Math.round(box.minY - shift) + shift;
      setStroke(ctx, style, line);
      ctx.strokeRect(
        left,
        top,
        Math.max(1, Math.round(box.maxX - shift) + shift - left),
        Math.max(1, Math.round(box.maxY - shift) + shift - top),
      );
    }
    return;
  }
  const box = mapBox(matrix, kind.bounds(shape));
  if (!kind.marker && box.maxX - box.minX < DOT_SIZE && box.maxY - box.minY < DOT_SIZE) {
    paintDot(ctx, box.minX, box.minY, style);
    return;
  }
  ctx.beginPath();
  kind.trace(shape, ctx, matrix);
  if (style.fillOpacity > 0 && kind.filled(shape)) {
    setFill(ctx, withOpacity(style.color, style.fillOpacity));
    ctx.fill();
  }
  if (style.strokeWidth > 0) {
    setStroke(ctx, style, lineWidth(style, ratio));
    if (paintCost(item) > 500) ctx.lineJoin = 'bevel';
    ctx.stroke();
    ctx.lineJoin = 'round';
  }
  if (style.dotSize && kind.dots) paintDots(ctx, kind.dots(shape), style, matrix, ratio);
}

/** The vertices of a path that rests. */
function paintDots(ctx: Context2D, points: Iterable<Point>, style: ItemStyle, matrix: Matrix, ratio: number): void {
  const radius = (style.dotSize ?? 0) * ratio;
  ctx.beginPath();
  for (const point of points) {
    const { x, y } = apply(matrix, point);
    if (style.pointStyle === 'rectangle') ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    else {
      ctx.moveTo(x + radius, y);
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }
  setFill(ctx, style.strokeColor ?? style.color);
  ctx.fill();
}

function lineWidth(style: ItemStyle, ratio: number): number {
  return Math.max(1, Math.round(style.strokeWidth * ratio));
}

function paintDot(ctx: Context2D, x: number, y: number, style: ItemStyle): void {
  setFill(ctx, withOpacity(style.color, 0.8));
  ctx.fillRect(Math.round(x), Math.round(y), 2, 2);
}

// Reading a style back is cheaper than setting the same one again: setting parses the colour.
const NO_DASH: number[] = [];
const lastFill = new WeakMap<object, string>();
const lastStroke = new WeakMap<object, string>();
const lastLine = new WeakMap<object, number>();
const lastDash = new WeakMap<object, boolean>();

function setFill(ctx: Context2D, color: string): void {
  if (lastFill.get(ctx) === color) return;
  lastFill.set(ctx, color);
  ctx.fillStyle = color;
}

function setStroke(ctx: Context2D, style: ItemStyle, width: number): void {
  const color = style.strokeColor ?? style.color;
  if (lastStroke.get(ctx) !== color) {
    lastStroke.set(ctx, color);
    ctx.strokeStyle = color;
  }
  if (lastLine.get(ctx) !== width) {
    lastLine.set(ctx, width);
    ctx.lineWidth = width;
    ctx.lineJoin = 'round';
  }
  const dashed = style.dashed === true;
  if (lastDash.get(ctx) !== dashed) {
    lastDash.set(ctx, dashed);
    ctx.setLineDash(dashed ? [4 * width, 3 * width] : NO_DASH);
  }
}

/** To be called when the context's styles were set by others, restored or lost (resize). */
export function forgetStyles(ctx: Context2D): void {
  lastFill.delete(ctx);
  lastStroke.delete(ctx);
  lastLine.delete(ctx);
  lastDash.delete(ctx);
}
