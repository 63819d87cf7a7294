/** How results hold rectangles: percent of the image, turned about the top-left corner. */
import type { JsonObject, ShapeCodec } from '../../core';
import { finite, numberField, short } from '../image/number-field';

/** All in percent of the natural image, but `rotation` in degrees, clockwise. */
export interface RectangleGeometry {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
}

export const rectangleCodec: ShapeCodec<RectangleGeometry> = {
  kind: 'rectangle',
  objects: ['image'],
  keys: ['x', 'y', 'width', 'height', 'rotation'],
  matches: (value) =>
    Object.hasOwn(value, 'x') &&
    Object.hasOwn(value, 'y') &&
    Object.hasOwn(value, 'width') &&
    Object.hasOwn(value, 'height'),
  read(value) {
    const x = finite(value['x']);
    const y = finite(value['y']);
    const width = finite(value['width']);
    const height = finite(value['height']);
    if (x === null || y === null || width === null || height === null) return null;
    if (width < 0 || height < 0) return null;
    return { x, y, width, height, rotation: finite(value['rotation']) ?? 0 };
  },
  write: (geometry): JsonObject => ({
    x: geometry.x,
    y: geometry.y,
    width: geometry.width,
    height: geometry.height,
    rotation: geometry.rotation,
  }),
  describe: (geometry) => `${short(geometry.width)} × ${short(geometry.height)} %`,
  fields: [
    numberField('x', 'X', '%'),
    numberField('y', 'Y', '%'),
    numberField('width', 'Width', '%', 0),
    numberField('height', 'Height', '%', 0),
    numberField('rotation', 'Rotation', '°'),
  ],
};
