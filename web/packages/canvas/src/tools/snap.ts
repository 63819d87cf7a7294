/**
 * Draws points to what they are meant for: a vertex or an edge of a neighbour, the border of the image. The
 * place that was found is marked while the pointer is there; ctrl leaves points where they are put.
 */
import { clampToBox, distance, grow, type Point } from '../geometry/point';
import type { OverlayPainter } from '../render/overlay';
import { kindOf } from '../shapes/registry';
import type { ToolContext, ToolPointer } from './tool';

export interface SnapSettings {
  readonly enabled: boolean;
  /** How near a point must come, CSS pixels. */
  readonly distance: number;
}

export const DEFAULT_SNAPPING: SnapSettings = { enabled: true, distance: 6 };

/** More neighbours than this under one pointer are a crowd in which snapping would only hinder. */
const MOST_NEIGHBOURS = 200;
/** Of points that move together so many look for a neighbour. */
const MOST_TOGETHER = 50;

export interface SnapRequest {
  /** Regions that are drawn or moved: they do not attract themselves. */
  readonly except?: ReadonlySet<string>;
  /** Also onto edges, not only vertices: for points of outlines that are to share a border. */
  readonly edges?: boolean;
}

type Mark = { readonly at: Point; readonly to: 'vertex' | 'edge' | 'border' };

export class Snapper {
  settings: SnapSettings = DEFAULT_SNAPPING;
  private mark: Mark | null = null;

  constructor(private readonly context: Pick<ToolContext, 'camera' | 'scene' | 'limits'>) {}

  /** The point inside the image and, when something near attracts it, there. */
  snap(point: Point, pointer: Pick<ToolPointer, 'ctrl' | 'kind'>, request: SnapRequest = {}): Point {
    const inside = clampToBox(point, this.context.limits);
    this.mark = null;
    // The cross-hair of the keyboard is exact already.
    if (!this.settings.enabled || pointer.ctrl || pointer.kind === 'keyboard') return inside;
    const tolerance = this.settings.distance / this.context.camera.zoom;
    this.mark =
      this.nearestVertex(inside, tolerance, request) ??
      this.border(inside, tolerance) ??
      (request.edges ? this.nearestEdge(inside, tolerance, request) : null);
    return this.mark ? clampToBox(this.mark.at, this.context.limits) : inside;
  }

  /**
   * For points that move together: how much further they go so that one of them lands where something attracts it. The
   * first point is the one in the hand and leads, but a vertex near any of them goes before edges and the border. Null
   * when nothing attracts any.
   */
  snapAny(points: readonly Point[], pointer: Pick<ToolPointer, 'ctrl' | 'kind'>, request: SnapRequest): Point | null {
    let found: { readonly mark: Mark; readonly by: Point } | null = null;
    for (const point of points.slice(0, MOST_TOGETHER)) {
      const at = this.snap(point, pointer, request);
      if (!this.mark || (found && this.mark.to !== 'vertex')) continue;
      found = { mark: this.mark, by: { x: at.x - point.x, y: at.y - point.y } };
      if (this.mark.to === 'vertex') break;
    }
    this.mark = found?.mark ?? null;
    return found?.by ?? null;
  }

  /** Forgets the mark: the pointer left, or what was drawn is done. */
  clear(): void {
    this.mark = null;
  }

  paint(painter: OverlayPainter): void {
    // At the border of the image one sees it anyway.
    if (this.mark && this.mark.to !== 'border') painter.snapMark(this.mark.at, this.mark.to);
  }

  private nearestVertex(point: Point, tolerance: number, request: SnapRequest): Mark | null {
    let best: Point | null = null;
    let least = tolerance;
    for (const { shape } of this.neighbours(point, tolerance, request)) {
      const vertex = kindOf(shape).nearestVertex?.(shape, point, least);
      if (!vertex) continue;
      best = vertex;
      least = distance(vertex, point);
    }
    return best ? { at: best, to: 'vertex' } : null;
  }

  private nearestEdge(point: Point, tolerance: number, request: SnapRequest): Mark | null {
    let best: Mark | null = null;
    let least = tolerance;
    for (const { shape } of this.neighbours(point, tolerance, request)) {
      const place = kindOf(shape).nearestEdge?.(shape, point);
      if (!place || place.distance > least) continue;
      best = { at: { x: place.x, y: place.y }, to: 'edge' };
      least = place.distance;
    }
    return best;
  }

  private border({ x, y }: Point, tolerance: number): Mark | null {
    const { minX, minY, maxX, maxY } = this.context.limits;
    const at = {
      x: x - minX <= tolerance ? minX : maxX - x <= tolerance ? maxX : x,
      y: y - minY <= tolerance ? minY : maxY - y <= tolerance ? maxY : y,
    };
    return at.x === x && at.y === y ? null : { at, to: 'border' };
  }

  private neighbours({ x, y }: Point, tolerance: number, { except }: SnapRequest) {
    const found = this.context.scene.within(grow({ minX: x, minY: y, maxX: x, maxY: y }, tolerance));
    return found.length > MOST_NEIGHBOURS ? [] : found.filter((item) => !except?.has(item.id));
  }
}
