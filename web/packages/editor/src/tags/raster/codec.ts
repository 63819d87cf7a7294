/** How results hold masks: read without decoding, written once for each mask, in the worker when there is time. */
import { buffersOf, encodePng, encodeRle, type Mask, maskArea, packMask } from '@labelkeep/canvas/raster';
import type { JsonObject, ShapeCodec } from '../../core';
import { type MaskGeometry, maskOf } from './geometry';
import { dataUrl } from './jobs';
import { rasterWorker } from './raster-worker';

/** The value of a mask once it was made. Masks are immutable, so it holds for ever. */
class Written {
  private readonly values = new WeakMap<Mask, JsonObject>();
  private readonly running = new WeakMap<Mask, Promise<void>>();

  constructor(
    private readonly now: (mask: Mask) => JsonObject,
    private readonly later: (mask: Mask) => Promise<JsonObject>,
  ) {}

  value(mask: Mask): JsonObject {
    let value = this.values.get(mask);
    if (!value) {
      value = this.now(mask);
      this.values.set(mask, value);
    }
    return value;
  }

  /** Null when the value is there. Never rejects: what fails is made when it is asked for. */
  prepare(mask: Mask): Promise<void> | null {
    if (this.values.has(mask)) return null;
    let run = this.running.get(mask);
    if (!run) {
      run = this.later(mask).then(
        (value) => {
          this.values.set(mask, value);
        },
        () => undefined,
      );
      this.running.set(mask, run);
    }
    return run;
  }
}

const brushes = new Written(
  (mask) => rleValue(encodeRle(mask)),
  async (whole) => {
    const mask = packMask(whole);
    return rleValue(await rasterWorker.run({ do: 'rle', mask }, buffersOf(mask)));
  },
);
const bitmasks = new Written(
  (mask) => ({ imageDataURL: dataUrl(encodePng(mask)) }),
  async (whole) => {
    const mask = packMask(whole);
    return { imageDataURL: await rasterWorker.run({ do: 'png', mask }, buffersOf(mask)) };
  },
);

function rleValue(bytes: Uint8Array): JsonObject {
  return { format: 'rle', rle: Array.from(bytes) };
}

export const brushCodec: ShapeCodec<MaskGeometry> = maskCodec({
  kind: 'brush',
  keys: ['format', 'rle', 'touches', 'maskDataURL'],
  // Any of the last three makes a brush; a draft may have no code yet.
  matches: (value) =>
    Array.isArray(value['rle']) || Array.isArray(value['touches']) || typeof value['maskDataURL'] === 'string',
  written: brushes,
});

export const bitmaskCodec: ShapeCodec<MaskGeometry> = maskCodec({
  kind: 'bitmask',
  keys: ['imageDataURL'],
  matches: (value) => typeof value['imageDataURL'] === 'string',
  written: bitmasks,
});

function maskCodec(parts: {
  readonly kind: string;
  readonly keys: readonly string[];
  matches(value: JsonObject): boolean;
  readonly written: Written;
}): ShapeCodec<MaskGeometry> {
  const { kind, keys, written } = parts;
  return {
    kind,
    objects: ['image'],
    keys,
    matches: parts.matches,
    read(value, item) {
      const own = keys.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]] as const);
      const width = item?.['original_width'];
      const height = item?.['original_height'];
      const sized = isExtent(width) && isExtent(height);
      return { value: Object.fromEntries(own), ...(sized ? { width, height } : {}) };
    },
    write: (geometry) => ('mask' in geometry ? written.value(geometry.mask) : geometry.value),
    prepare: (geometry) => ('mask' in geometry ? written.prepare(geometry.mask) : null),
    describe(geometry) {
      const mask = maskOf(geometry);
      return mask ? `${maskArea(mask).toLocaleString('en')} px` : '';
    },
  };
}

function isExtent(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
