/** The shapes that an image can show. A new shape tag adds its bridge here. */
import { ellipseBridge } from '../ellipse/bridge';
import { keyPointBridge } from '../keypoint/bridge';
import { polygonBridge } from '../polygon/bridge';
import { bitmaskBridge, brushBridge } from '../raster/bridge';
import { rectangleBridge } from '../rectangle/bridge';
import { vectorBridge } from '../vector/bridge';
import type { ShapeBridge } from './bridge';

const BRIDGES: ReadonlyMap<string, ShapeBridge> = new Map(
  [rectangleBridge, ellipseBridge, polygonBridge, vectorBridge, keyPointBridge, brushBridge, bitmaskBridge].map(
    (bridge) => [bridge.kind, bridge as unknown as ShapeBridge],
  ),
);

/** The bridge of a region's kind; undefined for kinds that the canvas cannot draw. */
export function bridgeOf(kind: string): ShapeBridge | undefined {
  return BRIDGES.get(kind);
}
