/**
 * Results hold percent of the natural, unrotated image (x of its width, y of its height); the
 * canvas works in its pixels. No number is rounded on the way.
 */

/** Natural size of an image, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export function toPixels(percent: number, extent: number): number {
  return (percent * extent) / 100;
}

export function toPercent(pixels: number, extent: number): number {
  return (pixels * 100) / extent;
}

/**
 * Percent of `pixels`, but exactly `known` when that is where it came from: a number that a person
 * did not change is written as it was read.
 */
export function toPercentKeeping(pixels: number, extent: number, known: number | undefined): number {
  return known !== undefined && toPixels(known, extent) === pixels ? known : toPercent(pixels, extent);
}
