/** All kinds of shapes. A new kind is its file and one line here. */
import { ellipseKind } from './ellipse';
import { keyPointKind } from './keypoint';
import { bitmaskKind, brushKind } from './mask';
import { polygonKind } from './polygon';
import { rectangleKind } from './rectangle';
import type { Shape, ShapeKind } from './shape';
import { vectorKind } from './vector';

const KINDS: ReadonlyMap<string, ShapeKind> = new Map(
  [rectangleKind, ellipseKind, polygonKind, vectorKind, keyPointKind, brushKind, bitmaskKind].map((kind) => [
    kind.kind,
    kind as unknown as ShapeKind,
  ]),
);

/** The kind of a shape. Throws for a kind that is not registered: a mistake in the program. */
export function kindOf(shape: Shape): ShapeKind {
  const kind = KINDS.get(shape.kind);
  if (!kind) throw new Error(`No shape kind is registered as "${shape.kind}".`);
  return kind;
}
