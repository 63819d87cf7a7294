/**
 * What draws the regions that rest. One implementation stands behind it (Canvas2D, which also is
 * the fastest one where there is no GPU); others are chosen in `createRenderer`.
 */
import type { Camera } from '../camera';
import type { Scene, SceneChange } from '../scene';
import { Canvas2dRenderer } from './canvas2d';

export interface RegionRenderer {
  readonly name: string;
  /** How the last frame was made: every item drawn, or a picture of them moved. */
  readonly path: 'direct' | 'tiles';
  /** Lies above the image and below the overlay. */
  readonly canvas: HTMLCanvasElement;
  /** Visible regions in the last frame, without masks. */
  readonly drawnCount: number;
  /** Size of the viewport, CSS pixels, and device pixels in one of them. */
  resize(width: number, height: number, ratio: number): void;
  invalidate(change: SceneChange): void;
  /** Draws a frame, without the items that are lifted. True when it wants another one soon: a sharper picture is being made. */
  draw(camera: Camera, now: number): boolean;
  destroy(): void;
}

export function createRenderer(scene: Scene): RegionRenderer {
  return new Canvas2dRenderer(scene);
}
