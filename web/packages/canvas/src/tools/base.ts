/** What tools that draw have in common: handles first, clicks that select where no label waits. */
import type { Point } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import { Manipulator } from './manipulate';
import type { SnapRequest } from './snap';
import { nearness, type Tool, type ToolContext, type ToolPointer } from './tool';

export abstract class DrawingTool implements Tool {
  abstract readonly id: string;
  readonly draws = true;
  protected readonly manipulator: Manipulator;
  /** The press belongs to the manipulator. */
  private manipulating = false;
  protected lastPointer: ToolPointer | null = null;

  constructor(protected readonly context: ToolContext) {
    this.manipulator = new Manipulator(context);
  }

  abstract get drawing(): boolean;
  abstract cancel(): boolean;
  protected abstract startDrag(pointer: ToolPointer): void;
  protected abstract moveDrag(pointer: ToolPointer): void;
  protected abstract endDrag(pointer: ToolPointer): void;
  protected abstract drawClick(pointer: ToolPointer, count: number): void;
  protected abstract dropDrag(): void;
  protected abstract paintDraft(painter: OverlayPainter): void;
  /** The pointer moved while something is half drawn. */
  protected abstract track(pointer: ToolPointer): void;

  private pressed: ToolPointer | null = null;
  private dragging = false;
  /** The region that a drag would select and move. */
  private body: SceneItem | null = null;

  cursor(pointer: ToolPointer | null): string {
    if (this.drawing) return 'crosshair';
    const cursor = this.manipulator.cursor(pointer);
    if (cursor && (cursor !== 'move' || !this.context.model.armed())) return cursor;
    return 'crosshair';
  }

  hover(pointer: ToolPointer | null): void {
    this.lastPointer = pointer;
    if (!pointer) this.context.snapper.clear();
    if (this.drawing) {
      if (pointer) this.track(pointer);
      this.context.repaint();
      return;
    }
    this.manipulator.hover(pointer);
    this.context.model.hover(pointer && !this.context.model.armed() ? (this.under(pointer)[0] ?? null) : null);
  }

  press(pointer: ToolPointer): void {
    this.pressed = pointer;
    this.dragging = false;
    const { model, scene } = this.context;
    // With a label in the hand one draws, also on top of what is there; without one, one moves it.
    const armed = model.armed();
    this.manipulating = !this.drawing && this.manipulator.press(pointer, !armed);
    this.body = null;
    if (this.drawing || this.manipulating || armed || !model.hasLabels() || pointer.ctrl) return;
    const first = this.under(pointer)[0];
    const item = first === undefined ? undefined : scene.get(first);
    if (item && !kindOf(item.shape).raster && model.canChange(item.id)) this.body = item;
  }

  drag(pointer: ToolPointer): void {
    this.lastPointer = pointer;
    if (this.body && this.pressed) {
      this.context.model.select([this.body.id]);
      this.manipulator.pressBody(this.body, this.pressed);
      this.manipulating = true;
      this.body = null;
    }
    if (this.manipulating) {
      this.manipulator.drag(pointer);
      return;
    }
    if (!this.dragging) {
      if (!this.pressed || (!this.drawing && !this.context.model.canDraw())) return;
      this.dragging = true;
      this.startDrag(this.pressed);
    }
    this.moveDrag(pointer);
    this.context.repaint();
  }

  release(pointer: ToolPointer): void {
    if (this.manipulating) this.manipulator.release();
    else if (this.dragging) this.endDrag(pointer);
    this.endPress();
  }

  click(pointer: ToolPointer, count: number): void {
    const manipulating = this.manipulating;
    this.endPress();
    if (manipulating && this.manipulator.click(pointer, count)) return;
    const means = !this.drawing && pointer.kind !== 'keyboard' && !this.goesOn(pointer);
    if (means && this.selects(pointer, count)) return;
    this.drawClick(pointer, count);
    this.context.repaint();
  }

  interrupt(): void {
    this.context.snapper.clear();
    if (this.manipulating) this.manipulator.interrupt();
    else if (this.dragging) this.dropDrag();
    this.endPress();
  }

  wantsShift(pointer: ToolPointer): boolean {
    return !this.drawing && this.manipulator.grips(pointer);
  }

  paint(painter: OverlayPainter): void {
    const works = this.drawing || (this.dragging && !this.manipulating);
    if (!this.drawing && !this.dragging) this.manipulator.paint(painter);
    this.paintDraft(painter);
    if (works) this.context.snapper.paint(painter);
  }

  /** The point inside the image, where its neighbours attract it and, when the control snaps, on whole pixels. */
  protected place(point: Point, pointer: Pick<ToolPointer, 'ctrl' | 'kind'>, request: SnapRequest = {}): Point {
    const at = this.context.snapper.snap(point, pointer, request);
    return this.context.model.snapToPixel() ? { x: Math.round(at.x), y: Math.round(at.y) } : at;
  }

  /** Does a click here go on with the selected region, so that it does not unselect it? */
  protected goesOn(_pointer: ToolPointer): boolean {
    return false;
  }

  /** Regions under the pointer, best first. */
  protected under(pointer: ToolPointer): string[] {
    return this.context.scene.hit(pointer.image, nearness(pointer) / this.context.camera.zoom).map((item) => item.id);
  }

  /** A click with no label in the hand selects what is there; one on free space unselects first. */
  private selects(pointer: ToolPointer, count: number): boolean {
    const { model } = this.context;
    if (model.armed() && !pointer.ctrl) return false;
    return count === 1 && clickSelects(this.context, this.under(pointer), pointer.ctrl);
  }

  private endPress(): void {
    this.manipulating = false;
    this.dragging = false;
    this.pressed = null;
    this.body = null;
    this.context.repaint();
  }
}

/**
 * Selects by a click: the first of the regions under the pointer; a click on the selected one goes
 * on to the next below it and, after the last, unselects. True when the click meant the selection.
 */
export function clickSelects(context: ToolContext, under: readonly string[], add: boolean): boolean {
  const { model } = context;
  const selected = model.selected();
  const [first] = under;
  if (first === undefined) {
    if (add) return true;
    if (selected.length === 0) return false;
    model.select([]);
    return true;
  }
  if (add) {
    model.select(selected.includes(first) ? selected.filter((id) => id !== first) : [...selected, first]);
    return true;
  }
  const single = selected.length === 1 ? selected[0] : undefined;
  const place = single === undefined ? -1 : under.indexOf(single);
  const next = place < 0 ? first : under[place + 1];
  model.select(next === undefined ? [] : [next]);
  return true;
}
