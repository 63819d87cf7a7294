/**
 * Painted areas. `brush` and `bitmask` differ in how results hold them and in nothing else. The mask
 * layer draws them; they are painted on and erased from, and never moved, turned or scaled.
 */
import { type Mask, maskArea, maskBounds, maskHas, maskMeets } from '../raster/mask';
import type { Shape, ShapeKind } from './shape';

export type MaskKind = 'brush' | 'bitmask';

export interface MaskShape extends Shape {
  readonly kind: MaskKind;
  /** As large as the image. */
  readonly mask: Mask;
}

function maskKind(kind: MaskKind): ShapeKind<MaskShape> {
  return {
    kind,
    raster: true,
    bounds: ({ mask }) => maskBounds(mask),
    area: ({ mask }) => maskArea(mask),
    // Exact to the pixel: what is not painted is not meant.
    distance: ({ mask }, point) => (maskHas(mask, Math.floor(point.x), Math.floor(point.y)) ? 0 : Infinity),
    meets: ({ mask }, box) => maskMeets(mask, box),
    trace: () => undefined,
    filled: () => false,
    handles: () => [],
    moveHandle: (shape) => shape,
    translate: (shape) => shape,
    scale: (shape) => shape,
    rotate: (shape) => shape,
    snap: (shape) => shape,
  };
}

export const brushKind: ShapeKind<MaskShape> = maskKind('brush');
export const bitmaskKind: ShapeKind<MaskShape> = maskKind('bitmask');

export function isMask(shape: Shape): shape is MaskShape {
  return shape.kind === 'brush' || shape.kind === 'bitmask';
}
