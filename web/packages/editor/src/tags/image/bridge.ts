/**
 * Between result geometry (percent) and shapes of the canvas (pixels). Each shape tag has a bridge
 * in its own folder; `bridges.ts` lists them.
 */
import type { Shape, Size } from '@labelkeep/canvas';

export interface ShapeBridge<G = unknown, S extends Shape = Shape> {
  /** The same word for the region's kind and the shape's kind. */
  readonly kind: string;
  /** Outline width where the configuration says none, CSS pixels. */
  readonly strokeWidth: number;
  /** Opacity of the filling where the configuration says none, 0…1; default 0.2. */
  readonly fillOpacity?: number;
  /** Colour where neither a label nor the configuration gives one; default #f48a42. */
  readonly color?: string;
  /** False for a shape that is not there yet: a mask that must be decoded first. */
  ready?(geometry: G): boolean;
  toShape(geometry: G, size: Size): S;
  /**
   * Percent of a shape. Numbers that did not change since `before` are those of `before`, to the
   * last digit.
   */
  toGeometry(shape: S, size: Size, before: G | null): G;
}
