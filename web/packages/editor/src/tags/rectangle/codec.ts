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

const NUMBERS = ['x', 'y', 'width', 'height'] as const;

export const rectangleCodec: ShapeCodec<RectangleGeometry> = {
  kind: 'rectangle',
  objects: ['image'],
  keys: ['x', 'y', 'width', 'height', 'rotation'],
  matches: (value) => NUMBERS.every((key) => Object.hasOwn(value, key)),
  read(value) {
    const [x, y, width, height] = NUMBERS.map((key) => finite(value[key]));
    if (x === null || y === null || width === null || height === null) return null;
    if (x === undefined || y === undefined || width === undefined || height === undefined) return null;
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
