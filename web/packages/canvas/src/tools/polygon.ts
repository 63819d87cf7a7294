/**
 * Polygon (P). Each click adds a point; the first point or Enter closes. A polygon that is being
 * drawn is a region already (open), so that each point is a step of undo, drafts save it and it can be
 * resumed after a reload.
 */
import { distance, type Point } from '../geometry/point';
import { deletePoint, insertPoint, movePoint, nearestPoint, pointAt, pointCount } from '../geometry/polygon';
import type { OverlayPainter } from '../render/overlay';
import type { SceneItem } from '../scene';
import { LEAST_POINTS, type PolygonShape } from '../shapes/polygon';
import { DrawingTool } from './base';
import { reach, type ToolPointer } from './tool';

/** Side of the triangle that a double-click makes, CSS pixels. */
const DEFAULT_SIDE = 30;
/** Points that no pointer put where they are: nothing attracts them. */
const UNDRAWN = { ctrl: true, kind: 'mouse' } as const;

type PolygonItem = SceneItem & { readonly shape: PolygonShape };

type Drag =
  /** A new point is placed when the button is released. */
  | { readonly name: 'placing'; readonly at: Point }
  | { readonly name: 'moving'; readonly index: number; readonly at: Point };

export class PolygonTool extends DrawingTool {
  readonly id = 'polygon';
  readonly draftIsRegion = true;
  /** The region being drawn. It may vanish (undo) and come back (redo): the scene is asked each time. */
  private draftId: string | null = null;
  private dragState: Drag | null = null;
  private pointer: ToolPointer | null = null;

  get drawing(): boolean {
    return this.draft() !== null;
  }

  /** The open polygon that clicks continue: the one in work, or the selected one (resumed after a reload). */
  draft(): PolygonItem | null {
    const { scene, model } = this.context;
    const own = this.draftId === null ? null : openPolygon(scene.get(this.draftId));
    if (own) return own;
    const selected = model.selected();
    const single = selected.length === 1 && selected[0] !== undefined ? openPolygon(scene.get(selected[0])) : null;
    return single && model.canChange(single.id) ? single : null;
  }

  cancel(): boolean {
    const draft = this.draft();
    const dragged = this.dragState !== null;
    this.dragState = null;
    // In the middle of a drag Escape means the drag.
    if (dragged) return true;
    // One that was only selected, to be gone on with, is unselected by Escape and not lost.
    if (!draft || draft.id !== this.draftId) return false;
    this.draftId = null;
    this.context.model.remove('Abandon polygon', [draft.id]);
    this.context.repaint();
    return true;
  }

  finish(): boolean {
    const draft = this.draft();
    if (!draft) return false;
    if (pointCount(draft.shape.points) < LEAST_POINTS) {
      this.context.model.announce('A polygon needs at least three points.');
      return true;
    }
    this.put(draft, { ...draft.shape, closed: true }, 'Close polygon');
    this.draftId = null;
    this.context.model.announce(`Polygon closed, ${pointCount(draft.shape.points)} points`);
    return true;
  }

  back(): boolean {
    const draft = this.draft();
    if (!draft) return false;
    const count = pointCount(draft.shape.points);
    this.draftId = draft.id;
    if (count <= 1) return this.cancel();
    this.put(draft, { ...draft.shape, points: deletePoint(draft.shape.points, count - 1) }, 'Remove point');
    return true;
  }

  protected track(pointer: ToolPointer): void {
    this.pointer = pointer;
  }

  protected startDrag(pointer: ToolPointer): void {
    const draft = this.draft();
    const index = draft ? this.pointUnder(draft, pointer) : -1;
    const at = this.spot(pointer);
    this.dragState = index >= 0 ? { name: 'moving', index, at } : { name: 'placing', at };
  }

  protected moveDrag(pointer: ToolPointer): void {
    this.pointer = pointer;
    if (this.dragState) this.dragState = { ...this.dragState, at: this.spot(pointer) };
  }

  protected endDrag(pointer: ToolPointer): void {
    const drag = this.dragState;
    this.dragState = null;
    const draft = this.draft();
    const at = this.spot(pointer);
    if (drag?.name === 'moving' && draft) {
      this.put(draft, { ...draft.shape, points: movePoint(draft.shape.points, drag.index, at) }, 'Move point');
    } else if (drag?.name === 'placing') {
      this.add(at);
    }
  }

  protected dropDrag(): void {
    this.dragState = null;
  }

  protected drawClick(pointer: ToolPointer, count: number): void {
    const draft = this.draft();
    if (!draft) {
      if (count === 1) this.add(this.spot(pointer));
      return;
    }
    const points = pointCount(draft.shape.points);
    const index = this.pointUnder(draft, pointer);
    if (pointer.kind === 'keyboard') {
      // Enter on the first or the last point closes: the key needs no aiming.
      const here = this.spot(pointer);
      const last = pointAt(draft.shape.points, points - 1);
      const first = pointAt(draft.shape.points, 0);
      if (points >= LEAST_POINTS && (same(here, last) || same(here, first))) this.finish();
      else if (!same(here, last)) this.add(here);
      return;
    }
    if (pointer.alt && index >= 0) {
      if (points === 1) this.cancel();
      else this.put(draft, { ...draft.shape, points: deletePoint(draft.shape.points, index) }, 'Delete point');
      return;
    }
    if (count === 2) {
      if (points === 1 && this.draftId === draft.id) this.makeDefault(draft);
      // Two clicks on one place are one point.
      return;
    }
    if (index === 0 && points >= LEAST_POINTS) {
      this.finish();
      return;
    }
    if (index === points - 1) return;
    this.add(this.spot(pointer));
  }

  protected paintDraft(painter: OverlayPainter): void {
    const draft = this.draft();
    if (!draft) {
      if (this.dragState) painter.point(this.dragState.at, this.context.model.draftStyle(), true);
      return;
    }
    let { points } = draft.shape;
    const count = pointCount(points);
    if (this.dragState?.name === 'moving') points = movePoint(points, this.dragState.index, this.dragState.at);
    painter.draft({ ...draft.shape, points } as PolygonShape, draft.style);
    const aim = this.dragState?.name === 'placing' ? this.dragState.at : this.dragState ? null : this.aim();
    const closes = this.pointer !== null && count >= LEAST_POINTS && this.pointUnder(draft, this.pointer) === 0;
    if (aim) painter.line([pointAt(points, count - 1), closes ? pointAt(points, 0) : aim], draft.style);
    for (let i = 0; i < count; i++) painter.point(pointAt(points, i), draft.style, i === 0 && closes);
  }

  /** Where a point goes: onto vertices and edges of the neighbours, so that outlines share their borders. */
  private spot(pointer: ToolPointer): Point {
    const except = new Set(this.draftId === null ? [] : [this.draftId]);
    return this.place(pointer.image, pointer, { edges: true, except });
  }

  private aim(): Point | null {
    return this.pointer ? this.spot(this.pointer) : null;
  }

  private add(at: Point): void {
    const { model } = this.context;
    const draft = this.draft();
    if (!draft) {
      if (!model.canDraw()) return;
      const shape: PolygonShape = { kind: 'polygon', points: Float64Array.of(at.x, at.y), closed: false };
      this.draftId = model.create(shape);
      return;
    }
    this.draftId = draft.id;
    const { points } = draft.shape;
    this.put(draft, { ...draft.shape, points: insertPoint(points, pointCount(points) - 1, at) }, 'Add point');
  }

  private makeDefault(draft: PolygonItem): void {
    const { camera, limits } = this.context;
    const side = DEFAULT_SIDE / camera.zoom;
    const { x, y } = pointAt(draft.shape.points, 0);
    // Towards the middle of the image where there is no room at its border.
    const right = x + side > limits.maxX ? -side : side;
    const down = y + side > limits.maxY ? -side : side;
    const [b, c] = [
      this.place({ x: x + right, y }, UNDRAWN),
      this.place({ x: x + right / 2, y: y + (down * Math.sqrt(3)) / 2 }, UNDRAWN),
    ];
    this.put(
      draft,
      { kind: 'polygon', points: Float64Array.of(x, y, b.x, b.y, c.x, c.y), closed: true },
      'Close polygon',
    );
    this.draftId = null;
  }

  private put(item: PolygonItem, shape: PolygonShape, label: string): void {
    this.context.model.edit(label, new Map([[item.id, shape]]));
    this.context.repaint();
  }

  private pointUnder(draft: PolygonItem, pointer: ToolPointer): number {
    const { points } = draft.shape;
    const tolerance = reach(pointer) / this.context.camera.zoom;
    // The first point wins where points lie close together: closing must always be possible.
    if (pointCount(points) >= LEAST_POINTS && distance(pointAt(points, 0), pointer.image) <= tolerance) return 0;
    return nearestPoint(points, pointer.image, tolerance);
  }
}

function openPolygon(item: SceneItem | undefined): PolygonItem | null {
  if (item?.shape.kind !== 'polygon') return null;
  const polygon = item as PolygonItem;
  return polygon.shape.closed ? null : polygon;
}

function same(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 1e-9 && Math.abs(a.y - b.y) < 1e-9;
}
