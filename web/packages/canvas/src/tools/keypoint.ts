/** Key point (K): a click makes one. A drag shows where it would go until the button is released. */
import type { Point } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import type { KeyPointShape } from '../shapes/keypoint';
import { keyPointKind } from '../shapes/keypoint';
import { DrawingTool } from './base';
import type { ToolPointer } from './tool';

export class KeyPointTool extends DrawingTool {
  readonly id = 'keypoint';
  readonly drawing = false;
  private at: Point | null = null;

  cancel(): boolean {
    const was = this.at !== null;
    this.dropDrag();
    return was;
  }

  protected startDrag(pointer: ToolPointer): void {
    this.at = this.place(pointer.image, pointer);
  }
  protected moveDrag(pointer: ToolPointer): void {
    this.at = this.place(pointer.image, pointer);
  }
  protected endDrag(pointer: ToolPointer): void {
    const dragged = this.at !== null;
    this.dropDrag();
    if (dragged) this.make(pointer);
  }
  protected dropDrag(): void {
    this.at = null;
    this.context.snapper.clear();
  }
  protected track(): void {}

  protected drawClick(pointer: ToolPointer): void {
    if (this.context.model.canDraw()) this.make(pointer);
  }

  protected paintDraft(painter: OverlayPainter): void {
    if (this.at) painter.draft(this.shape(this.at), this.context.model.draftStyle());
  }

  private make(pointer: ToolPointer): void {
    const shape = this.shape(this.place(pointer.image, pointer));
    this.context.snapper.clear();
    // Alt says "not this": the prompt of a model that is wrong there.
    this.context.model.create(shape, { negative: pointer.alt });
  }

  private shape(at: Point): KeyPointShape {
    const { camera, model } = this.context;
    // Its size on the screen when the whole image is shown, however far one has zoomed in.
    const radius = Math.max(0.5, (model.draftStyle().markerSize ?? 2) / camera.fitZoom);
    const shape: KeyPointShape = { kind: 'keypoint', ...at, radius };
    return model.snapToPixel() ? keyPointKind.snap(shape) : shape;
  }
}
