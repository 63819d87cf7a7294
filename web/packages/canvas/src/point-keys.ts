/** The points of the selected outline without a pointer: going from one to the next, putting in, bending, deleting. */

import { segmentsOf } from './geometry/path';
import type { Point } from './geometry/point';
import { pointCount } from './geometry/polygon';
import type { SceneItem } from './scene';
import { type PolygonShape, removePoints } from './shapes/polygon';
import { kindOf } from './shapes/registry';
import { type Handle, NO_RULES, type ShapeEdit } from './shapes/shape';
import { closePath, convertVertices, removeVertices, type VectorShape } from './shapes/vector';
import { applyEdit, isFull } from './tools/manipulate';
import { pointsOf } from './tools/point-selection';
import { changeableItems } from './tools/targets';
import type { ToolContext } from './tools/tool';

export class PointKeys {
  constructor(private readonly context: ToolContext) {}

  /** The selected region when it has points that can be chosen. */
  get item(): SceneItem | null {
    const [item, ...others] = changeableItems(this.context);
    return item && others.length === 0 && kindOf(item.shape).movePoints ? item : null;
  }
  get chosen(): number {
    const { item } = this;
    return item ? this.context.points.of(item).size : 0;
  }
  get path(): (SceneItem & { readonly shape: VectorShape }) | null {
    const { item } = this;
    return item?.shape.kind === 'vector' ? (item as SceneItem & { readonly shape: VectorShape }) : null;
  }

  /** Forgets which points are chosen. True when some were. */
  clear(): boolean {
    const had = this.chosen > 0;
    this.context.points.clear();
    if (had) this.context.repaint();
    return had;
  }

  /** Chooses the next or the previous point. */
  step(by: 1 | -1): void {
    const { item } = this;
    if (!item) return;
    const points = pointsOf(item);
    const chosen = this.context.points.of(item);
    const at = points.findIndex((point) => chosen.has(point.id));
    const next = at < 0 ? (by > 0 ? 0 : points.length - 1) : (at + by + points.length) % points.length;
    const point = points[next];
    if (!point) return;
    this.context.points.set(item, [point.id]);
    const { x, y } = point.at;
    this.context.model.announce(`Point ${next + 1} of ${points.length}, ${Math.round(x)}, ${Math.round(y)}`);
    this.context.repaint();
  }

  /** Puts a point in half-way to the next one, and chooses it. */
  insert(): void {
    const { item } = this;
    const point = item && this.single(item);
    if (!item || !point || isFull(this.context, item)) return;
    const after = edgeAfter(item, point);
    if (after === null) {
      this.context.model.tell('This is the end of the path: no point can be put in behind it.');
      return;
    }
    const made = kindOf(item.shape).insert?.(item.shape, { after, t: 0.5, at: middle(item, after), distance: 0 });
    if (!made || !this.context.model.edit('Insert point', new Map([[item.id, made.shape]]))) return;
    this.context.points.set(item, [made.handle]);
    this.context.repaint();
  }

  /** Deletes the chosen points. */
  remove(): void {
    const { item } = this;
    if (!item) return;
    const chosen = this.context.points.of(item);
    const edit =
      item.shape.kind === 'vector'
        ? removeVertices(item.shape as VectorShape, chosen, item.rules ?? NO_RULES)
        : removePoints(item.shape as PolygonShape, chosen);
    this.apply(item, edit);
    if (edit?.shape) this.context.points.clear();
  }

  /** Turns the chosen points of a path into curves, or into corners. */
  convert(): void {
    const { path } = this;
    if (path) this.apply(path, convertVertices(path.shape, this.context.points.of(path), path.rules ?? NO_RULES));
  }

  /** Closes the path, or opens it where it was closed. */
  toggleClosed(): void {
    const { path } = this;
    if (!path) return;
    const { shape } = path;
    if (shape.closed) {
      const open: VectorShape = { ...shape, closed: false };
      this.apply(path, { label: 'Open the path', shape: open });
      return;
    }
    const edit = closePath(shape, path.rules ?? NO_RULES);
    if (edit) this.apply(path, edit);
    else
      this.context.model.tell('Paths of this control stay open: closable="true" in the configuration allows closing.');
  }

  private apply(item: SceneItem, edit: ShapeEdit | null): void {
    if (edit) applyEdit(this.context, item, edit);
    this.context.repaint();
  }

  private single(item: SceneItem): Handle | null {
    const chosen = this.context.points.of(item);
    return pointsOf(item).find((point) => chosen.has(point.id)) ?? null;
  }
}

/** The edge that starts at a point; null at the end of a path. */
function edgeAfter(item: SceneItem, point: Handle): number | null {
  const index = pointsOf(item).findIndex((one) => one.id === point.id);
  if (item.shape.kind === 'vector') {
    const edge = segmentsOf(item.shape as VectorShape).findIndex((segment) => segment.from === index);
    return edge < 0 ? null : edge;
  }
  const { points, closed } = item.shape as PolygonShape;
  return closed || index < pointCount(points) - 1 ? index : null;
}

/** Half-way along an edge of a polygon; paths find their own place. */
function middle(item: SceneItem, edge: number): Point {
  const points = pointsOf(item);
  const a = points[edge]?.at ?? { x: 0, y: 0 };
  const b = points[(edge + 1) % points.length]?.at ?? a;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
