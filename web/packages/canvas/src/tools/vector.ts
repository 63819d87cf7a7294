/**
 * Vector (P, or shift+P beside polygons). Each click adds a vertex to the path; with curves on, dragging with shift
 * pulls a curve out of it. Enter, Escape or a double-click ends the path, a click on its start closes it where
 * that is allowed. In a skeleton a click on any vertex makes the next one branch off there. The path is a
 * region from its first vertex on, so that each vertex is a step of undo.
 */

import { addVertex, curveTowards, type PathVertex, vertexAt } from '../geometry/path';
import { distance, type Point } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import type { SceneItem } from '../scene';
import type { Handle, PathRules, ShapeEdit } from '../shapes/shape';
import {
  closePath,
  convertVertices,
  leastVertices,
  removeVertices,
  type VectorShape,
  vectorKind,
  vertexHandle,
} from '../shapes/vector';
import { DrawingTool } from './base';
import { reach, type ToolPointer } from './tool';

type VectorItem = SceneItem & { readonly shape: VectorShape };

type Drag =
  /** A new vertex; with `out` a curve is pulled from where it was pressed. */
  | { readonly name: 'placing'; readonly at: Point; readonly out: Point | null }
  | {
      readonly name: 'moving';
      readonly handle: Handle;
      readonly to: Point;
      readonly curve: boolean;
      readonly apart: boolean;
    };

export class VectorTool extends DrawingTool {
  readonly id = 'vector';
  readonly draftIsRegion = true;
  /** The path being drawn. It may vanish (undo) and come back (redo): the scene is asked each time. */
  private draftId: string | null = null;
  /** Was it begun here, so that Escape may take back what is too short to be a path? */
  private begun = false;
  /** Vertex from which the next one goes on; the last one when it is gone. */
  private activeId: string | null = null;
  private dragState: Drag | null = null;
  private pointer: ToolPointer | null = null;

  get drawing(): boolean {
    return this.draft() !== null;
  }

  cancel(): boolean {
    const draft = this.draft();
    const dragged = this.dragState !== null;
    this.dragState = null;
    // In the middle of a drag Escape means the drag.
    if (dragged) return true;
    if (!draft) return false;
    const short = this.begun && draft.shape.vertices.length < leastVertices(this.rules(draft));
    this.end();
    if (short) this.context.model.remove('Abandon path', [draft.id]);
    else this.context.model.finished();
    return true;
  }

  /** Another tool was taken: what is drawn so far stays. */
  pause(): void {
    this.dragState = null;
    this.end();
  }

  finish(): boolean {
    const draft = this.draft();
    if (!draft) return false;
    const least = leastVertices(this.rules(draft));
    const { length } = draft.shape.vertices;
    if (length < least) {
      this.context.model.tell(`A path needs at least ${least} points; this one has ${length}.`);
      return true;
    }
    this.end();
    this.context.model.announce(`Path finished, ${length} points`);
    this.context.model.finished();
    return true;
  }

  back(): boolean {
    const draft = this.draft();
    if (!draft) return false;
    if (draft.shape.vertices.length <= 1) return this.cancel();
    const active = vertexAt(draft.shape.vertices, this.active(draft));
    const shape = vectorKind.removeHandle?.(draft.shape, vertexHandle(active.id));
    if (!shape) return false;
    this.activeId = active.prevPointId;
    this.put(draft, { label: 'Remove point', shape });
    return true;
  }

  override wantsShift(pointer: ToolPointer): boolean {
    const draft = this.draft();
    if (this.rules(draft).curves || !draft) return this.rules(draft).curves || super.wantsShift(pointer);
    return this.handleUnder(draft, pointer) !== null || this.insertPlace(draft, pointer) !== null;
  }

  protected track(pointer: ToolPointer): void {
    this.pointer = pointer;
  }

  protected override goesOn(pointer: ToolPointer): boolean {
    return this.resumable() !== null && !pointer.ctrl && !pointer.alt && this.under(pointer).length === 0;
  }

  protected startDrag(pointer: ToolPointer): void {
    const draft = this.draft();
    const handle = draft && this.handleUnder(draft, pointer);
    const curves = pointer.shift && this.rules(draft).curves;
    if (handle) {
      const curve = curves && handle.role === 'point';
      this.dragState = { name: 'moving', handle, to: handle.at, curve, apart: pointer.alt };
      return;
    }
    this.dragState = { name: 'placing', at: this.spot(pointer), out: curves ? pointer.image : null };
  }

  protected moveDrag(pointer: ToolPointer): void {
    this.pointer = pointer;
    const drag = this.dragState;
    if (!drag) return;
    if (drag.name === 'moving') {
      const free = drag.curve || drag.handle.role === 'control';
      this.dragState = { ...drag, to: free ? pointer.image : this.spot(pointer), apart: pointer.alt };
    } else {
      this.dragState = drag.out ? { ...drag, out: pointer.image } : { ...drag, at: this.spot(pointer) };
    }
  }

  protected endDrag(pointer: ToolPointer): void {
    this.moveDrag(pointer);
    const drag = this.dragState;
    this.dragState = null;
    if (!drag) return;
    if (drag.name === 'placing') {
      this.add(drag.at, drag.out);
      return;
    }
    const draft = this.draft();
    if (!draft) return;
    this.put(draft, { label: drag.curve ? 'Make a curve' : 'Move point', shape: this.moved(draft, drag) });
  }

  protected dropDrag(): void {
    this.dragState = null;
  }

  protected drawClick(pointer: ToolPointer, count: number): void {
    const draft = this.draft() ?? this.resume(pointer);
    if (!draft) {
      if (count === 1) this.add(this.spot(pointer), null);
      return;
    }
    if (pointer.kind === 'keyboard') {
      this.pressKey(draft, this.spot(pointer));
      return;
    }
    if (count === 2) {
      // The first click put the last point here.
      this.finish();
      return;
    }
    const handle = this.handleUnder(draft, pointer);
    if (handle) {
      this.clickHandle(draft, handle, pointer);
      return;
    }
    const place = pointer.shift ? this.insertPlace(draft, pointer) : null;
    if (place) {
      if (this.isFull(draft)) return;
      const made = vectorKind.insert?.(draft.shape, place);
      if (made) this.put(draft, { label: 'Insert point', shape: made.shape });
      return;
    }
    this.add(this.spot(pointer), null);
  }

  protected paintDraft(painter: OverlayPainter): void {
    const { model } = this.context;
    const draft = this.draft();
    const drag = this.dragState;
    const placing = drag?.name === 'placing' ? drag : null;
    if (!draft) {
      if (!placing) return;
      painter.point(placing.at, model.draftStyle(), true);
      if (placing.out) painter.line([placing.at, placing.out], model.draftStyle());
      return;
    }
    let { shape } = draft;
    if (drag?.name === 'moving') shape = this.moved(draft, drag);
    const active = vertexAt(shape.vertices, this.active(draft));
    const over = this.pointer && !drag ? this.handleUnder(draft, this.pointer) : null;
    const closes = over !== null && this.closesAt(draft, over);
    if (placing?.out) shape = curved(shape, this.active(draft), placing.at, placing.out);
    painter.draft(shape, draft.style);
    const insert = this.pointer?.shift && !over && !drag ? this.insertPlace(draft, this.pointer) : null;
    const aim = placing ? placing.at : drag || insert ? null : over ? over.at : this.aim();
    if (insert) painter.ghost(insert.at, draft.style);
    if (aim && !placing?.out) painter.line([active, aim], draft.style);
    this.paintControls(painter, shape, draft);
    for (const vertex of shape.vertices) {
      const here = closes && over?.id === vertexHandle(vertex.id);
      painter.point(vertex, draft.style, here || vertex.id === active.id);
    }
  }

  /** The path that clicks continue. */
  private draft(): VectorItem | null {
    const item = this.draftId === null ? undefined : this.context.scene.get(this.draftId);
    return item ? openPath(item) : null;
  }

  /** The selected path, when clicks on free space can go on with it. */
  private resumable(): VectorItem | null {
    const { model, scene } = this.context;
    const selected = model.selected();
    const item = selected.length === 1 && selected[0] !== undefined ? scene.get(selected[0]) : undefined;
    return item && !model.armed() && model.canChange(item.id) ? openPath(item) : null;
  }

  private resume(pointer: ToolPointer): VectorItem | null {
    const item = this.resumable();
    if (!item || (pointer.kind !== 'keyboard' && this.under(pointer).length > 0)) return null;
    const [chosen, ...others] = this.context.points.of(item);
    const vertex = others.length === 0 ? item.shape.vertices.find(({ id }) => vertexHandle(id) === chosen) : undefined;
    this.draftId = item.id;
    this.begun = false;
    this.activeId = this.rules(item).skeleton ? (vertex?.id ?? null) : null;
    return item;
  }

  private pressKey(draft: VectorItem, here: Point): void {
    // Enter on the active vertex ends, on the first one closes: keys need no aiming.
    const { vertices } = draft.shape;
    const first = vertexAt(vertices, 0);
    if (near(here, vertexAt(vertices, this.active(draft)))) this.finish();
    else if (near(here, first) && this.rules(draft).closable)
      this.put(draft, closePath(draft.shape, this.rules(draft)));
    else this.add(here, null);
  }

  private clickHandle(draft: VectorItem, handle: Handle, pointer: ToolPointer): void {
    const { points } = this.context;
    const rules = this.rules(draft);
    if (handle.role === 'control') {
      this.put(draft, vectorKind.clickHandle?.(draft.shape, handle.id, { ...pointer, count: 1 }, rules) ?? null);
    } else if (pointer.ctrl) {
      points.toggle(draft, handle.id);
    } else if (pointer.alt) {
      if (draft.shape.vertices.length === 1) this.cancel();
      // What is being drawn may be as short as one likes: it is checked when it ends.
      else this.put(draft, removeVertices(draft.shape, new Set([handle.id]), { ...rules, minPoints: 0 }));
    } else if (pointer.shift) {
      this.put(draft, convertVertices(draft.shape, new Set([handle.id]), rules));
    } else if (this.closesAt(draft, handle)) {
      this.put(draft, closePath(draft.shape, rules));
    } else if (rules.skeleton) {
      this.activeId = handle.id.slice(vertexHandle('').length);
      this.context.model.announce('The next point goes on from here');
    }
  }

  /** Would a click on this vertex close the path: is it its start, and the other end in work? */
  private closesAt(draft: VectorItem, handle: Handle): boolean {
    const { vertices } = draft.shape;
    if (!this.rules(draft).closable || vertices.length < 2) return false;
    return handle.id === vertexHandle(vertexAt(vertices, 0).id) && this.active(draft) === vertices.length - 1;
  }

  private add(at: Point, out: Point | null): void {
    const { model } = this.context;
    const draft = this.draft();
    if (!draft) {
      if (!model.canDraw()) return;
      const shape: VectorShape = { kind: 'vector', vertices: addVertex([], -1, at), closed: false };
      const id = model.create(out ? withPath(shape, curveTowards(shape, 0, out)) : shape);
      this.draftId = id;
      this.begun = true;
      this.activeId = null;
      return;
    }
    if (this.isFull(draft)) return;
    const from = this.active(draft);
    let shape: VectorShape = { ...draft.shape, vertices: addVertex(draft.shape.vertices, from, at) };
    if (out) shape = withPath(shape, curveTowards(shape, shape.vertices.length - 1, out));
    this.activeId = shape.vertices.at(-1)?.id ?? null;
    this.put(draft, { label: 'Add point', shape });
    if (shape.vertices.length >= this.rules(draft).maxPoints) this.finish();
  }

  private isFull(draft: VectorItem): boolean {
    const { maxPoints } = this.rules(draft);
    if (draft.shape.vertices.length < maxPoints) return false;
    this.context.model.tell(`This path has ${maxPoints} points, which is the most it may have.`);
    return true;
  }

  /** Place of the vertex from which the next one goes on. */
  private active(draft: VectorItem): number {
    const { vertices } = draft.shape;
    const at = this.activeId === null ? -1 : vertices.findIndex((vertex) => vertex.id === this.activeId);
    return at < 0 ? vertices.length - 1 : at;
  }

  private rules(item: SceneItem | null): PathRules {
    return item?.rules ?? this.context.model.pathRules();
  }

  private moved(draft: VectorItem, drag: Drag & { readonly name: 'moving' }): VectorShape {
    return vectorKind.moveHandle(draft.shape, {
      handle: drag.handle.id,
      to: drag.to,
      keepRatio: false,
      fromCenter: false,
      snapAngle: false,
      limits: this.context.limits,
      snapToPixel: draft.snapToPixel,
      curve: drag.curve,
      apart: drag.apart,
    });
  }

  private put(item: VectorItem, edit: ShapeEdit<VectorShape> | null): void {
    const { model } = this.context;
    if (!edit) return;
    if (!edit.shape) {
      model.tell(edit.reason);
      return;
    }
    model.edit(edit.label, new Map([[item.id, edit.shape]]));
    if (edit.shape.closed) this.end();
    this.context.repaint();
  }

  private end(): void {
    this.draftId = null;
    this.activeId = null;
    this.context.points.clear();
    this.context.snapper.clear();
    this.context.repaint();
  }

  private spot(pointer: ToolPointer): Point {
    const except = new Set(this.draftId === null ? [] : [this.draftId]);
    return this.place(pointer.image, pointer, { edges: true, except });
  }

  private aim(): Point | null {
    return this.pointer ? this.spot(this.pointer) : null;
  }

  private handleUnder(draft: VectorItem, pointer: ToolPointer): Handle | null {
    const tolerance = reach(pointer) / this.context.camera.zoom;
    let best: Handle | null = null;
    let least = tolerance;
    for (const handle of vectorKind.handles(draft.shape, { rotatable: false })) {
      const away = distance(handle.at, pointer.image);
      if (away > least) continue;
      best = handle;
      least = away;
    }
    return best;
  }

  private insertPlace(draft: VectorItem, pointer: ToolPointer) {
    const place = vectorKind.insertPlace?.(draft.shape, pointer.image);
    return place && place.distance * this.context.camera.zoom <= reach(pointer) * 0.6 ? place : null;
  }

  private paintControls(painter: OverlayPainter, shape: VectorShape, draft: VectorItem): void {
    for (const handle of vectorKind.handles(shape, { rotatable: false })) {
      if (handle.role === 'control') painter.handle(handle, this.context.camera.toScreen(handle.at), draft.style);
    }
  }
}

function openPath(item: SceneItem): VectorItem | null {
  if (item.shape.kind !== 'vector') return null;
  const path = item as VectorItem;
  return path.shape.closed ? null : path;
}

/** The path with one more vertex that is a curve. */
function curved(shape: VectorShape, from: number, at: Point, out: Point): VectorShape {
  const longer: VectorShape = { ...shape, vertices: addVertex(shape.vertices, from, at) };
  return withPath(longer, curveTowards(longer, longer.vertices.length - 1, out));
}

function withPath(
  shape: VectorShape,
  path: { readonly vertices: readonly PathVertex[]; readonly closed: boolean },
): VectorShape {
  return { ...shape, vertices: path.vertices, closed: path.closed };
}

function near(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 1e-9 && Math.abs(a.y - b.y) < 1e-9;
}
