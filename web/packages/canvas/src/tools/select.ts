/** Select and move (V): click, marquee, and everything that the manipulator does. */
import { type Box, boxOf } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import { kindOf } from '../shapes/registry';
import { clickSelects } from './base';
import { Manipulator } from './manipulate';
import { nearness, type Tool, type ToolContext, type ToolPointer } from './tool';

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'pointing'; readonly from: ToolPointer; readonly onSelection: boolean }
  | { readonly name: 'manipulating' }
  | { readonly name: 'marquee'; readonly from: ToolPointer; readonly box: Box; readonly before: readonly string[] };

export class SelectTool implements Tool {
  readonly id = 'select';
  readonly draws = false;
  private readonly manipulator: Manipulator;
  private state: State = { name: 'idle' };
  private overRegion = false;

  constructor(private readonly context: ToolContext) {
    this.manipulator = new Manipulator(context);
  }

  get drawing(): boolean {
    return this.state.name === 'marquee';
  }

  cursor(pointer: ToolPointer | null): string {
    return this.manipulator.cursor(pointer) ?? (this.overRegion ? 'pointer' : 'default');
  }

  hover(pointer: ToolPointer | null): void {
    const under = pointer ? this.under(pointer)[0] : undefined;
    this.overRegion = under !== undefined;
    this.manipulator.hover(pointer);
    this.context.model.hover(under ?? null);
  }

  press(pointer: ToolPointer): void {
    const claimed = this.manipulator.press(pointer, !pointer.ctrl);
    this.state = { name: 'pointing', from: pointer, onSelection: claimed };
  }

  drag(pointer: ToolPointer): void {
    if (this.state.name === 'pointing') this.start(this.state);
    if (this.state.name === 'manipulating') this.manipulator.drag(pointer);
    if (this.state.name === 'marquee') {
      const box = boxOf(this.state.from.image, pointer.image);
      this.state = { ...this.state, box };
      const { before } = this.state;
      const found = this.context.scene.meeting(box);
      this.context.model.select([...before, ...found.filter((id) => !before.includes(id))]);
      this.context.repaint();
    }
  }

  release(): void {
    if (this.state.name === 'manipulating') this.manipulator.release();
    this.toIdle();
  }

  click(pointer: ToolPointer, count: number): void {
    const claimed = this.state.name === 'pointing' && this.state.onSelection;
    this.toIdle();
    if (claimed && this.manipulator.click(pointer, count)) return;
    if (count > 1) return;
    clickSelects(this.context, this.under(pointer), pointer.ctrl);
  }

  interrupt(): void {
    if (this.state.name === 'manipulating' || this.manipulator.busy) this.manipulator.interrupt();
    if (this.state.name === 'marquee') this.context.model.select(this.state.before);
    this.toIdle();
  }

  cancel(): boolean {
    const busy = this.state.name === 'manipulating' || this.state.name === 'marquee';
    if (busy) this.interrupt();
    return busy;
  }

  wantsShift(pointer: ToolPointer): boolean {
    return this.manipulator.grips(pointer);
  }

  paint(painter: OverlayPainter): void {
    this.manipulator.paint(painter);
    if (this.state.name === 'marquee') painter.marquee(this.state.box);
  }

  private start(state: State & { name: 'pointing' }): void {
    if (state.onSelection) {
      this.state = { name: 'manipulating' };
      return;
    }
    const { model, scene } = this.context;
    const first = this.under(state.from)[0];
    const item = first === undefined ? undefined : scene.get(first);
    // Masks stay where they are: dragging over one draws the frame.
    if (item && !state.from.ctrl && !kindOf(item.shape).raster) {
      // Dragging what is not selected yet selects and moves it in one go.
      model.select([item.id]);
      if (model.canChange(item.id)) {
        this.manipulator.pressBody(item, state.from);
        this.state = { name: 'manipulating' };
        return;
      }
    }
    const before = state.from.ctrl ? model.selected() : [];
    this.state = { name: 'marquee', from: state.from, box: boxOf(state.from.image, state.from.image), before };
  }

  private under(pointer: ToolPointer): string[] {
    return this.context.scene.hit(pointer.image, nearness(pointer) / this.context.camera.zoom).map((item) => item.id);
  }

  private toIdle(): void {
    this.state = { name: 'idle' };
    this.context.repaint();
  }
}
