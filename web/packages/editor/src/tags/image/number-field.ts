/** Numbers of shapes: reading them from results, and offering them in the details panel. */
import type { GeometryField } from '../../core';

/** The number, or null for everything else (text, NaN, nothing). */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** One number of a geometry whose keys are numbers; percent have tenths, degrees whole steps. */
export function numberField<G extends object>(
  key: keyof G & string,
  label: string,
  unit: '%' | '°',
  min?: number,
): GeometryField<G> {
  return {
    key,
    label,
    unit,
    step: unit === '°' ? 1 : 0.1,
    ...(min === undefined ? {} : { min }),
    get: (geometry) => geometry[key] as number,
    set: (geometry, value) => ({ ...geometry, [key]: value }),
  };
}

/** With one digit, and none where it is 0. */
export function short(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
