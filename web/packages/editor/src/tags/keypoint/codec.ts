/** How results hold key points: a place in percent, and `width`, which is the radius they are drawn with. */
import type { JsonObject, ShapeCodec } from '../../core';
import { finite, numberField, short } from '../image/number-field';

/** `x` and `width` in percent of the image's width, `y` of its height. */
export interface KeyPointGeometry {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const keyPointCodec: ShapeCodec<KeyPointGeometry> = {
  kind: 'keypoint',
  objects: ['image'],
  keys: ['x', 'y', 'width'],
  matches: (value) => ['x', 'y', 'width'].every((key) => Object.hasOwn(value, key)) && !Object.hasOwn(value, 'height'),
  read(value) {
    const x = finite(value['x']);
    const y = finite(value['y']);
    const width = finite(value['width']);
    return x === null || y === null || width === null || width < 0 ? null : { x, y, width };
  },
  write: ({ x, y, width }): JsonObject => ({ x, y, width }),
  describe: ({ x, y }) => `at ${short(x)}, ${short(y)} %`,
  fields: [numberField('x', 'X', '%'), numberField('y', 'Y', '%'), numberField('width', 'Radius', '%', 0)],
};
