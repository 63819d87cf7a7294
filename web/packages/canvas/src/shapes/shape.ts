/**
 * What the canvas must know about a kind of shape. Each kind is one file in this folder and one
 * line in `registry.ts`; nothing else names kinds. Shapes are immutable and in image pixels.
 */
import type { Matrix } from '../geometry/matrix';
import type { Box, Point } from '../geometry/point';

export interface Shape {
  readonly kind: string;
}

/** Something of a shape that can be taken and moved. */
export interface Handle {
  /** Unique in the shape: `ne`, `rotate`, `point-3`. */
  readonly id: string;
  readonly role: 'corner' | 'side' | 'point' | 'rotate';
  /** Image pixels. For `rotate` the foot of the stalk: the handle stands off from it on the screen. */
  readonly at: Point;
  /** Direction in which it moves, degrees in the image; for cursors and for the stalk. */
  readonly direction: number;
}

/** How a handle is being moved. */
export interface HandleDrag {
  readonly handle: string;
  readonly to: Point;
  readonly keepRatio: boolean;
  readonly fromCenter: boolean;
  /** Snap angles to 15°. */
  readonly snapAngle: boolean;
  /** Part of the plane that new points must lie in. */
  readonly limits: Box;
  /** Round to whole pixels of the image. */
  readonly snapToPixel: boolean;
}

/** A place where a new point can be put in (ghost point). */
export interface InsertPlace {
  readonly after: number;
  readonly at: Point;
  /** From the pointer, image pixels. */
  readonly distance: number;
}

export interface ShapeKind<S extends Shape = Shape> {
  readonly kind: S['kind'];
  /** Made of pixels: the mask layer draws it, and it stays where it is. */
  readonly raster?: true;
  bounds(shape: S): Box;
  /** Square pixels; the smallest shape under the pointer is taken first. */
  area(shape: S): number;
  /** Distance of a point: 0 inside, otherwise to the outline, image pixels. */
  distance(shape: S, point: Point): number;
  /** Does the shape share a point with the box (marquee)? */
  meets(shape: S, box: Box): boolean;
  /** Adds its outline to the path, mapped to device pixels. Parts below half a pixel may be left out. */
  trace(shape: S, path: PathSink, matrix: Matrix): void;
  /** Is it an area (filled) or a line? */
  filled(shape: S): boolean;
  /** Can it be drawn as an upright rectangle (fast path of the renderer)? */
  upright?(shape: S): Box | null;
  /** `free` shapes are changed by their handles; a frame is drawn around a selection of several. */
  handles(shape: S, options: { readonly rotatable: boolean }): readonly Handle[];
  moveHandle(shape: S, drag: HandleDrag): S;
  translate(shape: S, dx: number, dy: number): S;
  scale(shape: S, origin: Point, sx: number, sy: number): S;
  rotate(shape: S, origin: Point, degrees: number): S;
  /** Rounds to whole pixels. */
  snap(shape: S): S;
  insertPlace?(shape: S, point: Point): InsertPlace | null;
  insert?(shape: S, place: InsertPlace): S;
  /** The finished form of a shape that is still open; null when it is finished or cannot be yet. */
  close?(shape: S): S | null;
  /** The handle of an open shape that closes it when it is clicked. */
  readonly closingHandle?: string;
  /** Null when too little would be left. */
  removeHandle?(shape: S, handle: string): S | null;
}

/** The part of `Path2D` that shapes draw with. */
export interface PathSink {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  ellipse(x: number, y: number, radiusX: number, radiusY: number, rotation: number, start: number, end: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
}
