/** Rectangle (R): drag, or click and click, or double-click for a box of a standard size. */
import { distance, type Point } from '../geometry/point';
import { between } from '../geometry/rectangle';
import type { OverlayPainter } from '../render/overlay';
import type { RectangleShape } from '../shapes/rectangle';
import { kindOf } from '../shapes/registry';
import { DrawingTool } from './base';
import type { ToolPointer } from './tool';

/** Sides of the box that a double-click makes, CSS pixels. */
const DEFAULT_SIDE = 30;
/** A drag shorter than this (CSS pixels, both ways) makes nothing: it was a slip. */
const LEAST_SIDE = 2;

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'dragging'; readonly from: Point; readonly to: Point }
  /** Waiting for the second click. */
  | { readonly name: 'anchored'; readonly from: Point; readonly to: Point };

export class RectangleTool extends DrawingTool {
  readonly id = 'rectangle';
  private state: State = { name: 'idle' };

  get drawing(): boolean {
    return this.state.name !== 'idle';
  }

  cancel(): boolean {
    const was = this.drawing;
    this.state = { name: 'idle' };
    this.context.repaint();
    return was;
  }

  protected startDrag(pointer: ToolPointer): void {
    const from = this.state.name === 'anchored' ? this.state.from : this.place(pointer.image);
    this.state = { name: 'dragging', from, to: from };
  }

  protected moveDrag(pointer: ToolPointer): void {
    if (this.state.name === 'dragging') this.state = { ...this.state, to: this.corner(this.state.from, pointer) };
  }

  protected endDrag(pointer: ToolPointer): void {
    if (this.state.name !== 'dragging') return;
    this.make(this.state.from, this.corner(this.state.from, pointer));
  }

  protected dropDrag(): void {
    this.state = { name: 'idle' };
  }

  protected track(pointer: ToolPointer): void {
    if (this.state.name === 'anchored') this.state = { ...this.state, to: this.corner(this.state.from, pointer) };
  }

  protected drawClick(pointer: ToolPointer, count: number): void {
    if (this.state.name === 'anchored') {
      const { from } = this.state;
      if (count === 2 && distance(from, this.place(pointer.image)) * this.context.camera.zoom < 8) {
        const side = DEFAULT_SIDE / this.context.camera.zoom;
        const { limits } = this.context;
        // Near the right or lower border the box grows the other way, so that it keeps its size.
        const x = from.x + side > limits.maxX ? from.x - side : from.x + side;
        const y = from.y + side > limits.maxY ? from.y - side : from.y + side;
        this.make(from, this.place({ x, y }));
        return;
      }
      this.make(from, this.corner(from, pointer));
      return;
    }
    if (count > 1 || !this.context.model.canDraw()) return;
    const at = this.place(pointer.image);
    this.state = { name: 'anchored', from: at, to: at };
    this.context.model.announce('First corner set. Click or press Enter for the opposite corner.');
  }

  protected paintDraft(painter: OverlayPainter): void {
    if (this.state.name === 'idle') return;
    const shape = this.shape(this.state.from, this.state.to);
    painter.draft(shape, this.context.model.draftStyle());
    painter.size(shape.width, shape.height, this.state.to);
  }

  /** The moving corner; with shift the box is a square. */
  private corner(from: Point, pointer: ToolPointer): Point {
    const to = this.place(pointer.image);
    if (!pointer.shift) return to;
    const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    return this.place({
      x: from.x + Math.sign(to.x - from.x || 1) * side,
      y: from.y + Math.sign(to.y - from.y || 1) * side,
    });
  }

  private shape(from: Point, to: Point): RectangleShape {
    return { ...between(from, to, this.context.limits), kind: 'rectangle' };
  }

  private make(from: Point, to: Point): void {
    this.state = { name: 'idle' };
    const shape = this.shape(from, to);
    const { zoom } = this.context.camera;
    if (shape.width * zoom < LEAST_SIDE || shape.height * zoom < LEAST_SIDE) return;
    this.context.model.create(this.context.model.snapToPixel() ? kindOf(shape).snap(shape) : shape);
  }
}
