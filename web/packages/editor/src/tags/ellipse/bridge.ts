/** Ellipses between percent and pixels. */
import { type EllipseShape, toPercentKeeping, toPixels } from '@labelkeep/canvas';
import type { ShapeBridge } from '../image/bridge';
import type { EllipseGeometry } from './codec';

export const ellipseBridge: ShapeBridge<EllipseGeometry, EllipseShape> = {
  kind: 'ellipse',
  strokeWidth: 1,
  toShape: (geometry, size) => ({
    kind: 'ellipse',
    x: toPixels(geometry.x, size.width),
    y: toPixels(geometry.y, size.height),
    radiusX: toPixels(geometry.radiusX, size.width),
    radiusY: toPixels(geometry.radiusY, size.height),
    rotation: geometry.rotation,
  }),
  toGeometry: (shape, size, before) => ({
    x: toPercentKeeping(shape.x, size.width, before?.x),
    y: toPercentKeeping(shape.y, size.height, before?.y),
    radiusX: toPercentKeeping(shape.radiusX, size.width, before?.radiusX),
    radiusY: toPercentKeeping(shape.radiusY, size.height, before?.radiusY),
    rotation: shape.rotation,
  }),
};
