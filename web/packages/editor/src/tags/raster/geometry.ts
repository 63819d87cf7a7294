/** The geometry of painted regions, and where decoded masks are found again. */
import type { Mask } from '@labelkeep/canvas/raster';
import type { JsonObject } from '../../core';

/** As a result holds it: decoded only when it is to be seen, and written again as it is. */
export interface ReadMask {
  /** The geometry's keys of the item's value, each the very object that was read. */
  readonly value: JsonObject;
  /** `original_width` and `original_height`, pixels, where the item has them. */
  readonly width?: number;
  readonly height?: number;
}

/** Painted here. */
export interface PaintedMask {
  readonly mask: Mask;
}

/** Plain data: history and the browser's journal keep it. */
export type MaskGeometry = ReadMask | PaintedMask;

const decoded = new WeakMap<ReadMask, Mask>();

/** The mask, as large as the image; null while one that was read is not decoded yet. */
export function maskOf(geometry: MaskGeometry): Mask | null {
  return 'mask' in geometry ? geometry.mask : (decoded.get(geometry) ?? null);
}

export function noteDecoded(geometry: ReadMask, mask: Mask): void {
  decoded.set(geometry, mask);
}
