/** Vectors between percent and pixels. */
import { type PathVertex, type Size, toPercentKeeping, toPixels, type VectorShape } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { PercentPlace, VectorGeometry, VertexGeometry } from './codec';

export const vectorBridge: ShapeBridge<VectorGeometry, VectorShape> = {
  kind: 'vector',
  strokeWidth: 2,
  toShape: ({ vertices, closed }, size) => ({
    kind: 'vector',
    vertices: vertices.map((vertex) => ({
      id: vertex.id,
      prevPointId: vertex.prevPointId,
      isBezier: vertex.isBezier,
      ...pixels(vertex, size),
      ...(vertex.controlPoint1 ? { controlPoint1: pixels(vertex.controlPoint1, size) } : {}),
      ...(vertex.controlPoint2 ? { controlPoint2: pixels(vertex.controlPoint2, size) } : {}),
      ...(vertex.disconnected === undefined ? {} : { disconnected: vertex.disconnected === true }),
      ...(vertex.isBranching === undefined ? {} : { isBranching: vertex.isBranching === true }),
    })),
    closed,
  }),
  toGeometry(shape, size, before) {
    const known = new Map(before?.vertices.map((vertex) => [vertex.id, vertex]));
    return {
      vertices: shape.vertices.map((vertex) => percent(vertex, size, known.get(vertex.id))),
      closed: shape.closed,
    };
  },
};

function pixels({ x, y }: PercentPlace, size: Size): PercentPlace {
  return { x: toPixels(x, size.width), y: toPixels(y, size.height) };
}

/** What did not change is the very object of before; its further keys stay with a vertex that was moved. */
function percent(vertex: PathVertex, size: Size, known: VertexGeometry | undefined): VertexGeometry {
  const at = placeKeeping(vertex, size, known);
  const controlPoint1 = vertex.controlPoint1 && placeKeeping(vertex.controlPoint1, size, known?.controlPoint1);
  const controlPoint2 = vertex.controlPoint2 && placeKeeping(vertex.controlPoint2, size, known?.controlPoint2);
  const same =
    known &&
    known.x === at.x &&
    known.y === at.y &&
    known.prevPointId === vertex.prevPointId &&
    known.isBezier === vertex.isBezier &&
    known.controlPoint1 === controlPoint1 &&
    known.controlPoint2 === controlPoint2 &&
    (known.disconnected === true) === (vertex.disconnected === true) &&
    (known.isBranching === true) === (vertex.isBranching === true);
  if (same) return known;
  const { controlPoint1: _1, controlPoint2: _2, disconnected: _3, isBranching: _4, ...rest } = known ?? {};
  return {
    ...rest,
    id: vertex.id,
    x: at.x,
    y: at.y,
    prevPointId: vertex.prevPointId,
    isBezier: vertex.isBezier,
    ...(controlPoint1 ? { controlPoint1 } : {}),
    ...(controlPoint2 ? { controlPoint2 } : {}),
    ...(vertex.disconnected === undefined ? {} : { disconnected: vertex.disconnected }),
    ...(vertex.isBranching === undefined ? {} : { isBranching: vertex.isBranching }),
  };
}

function placeKeeping({ x, y }: PercentPlace, size: Size, known: PercentPlace | undefined): PercentPlace {
  const px = toPercentKeeping(x, size.width, known?.x);
  const py = toPercentKeeping(y, size.height, known?.y);
  return known && known.x === px && known.y === py ? known : { x: px, y: py };
}
