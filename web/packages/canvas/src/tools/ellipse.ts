/** Ellipse (O): from the centre outwards; with alt from corner to corner of its rectangle, with shift a circle. */
import type { Point } from '../geometry/point';
import { between } from '../geometry/rectangle';
import { type EllipseShape, fromFrame } from '../shapes/ellipse';
import { squareCorner } from './rectangle';
import { type Reach, TwoPointTool } from './two-point';

/** Radius of the circle that a double-click makes, CSS pixels. */
const STANDARD_RADIUS = 15;

export class EllipseTool extends TwoPointTool {
  readonly id = 'ellipse';
  protected readonly hint = 'Centre set. Click or press Enter for the extent.';

  protected shape(from: Point, to: Point, reach: Reach): EllipseShape {
    const { limits } = this.context;
    if (reach.other) return fromFrame(between(from, reach.even ? squareCorner(from, to, limits) : to, limits));
    // Neither side may leave the image.
    const roomX = Math.min(from.x - limits.minX, limits.maxX - from.x);
    const roomY = Math.min(from.y - limits.minY, limits.maxY - from.y);
    const dx = Math.abs(to.x - from.x);
    const dy = Math.abs(to.y - from.y);
    const radius = Math.min(Math.hypot(dx, dy), roomX, roomY);
    return {
      kind: 'ellipse',
      x: from.x,
      y: from.y,
      radiusX: reach.even ? radius : Math.min(dx, roomX),
      radiusY: reach.even ? radius : Math.min(dy, roomY),
      rotation: 0,
    };
  }

  protected standard({ x, y }: Point): Point {
    const radius = STANDARD_RADIUS / this.context.camera.zoom;
    return { x: x + radius, y: y + radius };
  }
}
