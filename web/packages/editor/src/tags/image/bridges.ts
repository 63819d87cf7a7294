/** The shapes that an image can show. A new shape tag adds its bridge here. */
import { polygonBridge } from '../polygon/bridge';
import { bitmaskBridge, brushBridge } from '../raster/bridge';
import { rectangleBridge } from '../rectangle/bridge';
import type { ShapeBridge } from './bridge';

const BRIDGES: ReadonlyMap<string, ShapeBridge> = new Map(
  [rectangleBridge, polygonBridge, brushBridge, bitmaskBridge].map((bridge) => [
    bridge.kind,
    bridge as unknown as ShapeBridge,
  ]),
);

/** The bridge of a region's kind; undefined for kinds that the canvas cannot draw. */
export function bridgeOf(kind: string): ShapeBridge | undefined {
  return BRIDGES.get(kind);
}
