/** Rectangle (R): from corner to corner; with alt from the centre, with shift a square. */
import type { Point } from '../geometry/point';
import { between } from '../geometry/rectangle';
import type { RectangleShape } from '../shapes/rectangle';
import { type Reach, TwoPointTool } from './two-point';

/** Sides of the box that a double-click makes, CSS pixels. */
const STANDARD_SIDE = 30;

export class RectangleTool extends TwoPointTool {
  readonly id = 'rectangle';
  protected readonly hint = 'First corner set. Click or press Enter for the opposite corner.';

  protected shape(from: Point, to: Point, reach: Reach): RectangleShape {
    const { limits } = this.context;
    const corner = reach.even ? squareCorner(from, to, this.context.limits) : to;
    const opposite = reach.other ? { x: 2 * from.x - corner.x, y: 2 * from.y - corner.y } : from;
    return { ...between(opposite, corner, limits), kind: 'rectangle' };
  }

  /** Near the right or lower border the box grows the other way, so that it keeps its size. */
  protected standard({ x, y }: Point): Point {
    const side = STANDARD_SIDE / this.context.camera.zoom;
    const { maxX, maxY } = this.context.limits;
    return { x: x + side > maxX ? x - side : x + side, y: y + side > maxY ? y - side : y + side };
  }
}

/** The corner of the largest square towards a point that is inside the image. */
export function squareCorner(
  from: Point,
  to: Point,
  limits: { minX: number; minY: number; maxX: number; maxY: number },
): Point {
  const right = to.x >= from.x;
  const down = to.y >= from.y;
  const roomX = right ? limits.maxX - from.x : from.x - limits.minX;
  const roomY = down ? limits.maxY - from.y : from.y - limits.minY;
  const side = Math.min(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)), roomX, roomY);
  return { x: from.x + (right ? side : -side), y: from.y + (down ? side : -side) };
}
