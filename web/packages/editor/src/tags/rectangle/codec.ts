/** How results hold rectangles: percent of the image, turned about the top-left corner. */
import type { GeometryField, JsonObject, ShapeCodec } from '../../core';

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
    field('x', 'X', '%'),
    field('y', 'Y', '%'),
    field('width', 'Width', '%', 0),
    field('height', 'Height', '%', 0),
    field('rotation', 'Rotation', '°'),
  ],
};

function field(
  key: keyof RectangleGeometry,
  label: string,
  unit: string,
  min?: number,
): GeometryField<RectangleGeometry> {
  return {
    key,
    label,
    unit,
    step: key === 'rotation' ? 1 : 0.1,
    ...(min === undefined ? {} : { min }),
    get: (geometry) => geometry[key],
    set: (geometry, value) => ({ ...geometry, [key]: value }),
  };
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function short(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
