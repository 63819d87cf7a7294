/**
 * The interaction layer: what is hovered, selected or being drawn, handles, cross-hair and the tags
 * of regions. It is small and painted anew whenever something on it changes; resting regions are not on it.
 */
import type { Camera } from '../camera';
import { type Matrix, mapBox, scaled } from '../geometry/matrix';
import { type Box, intersects, type Point } from '../geometry/point';
import type { ItemStyle, SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import type { Handle, Shape } from '../shapes/shape';
import { inkOn, withOpacity } from './color';
import { forgetStyles, paintCost, paintItem } from './paint';

/** Colours and font of the interaction layer, from the page's design. */
export interface OverlayTheme {
  /** Frame, marquee and handles. */
  readonly accent: string;
  /** Inside of handles. */
  readonly surface: string;
  /** CSS font family of tags. */
  readonly font: string;
}

/** How a handle stands out. */
export interface HandleState {
  /** The pointer is on it, or has it. */
  readonly active?: boolean;
  /** It is one of the chosen points. */
  readonly chosen?: boolean;
}

export const DEFAULT_THEME: OverlayTheme = { accent: '#2f6bff', surface: '#ffffff', font: 'system-ui, sans-serif' };

const TAG_HEIGHT = 18;
const TAG_FONT_SIZE = 12;
/** Longer texts of tags end in an ellipsis. */
const TAG_LENGTH = 32;

export class OverlayPainter {
  readonly canvas: HTMLCanvasElement;
  private readonly ctx: CanvasRenderingContext2D;
  private ratio = 1;
  private theme: OverlayTheme = DEFAULT_THEME;
  private camera: Camera;
  private matrix: Matrix;
  private widths = new Map<string, number>();

  constructor(camera: Camera) {
    this.camera = camera;
    this.matrix = camera.matrix;
    this.canvas = document.createElement('canvas');
    const ctx = this.canvas.getContext('2d');
    if (!ctx) throw new Error('This browser gives no 2D drawing context; images cannot be labeled in it.');
    this.ctx = ctx;
  }

  setTheme(theme: OverlayTheme): void {
    this.theme = theme;
    this.widths = new Map();
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    forgetStyles(this.ctx);
  }

  /** Begins a frame: everything is cleared. */
  begin(): void {
    this.matrix = scaled(this.camera.matrix, this.ratio);
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    forgetStyles(this.ctx);
  }

  /** A shape as it would rest on the layer below. */
  private item(item: SceneItem): void {
    forgetStyles(this.ctx);
    paintItem(this.ctx, item, this.matrix, this.ratio);
    forgetStyles(this.ctx);
  }

  /**
   * Emphasis on top of a region: a wider outline with a light rim, which shows on any image. `alone`
   * when the region is lifted off the layer below, so that its own filling must be painted too.
   */
  emphasis(item: SceneItem, selected: boolean, alone = false): void {
    const { ctx, ratio } = this;
    const { style } = item;
    const kind = kindOf(item.shape);
    if (kind.raster) return;
    const width = Math.max(selected ? 2 : 1.5, style.strokeWidth + (selected ? 1 : 0.5)) * ratio;
    ctx.setLineDash([]);
    ctx.beginPath();
    kind.trace(item.shape, ctx, this.matrix);
    if (kind.filled(item.shape)) {
      const tint = selected ? 0.16 : 0.12;
      ctx.fillStyle = withOpacity(style.color, alone ? 1 - (1 - tint) * (1 - style.fillOpacity) : tint);
      ctx.fill();
    }
    // Wide lines with round joins are what costs most in software (150 ms for 100,000 points): a hairline takes 20.
    const many = paintCost(item) > 500;
    ctx.lineJoin = many ? 'bevel' : 'round';
    if (selected && !many) {
      ctx.strokeStyle = 'rgba(255,255,255,0.9)';
      ctx.lineWidth = width + 2 * ratio;
      ctx.stroke();
    }
    ctx.strokeStyle = style.strokeColor ?? style.color;
    ctx.lineWidth = many ? 1 : width;
    ctx.stroke();
    forgetStyles(ctx);
  }

  /** A shape that is being drawn. */
  draft(shape: Shape, style: ItemStyle): void {
    this.item({
      id: '',
      shape,
      style: { ...style, strokeWidth: Math.max(1.5, style.strokeWidth) },
      order: 0,
      rotatable: false,
      snapToPixel: false,
      caption: () => '',
    });
  }

  /** A dashed line through points: where the next edge would go. */
  line(points: readonly Point[], style: ItemStyle): void {
    const { ctx, ratio } = this;
    ctx.beginPath();
    points.forEach((point, index) => {
      const { x, y } = this.device(point);
      if (index === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    });
    ctx.strokeStyle = style.color;
    ctx.lineWidth = Math.max(1.5, style.strokeWidth) * ratio;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.stroke();
    ctx.setLineDash([]);
    forgetStyles(ctx);
  }

  /** A point of a shape that is being drawn; `active` when a click would close it there. */
  point(point: Point, style: ItemStyle, active: boolean): void {
    const { x, y } = this.device(point);
    this.dot(
      x,
      y,
      (active ? 6.5 : 4) * this.ratio,
      active ? style.color : this.theme.surface,
      active ? this.theme.surface : style.color,
      'circle',
    );
  }

  /** Where a click would put a new point. */
  ghost(point: Point, style: ItemStyle): void {
    const { x, y } = this.device(point);
    this.ctx.globalAlpha = 0.75;
    this.dot(x, y, 4.5 * this.ratio, style.color, this.theme.surface, 'circle');
    this.ctx.globalAlpha = 1;
  }

  handle(handle: Handle, screen: Point, style: ItemStyle | null, state: HandleState = {}): void {
    const { ctx, ratio, theme } = this;
    const x = screen.x * ratio;
    const y = screen.y * ratio;
    const line = style?.color ?? theme.accent;
    const active = state.active === true;
    if (handle.anchor) {
      const anchor = this.device(handle.anchor);
      ctx.beginPath();
      ctx.moveTo(anchor.x, anchor.y);
      ctx.lineTo(x, y);
      ctx.strokeStyle = line;
      ctx.lineWidth = ratio;
      ctx.stroke();
      this.dot(
        x,
        y,
        (active ? 4.5 : 3.5) * ratio,
        active ? theme.surface : line,
        active ? line : theme.surface,
        'circle',
      );
      return;
    }
    if (handle.role === 'rotate') {
      const foot = this.device(handle.at);
      ctx.beginPath();
      ctx.moveTo(foot.x, foot.y);
      ctx.lineTo(x, y);
      this.rim(line, 1);
      this.dot(x, y, (active ? 6 : 5) * ratio, active ? line : theme.surface, line, 'circle');
      return;
    }
    const point = handle.role === 'point';
    const size = point ? (style?.pointSize ?? 4.5) : handle.role === 'side' ? 3.5 : 4.5;
    const look = point ? (style?.pointStyle ?? 'circle') : 'rectangle';
    const full = active || state.chosen === true;
    const radius = (full ? size + 1 : size) * ratio;
    this.dot(x, y, radius, full ? line : theme.surface, full ? theme.surface : line, look);
    // A chosen point has a ring besides: colour alone would not tell it from the one under the pointer.
    if (state.chosen) this.circle(x, y, radius + 3 * ratio, line);
  }

  /** A place that attracts the point in the hand: a ring on a vertex, a cross on an edge. */
  snapMark(at: Point, to: 'vertex' | 'edge'): void {
    const { ctx, ratio } = this;
    const { x, y } = this.device(at);
    const size = 7 * ratio;
    if (to === 'vertex') {
      this.circle(x, y, size, this.theme.accent);
      return;
    }
    ctx.beginPath();
    for (const sign of [1, -1]) {
      ctx.moveTo(x - size, y - sign * size);
      ctx.lineTo(x + size, y + sign * size);
    }
    this.rim(this.theme.accent);
  }

  private circle(x: number, y: number, radius: number, color: string): void {
    this.ctx.beginPath();
    this.ctx.arc(x, y, radius, 0, 2 * Math.PI);
    this.rim(color);
  }

  /** Strokes the current path so that it shows on any image. */
  private rim(color: string, thin = 1.5): void {
    const { ctx, ratio } = this;
    ctx.setLineDash([]);
    for (const [line, width] of [
      ['rgba(255,255,255,0.9)', thin + 2],
      [color, thin],
    ] as const) {
      ctx.strokeStyle = line;
      ctx.lineWidth = width * ratio;
      ctx.stroke();
    }
    forgetStyles(ctx);
  }

  /** The frame around several regions. */
  frame(box: Box): void {
    const onScreen = mapBox(this.matrix, box);
    const { ctx, ratio } = this;
    ctx.strokeStyle = this.theme.accent;
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.strokeRect(onScreen.minX, onScreen.minY, onScreen.maxX - onScreen.minX, onScreen.maxY - onScreen.minY);
    ctx.setLineDash([]);
    forgetStyles(ctx);
  }

  marquee(box: Box): void {
    const onScreen = mapBox(this.matrix, box);
    const { ctx, ratio } = this;
    const [x, y, w, h] = [onScreen.minX, onScreen.minY, onScreen.maxX - onScreen.minX, onScreen.maxY - onScreen.minY];
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = this.theme.accent;
    ctx.fillRect(x, y, w, h);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = this.theme.accent;
    ctx.lineWidth = ratio;
    ctx.strokeRect(Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(w), Math.round(h));
    forgetStyles(ctx);
  }

  /** Two lines through a point across the whole view. */
  crosshair(point: Point, strong: boolean): void {
    const { ctx, ratio } = this;
    const x = Math.round(point.x * ratio) + 0.5;
    const y = Math.round(point.y * ratio) + 0.5;
    // Light on dark, dashed over each other: seen on every image.
    for (const [color, dash] of [
      ['rgba(0,0,0,0.65)', []],
      [strong ? this.theme.accent : 'rgba(255,255,255,0.9)', [6 * ratio, 6 * ratio]],
    ] as const) {
      ctx.beginPath();
      ctx.moveTo(0, y);
      ctx.lineTo(this.canvas.width, y);
      ctx.moveTo(x, 0);
      ctx.lineTo(x, this.canvas.height);
      ctx.strokeStyle = color;
      ctx.lineWidth = ratio;
      ctx.setLineDash([...dash]);
      ctx.stroke();
    }
    ctx.setLineDash([]);
    if (strong) this.dot(x, y, 4 * ratio, this.theme.accent, this.theme.surface, 'circle');
    forgetStyles(ctx);
  }

  /** Where a brush would paint, as a ring that shows on any image; a dashed one (no style) where it would erase. */
  ring(center: Point, radius: number, style: ItemStyle | null): void {
    const { ctx, ratio } = this;
    const { x, y } = this.device(center);
    const size = radius * this.camera.zoom * ratio;
    for (const [color, width] of [
      ['rgba(255,255,255,0.9)', 3],
      [style?.color ?? '#1b1f24', 1.5],
    ] as const) {
      ctx.beginPath();
      ctx.arc(x, y, Math.max(size, ratio), 0, 2 * Math.PI);
      ctx.setLineDash(style || width === 3 ? [] : [4 * ratio, 3 * ratio]);
      ctx.strokeStyle = color;
      ctx.lineWidth = width * ratio;
      ctx.stroke();
    }
    ctx.setLineDash([]);
    forgetStyles(ctx);
  }

  /** A few words beside a point of the image. */
  note(text: string, at: Point): void {
    const { x, y } = this.camera.toScreen(at);
    this.tag(text, x + 12, y + 12, '#1b1f24');
  }

  /** Size of what is being drawn, in pixels of the image, beside the moving corner. */
  size(width: number, height: number, at: Point): void {
    const { x, y } = this.camera.toScreen(at);
    this.tag(`${Math.round(width)} × ${Math.round(height)}`, x + 12, y + 12, '#1b1f24');
  }

  /** The tag of a region above its top-left corner on the screen, inside when there is no room. */
  caption(item: SceneItem, viewHeight: number): void {
    const text = item.caption();
    if (text === '') return;
    const box = mapBox(this.camera.matrix, kindOf(item.shape).bounds(item.shape));
    const above = box.minY - TAG_HEIGHT - 1;
    const top = above >= 0 ? above : Math.min(Math.max(0, box.minY + 2), viewHeight - TAG_HEIGHT);
    this.tag(shorten(text), Math.max(0, box.minX - 0.5), top, item.style.color);
  }

  /** Is there room for the tag of an item: is it wide enough to be more than a cluttered dot? */
  roomForCaption(item: SceneItem): boolean {
    const box = mapBox(this.camera.matrix, kindOf(item.shape).bounds(item.shape));
    return (
      box.maxX - box.minX >= 18 &&
      box.maxY - box.minY >= 10 &&
      intersects(box, { minX: 0, minY: 0, maxX: this.camera.view.width, maxY: this.camera.view.height })
    );
  }

  private tag(text: string, left: number, top: number, background: string): void {
    const { ctx, ratio } = this;
    ctx.font = `500 ${TAG_FONT_SIZE * ratio}px ${this.theme.font}`;
    const key = `${ratio} ${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      width = Math.ceil(ctx.measureText(text).width);
      if (this.widths.size > 5000) this.widths.clear();
      this.widths.set(key, width);
    }
    const x = Math.round(left * ratio);
    const y = Math.round(top * ratio);
    ctx.fillStyle = background;
    ctx.beginPath();
    ctx.roundRect(x, y, width + 10 * ratio, TAG_HEIGHT * ratio, 3 * ratio);
    ctx.fill();
    ctx.fillStyle = inkOn(background);
    ctx.textBaseline = 'middle';
    ctx.fillText(text, x + 5 * ratio, y + (TAG_HEIGHT / 2 + 0.5) * ratio);
    forgetStyles(ctx);
  }

  private dot(x: number, y: number, radius: number, fill: string, line: string, look: 'circle' | 'rectangle'): void {
    const { ctx, ratio } = this;
    ctx.beginPath();
    if (look === 'circle') ctx.arc(x, y, radius, 0, 2 * Math.PI);
    else ctx.rect(Math.round(x - radius), Math.round(y - radius), Math.round(2 * radius), Math.round(2 * radius));
    ctx.fillStyle = fill;
    ctx.fill();
    ctx.setLineDash([]);
    ctx.strokeStyle = line;
    ctx.lineWidth = 1.5 * ratio;
    ctx.stroke();
    forgetStyles(ctx);
  }

  private device(point: Point): Point {
    const m = this.matrix;
    return { x: m.a * point.x + m.c * point.y + m.e, y: m.b * point.x + m.d * point.y + m.f };
  }
}

function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= TAG_LENGTH ? text : `${characters.slice(0, TAG_LENGTH - 1).join('')}…`;
}
