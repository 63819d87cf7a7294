/** The vector: a path of vertices with straight and curved segments, open or closed, that may branch. */
import { cubicAt } from '../geometry/bezier';
import { apply } from '../geometry/matrix';
import {
  breakPath,
  curveTowards,
  deleteVertex,
  flattenPath,
  insertOnPath,
  makeCorner,
  makeCurve,
  mapPath,
  mapVertex,
  moveControl,
  moveVertex,
  nearestOnPath,
  type Path,
  type PathVertex,
  pathBox,
  segmentsOf,
  toggleDisconnected,
  vertexAt,
} from '../geometry/path';
import { type Box, clampToBox, distance, type Point, rotatePoint } from '../geometry/point';
import { polygonArea, polygonContains, polygonMeetsBox } from '../geometry/polygon';
import type { Handle, PathRules, Shape, ShapeEdit, ShapeKind } from './shape';

export interface VectorShape extends Shape, Path {
  readonly kind: 'vector';
}

/** A handle nearer to its vertex than this pulls nothing, image pixels. */
const LEAST_CURVE = 1e-6;

export const vectorKind: ShapeKind<VectorShape> = {
  kind: 'vector',
  bounds: pathBox,
  area: (shape) => (shape.closed ? polygonArea(flattenPath(shape)) : 0),
  distance(shape, point) {
    if (shape.closed && polygonContains(flattenPath(shape), point)) return 0;
    const only = shape.vertices.length === 1 ? shape.vertices[0] : undefined;
    if (only) return distance(only, point);
    return nearestOnPath(shape, point)?.distance ?? Infinity;
  },
  meets(shape, box) {
    if (shape.closed) return polygonMeetsBox(flattenPath(shape), true, box);
    if (shape.vertices.some((vertex) => inside(vertex, box))) return true;
    return segmentsOf(shape).some(({ from, to, curve }) => {
      const points = curve
        ? Array.from({ length: 25 }, (_, i) => cubicAt(curve, i / 24))
        : [vertexAt(shape.vertices, from), vertexAt(shape.vertices, to)];
      return polygonMeetsBox(Float64Array.from(points.flatMap(({ x, y }) => [x, y])), false, box);
    });
  },
  trace(shape, path, matrix) {
    let at = -1;
    for (const { from, to, curve } of segmentsOf(shape)) {
      if (from !== at) {
        const start = apply(matrix, vertexAt(shape.vertices, from));
        path.moveTo(start.x, start.y);
      }
      const end = apply(matrix, vertexAt(shape.vertices, to));
      if (curve) {
        const c1 = apply(matrix, curve.c1);
        const c2 = apply(matrix, curve.c2);
        path.bezierCurveTo(c1.x, c1.y, c2.x, c2.y, end.x, end.y);
      } else path.lineTo(end.x, end.y);
      at = to;
    }
    if (shape.closed) path.closePath();
  },
  filled: (shape) => shape.closed,
  dots: (shape) => shape.vertices,
  handles(shape) {
    const handles: Handle[] = [];
    for (const vertex of shape.vertices) {
      handles.push({ id: vertexHandle(vertex.id), role: 'point', at: vertex, direction: 0 });
      if (!vertex.isBezier) continue;
      for (const which of [1, 2] as const) {
        const at = which === 1 ? vertex.controlPoint1 : vertex.controlPoint2;
        if (at)
          handles.push({ id: controlHandle(vertex.id, which), role: 'control', at, direction: 0, anchor: vertex });
      }
    }
    return handles;
  },
  moveHandle(shape, drag) {
    const part = partOf(shape, drag.handle);
    if (!part) return shape;
    const rounded = drag.snapToPixel ? { x: Math.round(drag.to.x), y: Math.round(drag.to.y) } : drag.to;
    if (part.control) {
      return withPath(shape, moveControl(shape, part.index, part.control, rounded, drag.apart === true));
    }
    if (drag.curve) {
      const far = distance(rounded, vertexAt(shape.vertices, part.index)) > LEAST_CURVE;
      return far ? withPath(shape, curveTowards(shape, part.index, rounded)) : shape;
    }
    const to = clampToBox(drag.to, drag.limits);
    const at = drag.snapToPixel ? { x: Math.round(to.x), y: Math.round(to.y) } : to;
    return withPath(shape, moveVertex(shape, part.index, at));
  },
  translate: (shape, dx, dy) =>
    withPath(
      shape,
      mapPath(shape, ({ x, y }) => ({ x: x + dx, y: y + dy })),
    ),
  scale: (shape, origin, sx, sy) =>
    withPath(
      shape,
      mapPath(shape, ({ x, y }) => ({ x: origin.x + (x - origin.x) * sx, y: origin.y + (y - origin.y) * sy })),
    ),
  rotate: (shape, origin, degrees) =>
    withPath(
      shape,
      mapPath(shape, (point) => rotatePoint(point, origin, degrees)),
    ),
  snap: (shape) =>
    withPath(
      shape,
      mapPath(shape, ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })),
    ),
  nearestVertex(shape, point, tolerance) {
    let best: Point | null = null;
    for (const vertex of shape.vertices) {
      if (distance(vertex, point) <= (best ? distance(best, point) : tolerance)) best = { x: vertex.x, y: vertex.y };
    }
    return best;
  },
  nearestEdge: nearestOnPath,
  movePoints: (shape, handles, dx, dy) => {
    const move = ({ x, y }: Point) => ({ x: x + dx, y: y + dy });
    const vertices = shape.vertices.map((vertex) =>
      handles.has(vertexHandle(vertex.id)) ? mapVertex(vertex, move) : vertex,
    );
    return { ...shape, vertices };
  },
  insertByShift: true,
  insertPlace(shape, point) {
    const place = nearestOnPath(shape, point);
    return place && { after: place.segment, t: place.t, at: { x: place.x, y: place.y }, distance: place.distance };
  },
  insert(shape, place) {
    const { path, id } = insertOnPath(shape, place.after, place.t ?? 0.5);
    return { shape: withPath(shape, path), handle: vertexHandle(id) };
  },
  breakAt: (shape, place) =>
    shape.closed ? { label: 'Open the path', shape: withPath(shape, breakPath(shape, place.after)) } : null,
  clickHandle(shape, handle, press, rules) {
    const part = partOf(shape, handle);
    if (!part) return null;
    if (part.control) {
      if (!press.shift) return null;
      return { label: 'Join or separate handles', shape: withPath(shape, toggleDisconnected(shape, part.index)) };
    }
    if (press.alt || press.count === 2) return removeVertices(shape, new Set([handle]), rules);
    if (press.shift) return convertVertices(shape, new Set([handle]), rules);
    return part.index === 0 ? closePath(shape, rules) : null;
  },
  removeHandle(shape, handle) {
    const part = partOf(shape, handle);
    if (!part || part.control || shape.vertices.length <= 1) return null;
    return withPath(shape, deleteVertex(shape, part.index));
  },
};

/** Turns vertices into curves or, when all of them are curves, into corners. */
export function convertVertices(
  shape: VectorShape,
  handles: ReadonlySet<string>,
  rules: PathRules,
): ShapeEdit<VectorShape> | null {
  const chosen = shape.vertices.flatMap((vertex, index) => (handles.has(vertexHandle(vertex.id)) ? [index] : []));
  if (chosen.length === 0) return null;
  const back = chosen.every((index) => vertexAt(shape.vertices, index).isBezier);
  const label = back ? 'Make a corner' : 'Make a curve';
  if (!back && !rules.curves) {
    return {
      label,
      shape: null,
      reason: 'Curves are off in the labeling configuration (curves="true" turns them on).',
    };
  }
  let path: Path = shape;
  for (const index of chosen) {
    if (back) path = makeCorner(path, index);
    else if (!vertexAt(path.vertices, index).isBezier) path = makeCurve(path, index);
  }
  return { label, shape: withPath(shape, path) };
}

/** Takes vertices out as far as the least number allows. */
export function removeVertices(
  shape: VectorShape,
  handles: ReadonlySet<string>,
  rules: PathRules,
): ShapeEdit<VectorShape> | null {
  const chosen = shape.vertices.filter((vertex) => handles.has(vertexHandle(vertex.id)));
  if (chosen.length === 0) return null;
  const label = chosen.length === 1 ? 'Delete point' : `Delete ${chosen.length} points`;
  const least = leastVertices(rules);
  if (shape.vertices.length - chosen.length < least) {
    return { label, shape: null, reason: `A path keeps at least ${least} points. Delete the region instead.` };
  }
  let path: Path = shape;
  for (const { id } of chosen)
    path = deleteVertex(
      path,
      path.vertices.findIndex((vertex) => vertex.id === id),
    );
  return { label, shape: withPath(shape, path) };
}

/** Closes an open path that may be closed; null for others. */
export function closePath(shape: VectorShape, rules: PathRules): ShapeEdit<VectorShape> | null {
  if (shape.closed || !rules.closable) return null;
  const least = leastToClose(shape, rules);
  if (shape.vertices.length < least) {
    return { label: 'Close path', shape: null, reason: `A closed path needs at least ${least} points.` };
  }
  return { label: 'Close path', shape: { ...shape, closed: true } };
}

/** A path has two points at least, or as many as the configuration wants. */
export function leastVertices(rules: PathRules): number {
  return Math.max(2, rules.minPoints);
}

/** Two curves enclose an area; straight lines need three. */
function leastToClose(shape: VectorShape, rules: PathRules): number {
  return Math.max(shape.vertices.some((vertex) => vertex.isBezier) ? 2 : 3, rules.minPoints);
}

export function vertexHandle(id: string): string {
  return `point-${id}`;
}

function controlHandle(id: string, which: 1 | 2): string {
  return `control${which}-${id}`;
}

function partOf(shape: VectorShape, handle: string): { readonly index: number; readonly control: 0 | 1 | 2 } | null {
  const cut = handle.indexOf('-');
  const id = handle.slice(cut + 1);
  const index = shape.vertices.findIndex((vertex: PathVertex) => vertex.id === id);
  if (index < 0) return null;
  const name = handle.slice(0, cut);
  return { index, control: name === 'control1' ? 1 : name === 'control2' ? 2 : 0 };
}

function withPath(shape: VectorShape, path: Path): VectorShape {
  return { ...shape, vertices: path.vertices, closed: path.closed };
}

function inside(point: Point, box: Box): boolean {
  return point.x >= box.minX && point.x <= box.maxX && point.y >= box.minY && point.y <= box.maxY;
}
