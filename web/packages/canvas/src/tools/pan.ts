/** Pan (H). The input moves the camera; a click selects, so that one can look around and ask. */
import { clickSelects } from './base';
import { nearness, type Tool, type ToolContext, type ToolPointer } from './tool';

export class PanTool implements Tool {
  readonly id = 'pan';
  readonly draws = false;
  readonly drawing = false;

  constructor(private readonly context: ToolContext) {}

  cursor(): string {
    return 'grab';
  }
  hover(pointer: ToolPointer | null): void {
    this.context.model.hover(pointer ? (this.under(pointer)[0] ?? null) : null);
  }
  press(): void {}
  drag(): void {}
  release(): void {}
  click(pointer: ToolPointer): void {
    clickSelects(this.context, this.under(pointer), pointer.ctrl);
  }
  interrupt(): void {}
  cancel(): boolean {
    return false;
  }
  wantsShift(): boolean {
    return false;
  }
  paint(): void {}

  private under(pointer: ToolPointer): string[] {
    return this.context.scene.hit(pointer.image, nearness(pointer) / this.context.camera.zoom).map((item) => item.id);
  }
}
