/**
 * What the canvas must know about a kind of shape. Each kind is one file in this folder and one
 * line in `registry.ts`; nothing else names kinds. Shapes are immutable and in image pixels.
 */
import type { Matrix } from '../geometry/matrix';
import type { Box, Point } from '../geometry/point';
import type { Rectangle } from '../geometry/rectangle';

export interface Shape {
  readonly kind: string;
}

/** Something of a shape that can be taken and moved. */
export interface Handle {
  /** Unique in the shape: `ne`, `rotate`, `point-3`. */
  readonly id: string;
  readonly role: 'corner' | 'side' | 'point' | 'control' | 'rotate';
  /** Image pixels. For `rotate` the foot of the stalk: the handle stands off from it on the screen. */
  readonly at: Point;
  /** Direction in which it moves, degrees in the image; for cursors and for the stalk. */
  readonly direction: number;
  /** For `control`: the vertex whose curve it pulls; a line joins the two. */
  readonly anchor?: Point;
}

/** What a control allows its paths (`Vector`). */
export interface PathRules {
  readonly closable: boolean;
  /** May vertices become curves? */
  readonly curves: boolean;
  /** May a path branch? */
  readonly skeleton: boolean;
  readonly minPoints: number;
  /** Infinity without a limit. */
  readonly maxPoints: number;
}

export const NO_RULES: PathRules = {
  closable: false,
  curves: false,
  skeleton: false,
  minPoints: 0,
  maxPoints: Infinity,
};

/** Modifier keys of a click, and how many clicks it was. */
export interface Press {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly count: number;
}

/** What a click on a part of a shape does; without a shape it is refused, with a reason. */
export type ShapeEdit<S extends Shape = Shape> =
  | { readonly label: string; readonly shape: S }
  | { readonly label: string; readonly shape: null; readonly reason: string };

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
  /** A vertex is not moved: a curve is pulled out of it. */
  readonly curve?: boolean;
  /** A handle of a curve leaves the line with the opposite one. */
  readonly apart?: boolean;
}

/** A place where a new point can be put in (ghost point). */
export interface InsertPlace {
  /** The edge, by its place in the outline. */
  readonly after: number;
  /** Where on the edge, 0…1; for curves. */
  readonly t?: number;
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
  /** Drawn in a least size, however small it is on the screen: a point that is looked for. */
  readonly marker?: boolean;
  /** The turned rectangle that its side and corner handles stand on. */
  frame?(shape: S): Rectangle;
  /** Vertices that are drawn as dots while the shape rests. */
  dots?(shape: S): Iterable<Point>;
  handles(shape: S, options: { readonly rotatable: boolean }): readonly Handle[];
  moveHandle(shape: S, drag: HandleDrag): S;
  translate(shape: S, dx: number, dy: number): S;
  scale(shape: S, origin: Point, sx: number, sy: number): S;
  rotate(shape: S, origin: Point, degrees: number): S;
  /** Rounds to whole pixels. */
  snap(shape: S): S;
  /** Places by which a point of another shape snaps: its vertex within `tolerance`, image pixels. */
  nearestVertex?(shape: S, point: Point, tolerance: number): Point | null;
  /** The nearest place on its outline, for the same. */
  nearestEdge?(shape: S, point: Point): (Point & { readonly distance: number }) | null;
  /** Moves several of its points at once. */
  movePoints?(shape: S, handles: ReadonlySet<string>, dx: number, dy: number): S;
  insertPlace?(shape: S, point: Point): InsertPlace | null;
  /** The new point's handle comes with the shape. */
  insert?(shape: S, place: InsertPlace): { readonly shape: S; readonly handle: string };
  /** A plain press on an edge means the shape; shift puts a point in. */
  readonly insertByShift?: boolean;
  /** What alt and a click on an edge do; null when they do nothing there. */
  breakAt?(shape: S, place: InsertPlace): ShapeEdit<S> | null;
  /** What a click on a handle does beside taking it; null when it does nothing. */
  clickHandle?(shape: S, handle: string, press: Press, rules: PathRules): ShapeEdit<S> | null;
  /** The finished form of a shape that is still open; null when it is finished or cannot be yet. */
  close?(shape: S): S | null;
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
