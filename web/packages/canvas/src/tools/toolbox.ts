/** All tools of a stage, by name. */
import { BrushTool } from './brush';
import { EllipseTool } from './ellipse';
import { KeyPointTool } from './keypoint';
import { PanTool } from './pan';
import { PolygonTool } from './polygon';
import { RectangleTool } from './rectangle';
import { SelectTool } from './select';
import { ThreePointTool } from './three-point';
import type { Tool, ToolContext } from './tool';
import { VectorTool } from './vector';
import { WandTool } from './wand';

export function makeTools(context: ToolContext): ReadonlyMap<string, Tool> {
  return new Map(
    [
      new SelectTool(context),
      new PanTool(context),
      new RectangleTool(context),
      new ThreePointTool(context),
      new EllipseTool(context),
      new PolygonTool(context),
      new VectorTool(context),
      new KeyPointTool(context),
      new BrushTool(context, 'brush', 'brush', false),
      new BrushTool(context, 'eraser', 'brush', true),
      new BrushTool(context, 'bitmask', 'bitmask', false),
      new BrushTool(context, 'bitmask-eraser', 'bitmask', true),
      new WandTool(context),
    ].map((tool) => [tool.id, tool] as const),
  );
}
