/** Masks between the model and the canvas: both use pixels of the image. */
import type { MaskShape } from '@labelkeep/canvas';
import { emptyMask } from '@labelkeep/canvas/raster';
import type { ShapeBridge } from '../image/bridge';
import { type MaskGeometry, maskOf } from './geometry';

function maskBridge(kind: MaskShape['kind']): ShapeBridge<MaskGeometry, MaskShape> {
  return {
    kind,
    strokeWidth: 1,
    fillOpacity: 0.45,
    ready: (geometry) => maskOf(geometry) !== null,
    toShape: (geometry, { width, height }) => ({ kind, mask: maskOf(geometry) ?? emptyMask(width, height) }),
    toGeometry: ({ mask }, _size, before) => (before && maskOf(before) === mask ? before : { mask }),
  };
}

export const brushBridge: ShapeBridge<MaskGeometry, MaskShape> = maskBridge('brush');
export const bitmaskBridge: ShapeBridge<MaskGeometry, MaskShape> = maskBridge('bitmask');
