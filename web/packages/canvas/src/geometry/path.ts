/**
 * Paths of vertices with straight and curved segments, in image pixels. Each vertex names the one that
 * it is joined to (`prevPointId`), so that a path may branch (skeleton). A closed path also has a segment from
 * its last vertex to its first. Functions give new lists and never change what they get.
 */
import { type Cubic, cubicAt, cubicBox, flattenCubic, mix, nearestOnCubic, splitCubic } from './bezier';
import { type Box, clamp, distance, EMPTY_BOX, type Point, unite } from './point';

/** A vertex; the names of result JSON, places in pixels. */
export interface PathVertex extends Point {
  readonly id: string;
  /** Null for a start. */
  readonly prevPointId: string | null;
  readonly isBezier: boolean;
  /** Pulls the curve that comes from `prevPointId`. */
  readonly controlPoint1?: Point;
  /** Pulls the curves that go on from here. */
  readonly controlPoint2?: Point;
  /** The two control points move independently. */
  readonly disconnected?: boolean;
  readonly isBranching?: boolean;
}

export type Vertices = readonly PathVertex[];

export interface Path {
  readonly vertices: Vertices;
  readonly closed: boolean;
}

/** From one vertex to another, by their places in the list. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** Null when it is straight. */
  readonly curve: Cubic | null;
}

/** All segments, the closing one last. */
export const segmentsOf: (path: Path) => readonly Segment[] = remembered(findSegments);

/** The smallest box around vertices and curves. */
export const pathBox: (path: Path) => Box = remembered(findBox);

/** Paths are immutable: what was found out about one stays true. */
function remembered<T>(find: (path: Path) => T): (path: Path) => T {
  const open = new WeakMap<Vertices, T>();
  const closed = new WeakMap<Vertices, T>();
  return (path) => {
    const known = path.closed ? closed : open;
    let found = known.get(path.vertices);
    if (found === undefined) {
      found = find(path);
      known.set(path.vertices, found);
    }
    return found;
  };
}

function findSegments({ vertices, closed }: Path): readonly Segment[] {
  const places = placesOf(vertices);
  const segments: Segment[] = [];
  vertices.forEach((vertex, to) => {
    const from = vertex.prevPointId === null ? undefined : places.get(vertex.prevPointId);
    if (from !== undefined && from !== to) segments.push({ from, to, curve: curveBetween(vertices, from, to) });
  });
  const last = vertices.length - 1;
  if (closed && last > 0) segments.push({ from: last, to: 0, curve: curveBetween(vertices, last, 0) });
  return segments;
}

function curveBetween(vertices: Vertices, from: number, to: number): Cubic | null {
  const a = vertexAt(vertices, from);
  const b = vertexAt(vertices, to);
  const c1 = a.isBezier ? a.controlPoint2 : undefined;
  const c2 = b.isBezier ? b.controlPoint1 : undefined;
  return c1 || c2 ? { a, c1: c1 ?? a, c2: c2 ?? b, b } : null;
}

export function placesOf(vertices: Vertices): ReadonlyMap<string, number> {
  return new Map(vertices.map((vertex, index) => [vertex.id, index]));
}

export function vertexAt(vertices: Vertices, index: number): PathVertex {
  return vertices[index] as PathVertex;
}

function findBox(path: Path): Box {
  let box = EMPTY_BOX;
  for (const { x, y } of path.vertices) box = unite(box, { minX: x, minY: y, maxX: x, maxY: y });
  for (const { curve } of segmentsOf(path)) if (curve) box = unite(box, cubicBox(curve));
  return box;
}

/** The outline as points, curves in small steps; for areas and hits. */
export const flattenPath: (path: Path) => Float64Array = remembered(findPoints);

function findPoints(path: Path): Float64Array {
  const points: number[] = [];
  let at = -1;
  for (const { from, to, curve } of segmentsOf(path)) {
    if (from !== at) points.push(vertexAt(path.vertices, from).x, vertexAt(path.vertices, from).y);
    const steps = curve ? flattenCubic(curve) : [vertexAt(path.vertices, to)];
    for (const { x, y } of steps) points.push(x, y);
    at = to;
  }
  // The closing segment ends where the list began.
  return Float64Array.from(path.closed ? points.slice(0, -2) : points);
}

export interface PathPlace extends Point {
  /** Place in `segmentsOf`. */
  readonly segment: number;
  /** 0 at its start, 1 at its end. */
  readonly t: number;
  readonly distance: number;
}

/** The place on the path nearest to a point; null when there is no segment. */
export function nearestOnPath(path: Path, point: Point): PathPlace | null {
  let best: PathPlace | null = null;
  segmentsOf(path).forEach((segment, index) => {
    const a = vertexAt(path.vertices, segment.from);
    const b = vertexAt(path.vertices, segment.to);
    const t = segment.curve ? nearestOnCubic(segment.curve, point).t : alongLine(a, b, point);
    const at = segment.curve ? cubicAt(segment.curve, t) : mix(a, b, t);
    const away = distance(at, point);
    if (!best || away < best.distance) best = { ...at, segment: index, t, distance: away };
  });
  return best;
}

function alongLine(a: Point, b: Point, point: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  return length === 0 ? 0 : clamp(((point.x - a.x) * dx + (point.y - a.y) * dy) / length, 0, 1);
}

/** An id that no vertex has. */
export function newVertexId(vertices: Vertices): string {
  const used = new Set(vertices.map((vertex) => vertex.id));
  let number = vertices.length + 1;
  while (used.has(`v${number}`)) number++;
  return `v${number}`;
}

/** Adds a vertex that goes on from vertex `from` (−1: the first one of a path). */
export function addVertex(vertices: Vertices, from: number, at: Point): Vertices {
  const before = vertices[from];
  const branches = before !== undefined && vertices.some((vertex) => vertex.prevPointId === before.id);
  const made: PathVertex = {
    id: newVertexId(vertices),
    x: at.x,
    y: at.y,
    prevPointId: before?.id ?? null,
    isBezier: false,
    ...(branches ? { isBranching: true } : {}),
  };
  return [...vertices, made];
}

/** Puts a vertex on a segment. A curve keeps its run. Gives the path and the new vertex's id. */
export function insertOnPath(path: Path, segment: number, t: number): { readonly path: Path; readonly id: string } {
  const place = segmentsOf(path)[segment];
  const id = newVertexId(path.vertices);
  if (!place) return { path, id };
  const { from, to, curve } = place;
  const vertices = [...path.vertices];
  const a = vertexAt(vertices, from);
  const b = vertexAt(vertices, to);
  const closing = path.closed && segment === segmentsOf(path).length - 1;
  let made: PathVertex = { id, ...mix(a, b, t), prevPointId: a.id, isBezier: false };
  if (curve) {
    const [first, second] = splitCubic(curve, t);
    made = { ...made, x: first.b.x, y: first.b.y, isBezier: true, controlPoint1: first.c2, controlPoint2: second.c1 };
    // Handles get shorter and keep their direction. One that also pulls other branches stays as it is.
    const branches = segmentsOf(path).filter((one) => one.from === from).length;
    if (a.controlPoint2 && branches === 1) vertices[from] = { ...a, controlPoint2: first.c1 };
    if (b.controlPoint1) vertices[to] = { ...vertexAt(vertices, to), controlPoint1: second.c2 };
  }
  if (closing) return { path: { ...path, vertices: [...vertices, made] }, id };
  vertices[to] = { ...vertexAt(vertices, to), prevPointId: id };
  vertices.splice(to, 0, made);
  return { path: { ...path, vertices }, id };
}

/** Takes a vertex out; what went on from it goes on from the one before it. */
export function deleteVertex(path: Path, index: number): Path {
  const gone = path.vertices[index];
  if (!gone) return path;
  let heir: string | null = gone.prevPointId;
  const vertices: PathVertex[] = [];
  for (const vertex of path.vertices) {
    if (vertex === gone) continue;
    if (vertex.prevPointId !== gone.id) {
      vertices.push(vertex);
      continue;
    }
    vertices.push({ ...vertex, prevPointId: heir });
    // Of several branches of a start, the first becomes the start and bears the others.
    heir ??= vertex.id;
  }
  return { vertices, closed: path.closed && vertices.length > 2 };
}

/** Opens a closed path at a segment: it then begins where the segment ended. */
export function breakPath(path: Path, segment: number): Path {
  const place = segmentsOf(path)[segment];
  if (!path.closed || !place) return path;
  const { vertices } = path;
  const first = vertices[0];
  const last = vertices.at(-1);
  if (!first || !last) return path;
  if (place.to === 0) return { vertices, closed: false };
  const joined = vertices.map((vertex, index) => {
    if (index === place.to) return { ...vertex, prevPointId: null };
    return index === 0 ? { ...vertex, prevPointId: last.id } : vertex;
  });
  return { vertices: [...joined.slice(place.to), ...joined.slice(0, place.to)], closed: false };
}

/** Makes a vertex a curve: handles along the line between its neighbours, a third of the way long. */
export function makeCurve(path: Path, index: number): Path {
  const vertex = vertexAt(path.vertices, index);
  const segments = segmentsOf(path);
  const into = segments.find((segment) => segment.to === index);
  const out = segments.find((segment) => segment.from === index);
  const before = into ? vertexAt(path.vertices, into.from) : null;
  const after = out ? vertexAt(path.vertices, out.to) : null;
  const a = before ?? vertex;
  const b = after ?? vertex;
  const span = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const along = { x: (b.x - a.x) / span, y: (b.y - a.y) / span };
  const back = (before ? distance(before, vertex) : distance(vertex, b)) / 3;
  const on = (after ? distance(vertex, after) : distance(a, vertex)) / 3;
  return replaceVertex(path, index, {
    ...vertex,
    isBezier: true,
    controlPoint1: { x: vertex.x - along.x * back, y: vertex.y - along.y * back },
    controlPoint2: { x: vertex.x + along.x * on, y: vertex.y + along.y * on },
    disconnected: false,
  });
}

/** Makes a curve vertex a corner. */
export function makeCorner(path: Path, index: number): Path {
  const { controlPoint1: _1, controlPoint2: _2, disconnected: _3, ...vertex } = vertexAt(path.vertices, index);
  return replaceVertex(path, index, { ...vertex, isBezier: false });
}

/** A curve vertex whose handles lie opposite each other: one of them at `out`. */
export function curveTowards(path: Path, index: number, out: Point): Path {
  const vertex = vertexAt(path.vertices, index);
  return replaceVertex(path, index, {
    ...vertex,
    isBezier: true,
    controlPoint1: { x: 2 * vertex.x - out.x, y: 2 * vertex.y - out.y },
    controlPoint2: out,
    disconnected: false,
  });
}

/** Moves a vertex and its handles. */
export function moveVertex(path: Path, index: number, to: Point): Path {
  const vertex = vertexAt(path.vertices, index);
  return replaceVertex(
    path,
    index,
    mapVertex(vertex, ({ x, y }) => ({ x: x + to.x - vertex.x, y: y + to.y - vertex.y })),
  );
}

/**
 * Moves a handle of a curve vertex. The other one keeps its length and turns with it, unless they are
 * disconnected (or become so now, with `apart`).
 */
export function moveControl(path: Path, index: number, which: 1 | 2, to: Point, apart: boolean): Path {
  const vertex = vertexAt(path.vertices, index);
  const disconnected = apart || vertex.disconnected === true;
  const [own, other] =
    which === 1 ? (['controlPoint1', 'controlPoint2'] as const) : (['controlPoint2', 'controlPoint1'] as const);
  let next: PathVertex = { ...vertex, [own]: to, disconnected };
  const opposite = vertex[other];
  const length = distance(to, vertex);
  if (!disconnected && opposite && length > 0) {
    const scale = -distance(opposite, vertex) / length;
    next = {
      ...next,
      [other]: { x: vertex.x + (to.x - vertex.x) * scale, y: vertex.y + (to.y - vertex.y) * scale },
    };
  }
  return replaceVertex(path, index, next);
}

/** Lets the handles of a curve vertex go apart, or puts them in line again. */
export function toggleDisconnected(path: Path, index: number): Path {
  const vertex = vertexAt(path.vertices, index);
  if (!vertex.isBezier) return path;
  if (vertex.disconnected !== true) return replaceVertex(path, index, { ...vertex, disconnected: true });
  const joined = replaceVertex(path, index, { ...vertex, disconnected: false });
  return vertex.controlPoint2 ? moveControl(joined, index, 2, vertex.controlPoint2, false) : joined;
}

/** Applies a function to every place: vertices and handles. */
export function mapPath(path: Path, change: (point: Point) => Point): Path {
  return { ...path, vertices: path.vertices.map((vertex) => mapVertex(vertex, change)) };
}

export function mapVertex(vertex: PathVertex, change: (point: Point) => Point): PathVertex {
  return {
    ...vertex,
    ...change(vertex),
    ...(vertex.controlPoint1 ? { controlPoint1: change(vertex.controlPoint1) } : {}),
    ...(vertex.controlPoint2 ? { controlPoint2: change(vertex.controlPoint2) } : {}),
  };
}

function replaceVertex(path: Path, index: number, vertex: PathVertex): Path {
  const vertices = [...path.vertices];
  vertices[index] = vertex;
  return { ...path, vertices };
}
