/**
 * Changing what is selected: moving it, its handles, the frame around several, points put in and
 * taken out. Every tool has one, so that points can be edited whichever tool is in the hand.
 */
import { type Box, boxAround, clamp, encloses, grow, type Point } from '../geometry/point';
import type { ShapeChange } from '../model';
import type { OverlayPainter } from '../render/overlay';
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import { NO_RULES, type Shape, type ShapeEdit } from '../shapes/shape';
import { pointsOf } from './point-selection';
import { changeableItems, handleOnScreen, offer, resizeCursor, type Target, targetAt } from './targets';
import type { ToolContext, ToolPointer } from './tool';

/** Room between chosen points and the frame around them, CSS pixels. */
const CHOSEN_GAP = 10;

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
    // With ctrl one chooses: points of the region, and regions.
    if (pointer.ctrl && (target.type !== 'handle' || target.handle.role !== 'point')) return false;
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
      this.clickEdge(target, pointer);
      return true;
    }
    if (target.type === 'handle') this.clickHandle(target, pointer, count);
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
    if (target.handle.role === 'point' || target.handle.role === 'control')
      return pointer?.alt ? 'not-allowed' : 'move';
    return resizeCursor(target.handle.direction + this.context.camera.turns * 90);
  }

  /** Handles of the selection, the ghost point, the frame. */
  paint(painter: OverlayPainter): void {
    // While something is moved its handles would hide what one looks at.
    if (this.state.name === 'changing') {
      const { target } = this.state;
      const item = target.type === 'handle' ? this.context.scene.get(target.item.id) : undefined;
      if (item) this.paintChosen(item, painter);
      this.context.snapper.paint(painter);
      return;
    }
    const offered = offer(this.context);
    if (!offered) return;
    if (offered.box) painter.frame(offered.box);
    if (offered.item) this.paintChosen(offered.item, painter);
    const { hovered } = this;
    // The selection may have changed under a pointer that rests.
    if (hovered?.type === 'insert' && hovered.item.id === offered.item?.id && this.state.name === 'idle')
      painter.ghost(hovered.place.at, hovered.item.style);
    const active = this.state.name === 'idle' ? hovered : this.state.target;
    const activeId = active && (active.type === 'handle' || active.type === 'frame') ? active.handle.id : null;
    const chosen = offered.item ? this.context.points.of(offered.item) : null;
    for (const handle of offered.handles) {
      painter.handle(handle, handleOnScreen(this.context, handle), offered.item?.style ?? null, {
        active: handle.id === activeId,
        chosen: chosen?.has(handle.id) === true,
      });
    }
  }

  /** A frame around points that move together. */
  private paintChosen(item: SceneItem, painter: OverlayPainter): void {
    const places = this.chosenPlaces(item);
    if (places.length > 1) painter.frame(grow(boxAround(places), CHOSEN_GAP / this.context.camera.zoom));
  }

  private chosenPlaces(item: SceneItem): Point[] {
    const chosen = this.context.points.of(item);
    if (chosen.size < 2) return [];
    return pointsOf(item).flatMap((one) => (chosen.has(one.id) ? [one.at] : []));
  }

  private begin(target: Target, from: ToolPointer): void {
    const { context } = this;
    let items = target.type === 'handle' || target.type === 'insert' ? [target.item] : changeableItems(context);
    let taken = target;
    const change = context.model.change(labelOf(target, items.length));
    if (target.type === 'insert') {
      // Dragging an edge puts a point in and moves it: one step.
      const kind = kindOf(target.item.shape);
      const made = isFull(context, target.item) ? undefined : kind.insert?.(target.item.shape, target.place);
      const item = { ...target.item, shape: made?.shape ?? target.item.shape };
      const handle = kind.handles(item.shape, { rotatable: false }).find((one) => one.id === made?.handle);
      if (!handle) return;
      items = [item];
      context.points.clear();
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
      shapes.set(target.item.id, this.handleMoved(target, to, pointer));
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

  private handleMoved({ item, handle }: Target & { type: 'handle' }, to: Point, pointer: ToolPointer): Shape {
    const { context } = this;
    const kind = kindOf(item.shape);
    const curve = handle.role === 'point' && pointer.shift && item.rules?.curves === true;
    const chosen = context.points.of(item);
    if (!curve && chosen.size > 1 && chosen.has(handle.id) && kind.movePoints) {
      const by = this.moveTogether({ item, handle }, to, pointer);
      return kind.movePoints(item.shape, chosen, by.x, by.y);
    }
    // Corners of turned shapes may leave the image: nothing holds them at its border.
    const attracted = handle.role === 'point' ? !curve : handle.role === 'corner' && inLimits(to, context.limits);
    const aim = attracted
      ? context.snapper.snap(to, pointer, { edges: handle.role === 'point', except: new Set([item.id]) })
      : to;
    return kind.moveHandle(item.shape, {
      handle: handle.id,
      to: aim,
      keepRatio: pointer.shift,
      snapAngle: pointer.shift,
      fromCenter: pointer.alt,
      limits: context.limits,
      snapToPixel: item.snapToPixel,
      curve,
      apart: pointer.alt,
    });
  }

  /** How far the chosen points go when one of them is dragged to a place; whichever is attracted leads. */
  private moveTogether(
    { item, handle }: Pick<Target & { type: 'handle' }, 'item' | 'handle'>,
    to: Point,
    pointer: ToolPointer,
  ): Point {
    const { snapper, limits } = this.context;
    const places = this.chosenPlaces(item);
    const free = insideLimits({ x: to.x - handle.at.x, y: to.y - handle.at.y }, boxAround(places), limits);
    const moved = [handle.at, ...places].map((at) => ({ x: at.x + free.x, y: at.y + free.y }));
    const further = snapper.snapAny(moved, pointer, { edges: true, except: new Set([item.id]) }) ?? { x: 0, y: 0 };
    const aim = { x: free.x + further.x, y: free.y + further.y };
    const by = insideLimits(aim, boxAround(places), limits);
    // Where the others hold it back nothing was reached.
    if (by.x !== aim.x || by.y !== aim.y) snapper.clear();
    return item.snapToPixel ? { x: Math.round(by.x), y: Math.round(by.y) } : by;
  }

  private clickEdge({ item, place }: Target & { type: 'insert' }, pointer: ToolPointer): void {
    const kind = kindOf(item.shape);
    const broken = pointer.alt ? kind.breakAt?.(item.shape, place) : null;
    if (broken) {
      applyEdit(this.context, item, broken);
      return;
    }
    const made = isFull(this.context, item) ? undefined : kind.insert?.(item.shape, place);
    if (!made) return;
    this.context.points.clear();
    this.context.model.edit('Insert point', new Map([[item.id, made.shape]]));
  }

  private clickHandle({ item, handle }: Target & { type: 'handle' }, pointer: ToolPointer, count: number): void {
    const { points } = this.context;
    const kind = kindOf(item.shape);
    const several = handle.role === 'point' && kind.movePoints !== undefined;
    if (pointer.ctrl && several) {
      points.toggle(item, handle.id);
      return;
    }
    const edit = kind.clickHandle?.(item.shape, handle.id, { ...pointer, count }, item.rules ?? NO_RULES);
    if (edit) {
      points.clear();
      applyEdit(this.context, item, edit);
    } else if (several) points.set(item, [handle.id]);
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
    this.context.snapper.clear();
    this.context.repaint();
  }
}

/** Closes an open shape as one step. False when it is closed, or cannot be yet. */
export function closeShape(context: ToolContext, item: SceneItem): boolean {
  const shape = kindOf(item.shape).close?.(item.shape);
  return shape ? context.model.edit('Close shape', new Map([[item.id, shape]])) : false;
}

/** Makes an edit of a shape one step, or says why it cannot be. */
export function applyEdit(context: ToolContext, item: SceneItem, edit: ShapeEdit): void {
  if (edit.shape) context.model.edit(edit.label, new Map([[item.id, edit.shape]]));
  else context.model.tell(edit.reason);
}

/** Has a path as many points as it may have? Then it says so. */
export function isFull(context: ToolContext, item: SceneItem): boolean {
  const most = item.rules?.maxPoints ?? Infinity;
  if (most === Infinity || pointsOf(item).length < most) return false;
  context.model.tell(`This path has ${most} points, which is the most it may have.`);
  return true;
}

function inLimits({ x, y }: Point, box: Box): boolean {
  return x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY;
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
      if (target.handle.role === 'control') return 'Bend curve';
      return target.handle.role === 'rotate' ? 'Rotate' : 'Resize';
  }
}
