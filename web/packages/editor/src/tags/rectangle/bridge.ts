/** Rectangles between percent and pixels. */
import { type RectangleShape, toPercentKeeping, toPixels } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { RectangleGeometry } from './codec';

export const rectangleBridge: ShapeBridge<RectangleGeometry, RectangleShape> = {
  kind: 'rectangle',
  strokeWidth: 1,
  toShape: (geometry, size) => ({
    kind: 'rectangle',
    x: toPixels(geometry.x, size.width),
    y: toPixels(geometry.y, size.height),
    width: toPixels(geometry.width, size.width),
    height: toPixels(geometry.height, size.height),
    rotation: geometry.rotation,
  }),
  toGeometry: (shape, size, before) => ({
    x: toPercentKeeping(shape.x, size.width, before?.x),
    y: toPercentKeeping(shape.y, size.height, before?.y),
    width: toPercentKeeping(shape.width, size.width, before?.width),
    height: toPercentKeeping(shape.height, size.height, before?.height),
    rotation: shape.rotation,
  }),
};
