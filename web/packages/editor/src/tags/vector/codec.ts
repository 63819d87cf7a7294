/**
 * How results hold vectors: vertices in percent, each with an id and the id of the one before it. Old data may
 * give plain [x, y] pairs, which are read as one path. Further keys of a vertex stay with it.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import type { JsonObject, ShapeCodec } from '../../core';
import { finite } from '../image/number-field';

export interface PercentPlace {
  readonly x: number;
  readonly y: number;
}

/** A vertex as it is written; places in percent of the image. */
export interface VertexGeometry extends JsonObject, PercentPlace {
  readonly id: string;
  readonly prevPointId: string | null;
  readonly isBezier: boolean;
  readonly controlPoint1?: PercentPlace;
  readonly controlPoint2?: PercentPlace;
  readonly disconnected?: boolean;
  readonly isBranching?: boolean;
}

export interface VectorGeometry {
  readonly vertices: readonly VertexGeometry[];
  readonly closed: boolean;
}

export const vectorCodec: ShapeCodec<VectorGeometry> = {
  kind: 'vector',
  objects: ['image'],
  keys: ['vertices', 'closed'],
  matches: (value) => Array.isArray(value['vertices']),
  read(value) {
    const vertices = readVertices(value['vertices']);
    return vertices && { vertices, closed: value['closed'] === true };
  },
  write: ({ vertices, closed }): JsonObject => ({ vertices, closed }),
  describe: ({ vertices, closed }) =>
    `${vertices.length} ${vertices.length === 1 ? 'point' : 'points'}${closed ? ', closed' : ''}`,
  incomplete({ vertices }, control) {
    const least = Math.max(2, pointLimit(control, 'minPoints') ?? 0);
    if (vertices.length >= least) return null;
    return `This path has ${vertices.length === 1 ? 'one point' : `${vertices.length} points`} and needs ${least}. Add the missing ones, or delete it.`;
  },
};

/** `minPoints` or `maxPoints` of a control; null without one. */
export function pointLimit(control: ConfigNode | undefined, name: 'minPoints' | 'maxPoints'): number | null {
  const limit = control?.number(name, 0) ?? 0;
  return limit >= 1 ? Math.floor(limit) : null;
}

function readVertices(list: unknown): VertexGeometry[] | null {
  if (!Array.isArray(list) || list.length === 0) return null;
  const used = new Set<string>();
  const vertices: VertexGeometry[] = [];
  for (const [index, raw] of list.entries()) {
    const vertex = readVertex(raw, index, vertices.at(-1)?.id ?? null, used);
    if (!vertex) return null;
    used.add(vertex.id);
    vertices.push(vertex);
  }
  return vertices;
}

function readVertex(
  raw: unknown,
  index: number,
  before: string | null,
  used: ReadonlySet<string>,
): VertexGeometry | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const pair = Array.isArray(raw);
  const source: JsonObject = pair ? { x: raw[0], y: raw[1] } : (raw as JsonObject);
  const x = finite(source['x']);
  const y = finite(source['y']);
  if (x === null || y === null) return null;
  const written = source['id'];
  const known = typeof written === 'string' || typeof written === 'number' ? String(written) : '';
  const previous = source['prevPointId'];
  const controlPoint1 = place(source['controlPoint1']);
  const controlPoint2 = place(source['controlPoint2']);
  // Without the key a vertex follows the one before it; null or an unknown id starts a new piece.
  const prevPointId = previous === undefined ? before : previous === null ? null : String(previous);
  const id = known !== '' && !used.has(known) ? known : freeId(index, used);
  const isBezier = source['isBezier'] === true;
  const same =
    !pair &&
    written === id &&
    previous === prevPointId &&
    source['isBezier'] === isBezier &&
    source['controlPoint1'] === controlPoint1 &&
    source['controlPoint2'] === controlPoint2;
  // What is whole is kept as the very object that was read.
  if (same) return source as VertexGeometry;
  const { controlPoint1: _1, controlPoint2: _2, ...rest } = source;
  return {
    ...rest,
    id,
    x,
    y,
    prevPointId,
    isBezier,
    ...(controlPoint1 ? { controlPoint1 } : {}),
    ...(controlPoint2 ? { controlPoint2 } : {}),
  };
}

function place(value: unknown): PercentPlace | undefined {
  const at = value as PercentPlace | null | undefined;
  return finite(at?.x) === null || finite(at?.y) === null ? undefined : (at as PercentPlace);
}

function freeId(index: number, used: ReadonlySet<string>): string {
  let number = index + 1;
  while (used.has(`v${number}`)) number++;
  return `v${number}`;
}
