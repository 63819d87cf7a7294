/** Rectangle by three points (shift+R): two clicks make a side, the third gives the height. */
import { clampToBox, distance, type Point } from '../geometry/point';
import { fromThreePoints } from '../geometry/rectangle';
import type { OverlayPainter } from '../render/overlay';
import type { RectangleShape } from '../shapes/rectangle';
import { DrawingTool } from './base';
import type { ToolPointer } from './tool';

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'side'; readonly a: Point; readonly to: Point; readonly dragged: boolean }
  | { readonly name: 'height'; readonly a: Point; readonly b: Point; readonly to: Point };

export class ThreePointTool extends DrawingTool {
  readonly id = 'rectangle3';
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

  back(): boolean {
    if (this.state.name === 'height') {
      this.state = { name: 'side', a: this.state.a, to: this.state.to, dragged: false };
      this.context.repaint();
      return true;
    }
    return this.cancel();
  }

  protected startDrag(pointer: ToolPointer): void {
    const at = this.place(pointer.image, pointer);
    if (this.state.name === 'idle') this.state = { name: 'side', a: at, to: at, dragged: true };
  }

  protected moveDrag(pointer: ToolPointer): void {
    this.track(pointer);
  }

  protected endDrag(pointer: ToolPointer): void {
    if (this.state.name === 'side') this.toHeight(pointer);
    else if (this.state.name === 'height') this.make(pointer);
  }

  protected dropDrag(): void {
    if (this.state.name === 'side' && this.state.dragged) this.state = { name: 'idle' };
  }

  protected track(pointer: ToolPointer): void {
    if (this.state.name !== 'idle') this.state = { ...this.state, to: clampToBox(pointer.image, this.context.limits) };
  }

  protected drawClick(pointer: ToolPointer, count: number): void {
    if (this.state.name === 'side') this.toHeight(pointer);
    else if (this.state.name === 'height') this.make(pointer);
    else if (count === 1 && this.context.model.canDraw()) {
      const at = this.place(pointer.image, pointer);
      this.state = { name: 'side', a: at, to: at, dragged: false };
      this.context.model.announce('First corner set. Set the second corner, then the height.');
    }
  }

  protected paintDraft(painter: OverlayPainter): void {
    const style = this.context.model.draftStyle();
    if (this.state.name === 'side') painter.line([this.state.a, this.state.to], style);
    if (this.state.name === 'height') {
      const shape = this.shape(this.state.a, this.state.b, this.state.to);
      painter.draft(shape, style);
      painter.size(shape.width, shape.height, this.state.to);
    }
  }

  private toHeight(pointer: ToolPointer): void {
    if (this.state.name !== 'side') return;
    const b = this.place(pointer.image, pointer);
    if (distance(this.state.a, b) * this.context.camera.zoom < 3) return;
    this.state = { name: 'height', a: this.state.a, b, to: b };
  }

  private make(pointer: ToolPointer): void {
    if (this.state.name !== 'height') return;
    const shape = this.shape(this.state.a, this.state.b, clampToBox(pointer.image, this.context.limits));
    if (shape.height * this.context.camera.zoom < 2) return;
    this.state = { name: 'idle' };
    this.context.model.create(shape);
  }

  private shape(a: Point, b: Point, c: Point): RectangleShape {
    return { ...fromThreePoints(a, b, c), kind: 'rectangle' };
  }
}
