/** What is drawn between two points: drag, or click and click, or double-click for a shape of a standard size. */
import { distance, type Point } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import { kindOf } from '../shapes/registry';
import type { Shape } from '../shapes/shape';
import { DrawingTool } from './base';
import type { ToolPointer } from './tool';

/** A shape narrower than this on the screen (CSS pixels) is a slip and makes nothing. */
const LEAST_SIDE = 2;

/** How the second point is meant. */
export interface Reach {
  /** Shift: as wide as high. */
  readonly even: boolean;
  /** Alt: the other way to span the shape (from the centre instead of the corner, or from the corner). */
  readonly other: boolean;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'dragging'; readonly from: Point; readonly to: Point; readonly reach: Reach }
  /** Waiting for the second click. */
  | { readonly name: 'anchored'; readonly from: Point; readonly to: Point; readonly reach: Reach };

const PLAIN: Reach = { even: false, other: false };

export abstract class TwoPointTool extends DrawingTool {
  private state: State = { name: 'idle' };

  /** The shape between two points, inside the image. */
  protected abstract shape(from: Point, to: Point, reach: Reach): Shape;
  /** The second point of the shape that a double-click makes. */
  protected abstract standard(from: Point): Point;
  /** What a screen reader hears after the first point. */
  protected abstract readonly hint: string;

  get drawing(): boolean {
    return this.state.name !== 'idle';
  }

  cancel(): boolean {
    const was = this.drawing;
    this.state = { name: 'idle' };
    this.context.snapper.clear();
    this.context.repaint();
    return was;
  }

  protected startDrag(pointer: ToolPointer): void {
    const from = this.state.name === 'anchored' ? this.state.from : this.place(pointer.image, pointer);
    this.state = { name: 'dragging', from, to: from, reach: PLAIN };
  }

  protected moveDrag(pointer: ToolPointer): void {
    if (this.state.name === 'dragging') this.state = { ...this.state, ...this.second(pointer) };
  }

  protected endDrag(pointer: ToolPointer): void {
    if (this.state.name !== 'dragging') return;
    const { to, reach } = this.second(pointer);
    this.make(this.state.from, to, reach);
  }

  protected dropDrag(): void {
    this.state = { name: 'idle' };
  }

  protected track(pointer: ToolPointer): void {
    if (this.state.name === 'anchored') this.state = { ...this.state, ...this.second(pointer) };
  }

  protected drawClick(pointer: ToolPointer, count: number): void {
    if (this.state.name === 'anchored') {
      const { from } = this.state;
      const { to, reach } = this.second(pointer);
      const again = count === 2 && distance(from, to) * this.context.camera.zoom < 8;
      this.make(from, again ? this.standard(from) : to, again ? PLAIN : reach);
      return;
    }
    if (count > 1 || !this.context.model.canDraw()) return;
    const at = this.place(pointer.image, pointer);
    this.state = { name: 'anchored', from: at, to: at, reach: PLAIN };
    this.context.model.announce(this.hint);
  }

  protected paintDraft(painter: OverlayPainter): void {
    if (this.state.name === 'idle') return;
    const shape = this.shape(this.state.from, this.state.to, this.state.reach);
    const { minX, minY, maxX, maxY } = kindOf(shape).bounds(shape);
    painter.draft(shape, this.context.model.draftStyle());
    painter.size(maxX - minX, maxY - minY, this.state.to);
  }

  private second(pointer: ToolPointer): { readonly to: Point; readonly reach: Reach } {
    return { to: this.place(pointer.image, pointer), reach: { even: pointer.shift, other: pointer.alt } };
  }

  private make(from: Point, to: Point, reach: Reach): void {
    this.state = { name: 'idle' };
    this.context.snapper.clear();
    const shape = this.shape(from, to, reach);
    const kind = kindOf(shape);
    const { minX, minY, maxX, maxY } = kind.bounds(shape);
    const { zoom } = this.context.camera;
    if ((maxX - minX) * zoom < LEAST_SIDE || (maxY - minY) * zoom < LEAST_SIDE) return;
    this.context.model.create(this.context.model.snapToPixel() ? kind.snap(shape) : shape);
  }
}
