/** Key points between percent and pixels. */
import { type KeyPointShape, toPercentKeeping, toPixels } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { KeyPointGeometry } from './codec';

export const keyPointBridge: ShapeBridge<KeyPointGeometry, KeyPointShape> = {
  kind: 'keypoint',
  strokeWidth: 2,
  fillOpacity: 0.9,
  color: '#8bad00',
  toShape: (geometry, size) => ({
    kind: 'keypoint',
    x: toPixels(geometry.x, size.width),
    y: toPixels(geometry.y, size.height),
    radius: toPixels(geometry.width, size.width),
  }),
  toGeometry: (shape, size, before) => ({
    x: toPercentKeeping(shape.x, size.width, before?.x),
    y: toPercentKeeping(shape.y, size.height, before?.y),
    width: toPercentKeeping(shape.radius, size.width, before?.width),
  }),
};
