/** How results hold ellipses: the centre and two radii in percent, turned about the centre. */
import type { JsonObject, ShapeCodec } from '../../core';
import { finite, numberField, short } from '../image/number-field';

/** `x` and `radiusX` in percent of the image's width, `y` and `radiusY` of its height; degrees clockwise. */
export interface EllipseGeometry {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly rotation: number;
}

const NUMBERS = ['x', 'y', 'radiusX', 'radiusY'] as const;

export const ellipseCodec: ShapeCodec<EllipseGeometry> = {
  kind: 'ellipse',
  objects: ['image'],
  keys: [...NUMBERS, 'rotation'],
  matches: (value) => Object.hasOwn(value, 'radiusX'),
  read(value) {
    const [x, y, radiusX, radiusY] = NUMBERS.map((key) => finite(value[key]) ?? Number.NaN) as [
      number,
      number,
      number,
      number,
    ];
    // NaN fails both comparisons' negations: a missing number is refused with the negative ones.
    if (Number.isNaN(x + y) || !(radiusX >= 0) || !(radiusY >= 0)) return null;
    return { x, y, radiusX, radiusY, rotation: finite(value['rotation']) ?? 0 };
  },
  write: ({ x, y, radiusX, radiusY, rotation }): JsonObject => ({ x, y, radiusX, radiusY, rotation }),
  describe: (geometry) => `${short(2 * geometry.radiusX)} × ${short(2 * geometry.radiusY)} %`,
  fields: [
    numberField('x', 'X', '%'),
    numberField('y', 'Y', '%'),
    numberField('radiusX', 'Radius X', '%', 0),
    numberField('radiusY', 'Radius Y', '%', 0),
    numberField('rotation', 'Rotation', '°'),
  ],
};
