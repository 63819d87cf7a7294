/**
 * Changing what is selected: moving it, its handles, the frame around several, points put in and
 * taken out. Every tool has one, so that points can be edited whichever tool is in the hand.
 */
import { type Box, clamp, encloses, type Point } from '../geometry/point';
import type { ShapeChange } from '../model';
import type { OverlayPainter } from '../render/overlay';
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import type { Shape } from '../shapes/shape';
import { changeableItems, handleOnScreen, offer, resizeCursor, type Target, targetAt } from './targets';
import type { ToolContext, ToolPointer } from './tool';

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'pointing'; readonly target: Target; readonly from: ToolPointer }
  | {
      readonly name: 'changing';
      readonly target: Target;
      readonly from: ToolPointer;
      /** Distance from the pointer to what it took: a handle does not jump under the pointer. */
      readonly grip: Point;
      readonly items: readonly SceneItem[];
      readonly bounds: Box;
      readonly change: ShapeChange;
    };

export class Manipulator {
  private state: State = { name: 'idle' };
  private hovered: Target | null = null;

  constructor(private readonly context: ToolContext) {}

  get busy(): boolean {
    return this.state.name !== 'idle';
  }
  get changing(): boolean {
    return this.state.name === 'changing';
  }

  hover(pointer: ToolPointer | null): void {
    const before = this.hovered;
    this.hovered = pointer ? targetAt(this.context, pointer) : null;
    // The ghost point follows the pointer; everything else stays as it is while the target is the same.
    if (this.hovered?.type === 'insert' || keyOf(before) !== keyOf(this.hovered)) this.context.repaint();
  }

  /** Takes what is under the pointer. `bodies` false leaves the inside of regions to the tool. */
  press(pointer: ToolPointer, bodies: boolean): boolean {
    const target = targetAt(this.context, pointer);
    if (!target || (target.type === 'body' && !bodies)) return false;
    this.state = { name: 'pointing', target, from: pointer };
    return true;
  }

  /** Is there a handle or edge under the pointer? */
  grips(pointer: ToolPointer): boolean {
    const target = targetAt(this.context, pointer);
    return target !== null && target.type !== 'body';
  }

  /** Starts moving the selection (the select tool, after it selected what was pressed). */
  pressBody(item: SceneItem, pointer: ToolPointer): void {
    this.state = { name: 'pointing', target: { type: 'body', item }, from: pointer };
  }

  drag(pointer: ToolPointer): void {
    if (this.state.name === 'pointing') this.begin(this.state.target, this.state.from);
    if (this.state.name === 'changing') this.update(this.state, pointer);
  }

  /** Ends a drag as one step of undo. */
  release(): void {
    if (this.state.name === 'changing') {
      this.state.change.commit();
      this.context.scene.lift([]);
    }
    this.toIdle();
  }

  /** A press without a drag. True when it did something (a point put in or taken out). */
  click(pointer: ToolPointer, count: number): boolean {
    const target = this.state.name === 'pointing' ? this.state.target : targetAt(this.context, pointer);
    this.toIdle();
    if (!target) return false;
    if (target.type === 'insert') {
      const kind = kindOf(target.item.shape);
      const shape = kind.insert?.(target.item.shape, target.place);
      if (shape) this.context.model.edit('Insert point', new Map([[target.item.id, shape]]));
      return true;
    }
    if (target.type === 'handle' && target.handle.role === 'point' && (pointer.alt || count === 2)) {
      const shape = kindOf(target.item.shape).removeHandle?.(target.item.shape, target.handle.id);
      if (shape) this.context.model.edit('Delete point', new Map([[target.item.id, shape]]));
      else this.context.model.announce('A polygon keeps at least three points.');
      return true;
    }
    if (target.type === 'handle' && target.handle.id === kindOf(target.item.shape).closingHandle)
      return closeShape(this.context, target.item);
    return target.type === 'handle' || target.type === 'frame';
  }

  interrupt(): void {
    if (this.state.name === 'changing') {
      this.state.change.cancel();
      this.context.scene.lift([]);
    }
    this.toIdle();
  }

  cursor(pointer: ToolPointer | null): string | null {
    const target = this.state.name !== 'idle' ? this.state.target : pointer ? this.hovered : null;
    if (!target) return null;
    if (target.type === 'body') return 'move';
    if (target.type === 'insert') return 'copy';
    if (target.handle.role === 'rotate') return this.changing ? 'grabbing' : 'grab';
    if (target.handle.role === 'point') return pointer?.alt ? 'not-allowed' : 'move';
    return resizeCursor(target.handle.direction + this.context.camera.turns * 90);
  }

  /** Handles of the selection, the ghost point, the frame. */
  paint(painter: OverlayPainter): void {
    // While something is moved its handles would hide what one looks at.
    if (this.changing) return;
    const offered = offer(this.context);
    if (!offered) return;
    if (offered.box) painter.frame(offered.box);
    const { hovered } = this;
    // The selection may have changed under a pointer that rests.
    if (hovered?.type === 'insert' && hovered.item.id === offered.item?.id && this.state.name === 'idle')
      painter.ghost(hovered.place.at, hovered.item.style);
    const active = this.state.name === 'idle' ? hovered : this.state.target;
    const activeId = active && (active.type === 'handle' || active.type === 'frame') ? active.handle.id : null;
    for (const handle of offered.handles) {
      painter.handle(handle, handleOnScreen(this.context, handle), offered.item?.style ?? null, handle.id === activeId);
    }
  }

  private begin(target: Target, from: ToolPointer): void {
    const { context } = this;
    let items = target.type === 'handle' || target.type === 'insert' ? [target.item] : changeableItems(context);
    let taken = target;
    const change = context.model.change(labelOf(target, items.length));
    if (target.type === 'insert') {
      // Dragging an edge puts a point in and moves it: one step.
      const kind = kindOf(target.item.shape);
      const shape = kind.insert?.(target.item.shape, target.place) ?? target.item.shape;
      const item = { ...target.item, shape };
      const handle = kind.handles(shape, { rotatable: false })[target.place.after + 1];
      if (!handle) return;
      items = [item];
      taken = { type: 'handle', item, handle };
    }
    context.scene.lift(items.map((item) => item.id));
    let bounds: Box | null = null;
    for (const item of items) {
      const box = kindOf(item.shape).bounds(item.shape);
      bounds = bounds
        ? {
            minX: Math.min(bounds.minX, box.minX),
            minY: Math.min(bounds.minY, box.minY),
            maxX: Math.max(bounds.maxX, box.maxX),
            maxY: Math.max(bounds.maxY, box.maxY),
          }
        : box;
    }
    if (!bounds) return;
    const at = taken.type === 'handle' || taken.type === 'frame' ? this.gripPoint(taken) : from.image;
    this.state = {
      name: 'changing',
      target: taken,
      from,
      grip: { x: at.x - from.image.x, y: at.y - from.image.y },
      items,
      bounds,
      change,
    };
  }

  private gripPoint(target: Target & { type: 'handle' | 'frame' }): Point {
    return target.handle.role === 'rotate'
      ? this.context.camera.toImage(handleOnScreen(this.context, target.handle))
      : target.handle.at;
  }

  private update(state: State & { name: 'changing' }, pointer: ToolPointer): void {
    const to = { x: pointer.image.x + state.grip.x, y: pointer.image.y + state.grip.y };
    const shapes = new Map<string, Shape>();
    const { target } = state;
    if (target.type === 'handle') {
      const { item, handle } = target;
      shapes.set(
        item.id,
        kindOf(item.shape).moveHandle(item.shape, {
          handle: handle.id,
          to,
          keepRatio: pointer.shift,
          snapAngle: pointer.shift,
          fromCenter: pointer.alt,
          limits: this.context.limits,
          snapToPixel: item.snapToPixel,
        }),
      );
    } else if (target.type === 'frame') {
      for (const item of state.items)
        shapes.set(item.id, frameChange(item, state.bounds, target.handle.id, to, pointer));
    } else {
      const by = this.moveBy(state, pointer);
      for (const item of state.items) shapes.set(item.id, translated(item, by.x, by.y));
    }
    state.change.update(shapes);
    this.context.repaint();
  }

  private moveBy(state: State & { name: 'changing' }, pointer: ToolPointer): Point {
    let x = pointer.image.x - state.from.image.x;
    let y = pointer.image.y - state.from.image.y;
    if (pointer.shift) {
      if (Math.abs(x) > Math.abs(y)) y = 0;
      else x = 0;
    }
    return insideLimits({ x, y }, state.bounds, this.context.limits);
  }

  private toIdle(): void {
    this.state = { name: 'idle' };
    this.context.repaint();
  }
}

/** Closes an open shape as one step. False when it is closed, or cannot be yet. */
export function closeShape(context: ToolContext, item: SceneItem): boolean {
  const shape = kindOf(item.shape).close?.(item.shape);
  return shape ? context.model.edit('Close shape', new Map([[item.id, shape]])) : false;
}

/** A move that keeps what was inside the image inside it. */
export function insideLimits(by: Point, bounds: Box, limits: Box): Point {
  if (!encloses(limits, bounds)) return by;
  return {
    x: clamp(by.x, limits.minX - bounds.minX, limits.maxX - bounds.maxX),
    y: clamp(by.y, limits.minY - bounds.minY, limits.maxY - bounds.maxY),
  };
}

/** Moved by whole pixels where the control snaps. */
export function translated(item: SceneItem, dx: number, dy: number): Shape {
  const kind = kindOf(item.shape);
  if (!item.snapToPixel) return kind.translate(item.shape, dx, dy);
  return kind.translate(item.shape, Math.round(dx), Math.round(dy));
}

function frameChange(item: SceneItem, box: Box, handle: string, to: Point, pointer: ToolPointer): Shape {
  const kind = kindOf(item.shape);
  if (handle === 'rotate') {
    const middle = { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 };
    const angle = (Math.atan2(to.y - middle.y, to.x - middle.x) * 180) / Math.PI + 90;
    return kind.rotate(item.shape, middle, pointer.shift ? Math.round(angle / 15) * 15 : angle);
  }
  const west = handle.includes('w');
  const north = handle.includes('n');
  const sideways = west || handle.includes('e');
  const upright = north || handle.includes('s');
  const origin = pointer.alt
    ? { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 }
    : { x: west ? box.maxX : box.minX, y: north ? box.maxY : box.minY };
  const extentX = (west ? box.minX : box.maxX) - origin.x;
  const extentY = (north ? box.minY : box.maxY) - origin.y;
  // A frame is not turned inside out: at least a hundredth of it stays.
  let sx = sideways && extentX !== 0 ? Math.max(0.01, (to.x - origin.x) / extentX) : 1;
  let sy = upright && extentY !== 0 ? Math.max(0.01, (to.y - origin.y) / extentY) : 1;
  if (pointer.shift) {
    const both = sideways && upright ? Math.max(sx, sy) : sideways ? sx : sy;
    sx = both;
    sy = both;
  }
  const shape = kind.scale(item.shape, origin, sx, sy);
  return item.snapToPixel ? kind.snap(shape) : shape;
}

function keyOf(target: Target | null): string {
  if (!target) return '';
  return target.type === 'handle' || target.type === 'frame' ? `${target.type} ${target.handle.id}` : target.type;
}

function labelOf(target: Target, count: number): string {
  switch (target.type) {
    case 'insert':
      return 'Insert point';
    case 'body':
      return count === 1 ? 'Move region' : `Move ${count} regions`;
    default:
      if (target.handle.role === 'point') return 'Move point';
      return target.handle.role === 'rotate' ? 'Rotate' : 'Resize';
  }
}
