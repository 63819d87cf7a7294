/** What the worker needs of a region that was read; all of it is hostile and copied with care. */
import type { JsonObject } from '../../core';
import type { ReadMask } from './geometry';
import type { MaskSource, Size, Touch } from './read-mask';

export function sourceOf(kind: 'brush' | 'bitmask', geometry: ReadMask, image: Size): MaskSource {
  const { value, width, height } = geometry;
  const original = width !== undefined && height !== undefined ? { width, height } : null;
  const rle = value['rle'];
  const touches = value['touches'];
  const picture = kind === 'bitmask' ? value['imageDataURL'] : value['maskDataURL'];
  return {
    kind,
    original,
    image,
    ...(Array.isArray(rle) && rle.length > 0 ? { rle: bytesOf(rle) } : {}),
    ...(Array.isArray(touches) ? { touches: touches.flatMap(touchOf) } : {}),
    ...(typeof picture === 'string' && picture !== '' ? { picture } : {}),
  };
}

function bytesOf(list: readonly unknown[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const byte = list[i];
    if (typeof byte === 'number') bytes[i] = byte;
  }
  return bytes;
}

function touchOf(touch: unknown): Touch[] {
  if (typeof touch !== 'object' || touch === null) return [];
  const { type, compositeOperation, relativePoints, relativeStrokeWidth } = touch as JsonObject;
  if (!Array.isArray(relativePoints)) return [];
  const points = Float64Array.from(relativePoints, (number) => (typeof number === 'number' ? number : Number.NaN));
  if (!points.every(Number.isFinite)) return [];
  return [
    {
      erases: type === 'eraser' || compositeOperation === 'destination-out',
      points,
      diameter: typeof relativeStrokeWidth === 'number' && relativeStrokeWidth > 0 ? relativeStrokeWidth : 0,
    },
  ];
}
