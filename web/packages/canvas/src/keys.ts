/** What arrow keys do to the selection. A series of presses is one step of undo. */
import { boxAround, EMPTY_BOX, unite } from './geometry/point';
import type { SceneItem } from './scene';
import { kindOf } from './shapes/registry';
import type { Shape } from './shapes/shape';
import { insideLimits, translated } from './tools/manipulate';
import { pointsOf } from './tools/point-selection';
import { changeableItems } from './tools/targets';
import type { ToolContext } from './tools/tool';

/** Moves the selection by pixels of the image. */
export function nudge(context: ToolContext, dx: number, dy: number): void {
  const items = changeableItems(context);
  if (items.length === 0) return;
  const [only] = items;
  const chosen = only && items.length === 1 ? context.points.of(only) : null;
  if (only && chosen && chosen.size > 0) {
    nudgePoints(context, only, chosen, dx, dy);
    return;
  }
  const bounds = items.reduce((box, item) => unite(box, kindOf(item.shape).bounds(item.shape)), EMPTY_BOX);
  const by = insideLimits({ x: dx, y: dy }, bounds, context.limits);
  if (by.x === 0 && by.y === 0) return;
  const shapes = new Map<string, Shape>(items.map((item) => [item.id, translated(item, by.x, by.y)]));
  const ids = items.map((item) => item.id).join(' ');
  context.model.edit(items.length === 1 ? 'Move region' : `Move ${items.length} regions`, shapes, `nudge ${ids}`);
}

/** Moves the chosen points of a region. */
function nudgePoints(context: ToolContext, item: SceneItem, chosen: ReadonlySet<string>, dx: number, dy: number): void {
  const kind = kindOf(item.shape);
  const places = pointsOf(item).flatMap((point) => (chosen.has(point.id) ? [point.at] : []));
  const by = insideLimits({ x: dx, y: dy }, boxAround(places), context.limits);
  const shape = kind.movePoints?.(item.shape, chosen, by.x, by.y);
  if (!shape || (by.x === 0 && by.y === 0)) return;
  const key = `nudge ${item.id} ${[...chosen].join(' ')}`;
  context.model.edit(chosen.size === 1 ? 'Move point' : `Move ${chosen.size} points`, new Map([[item.id, shape]]), key);
}

/**
 * Moves the right (`dx`) and lower (`dy`) border of each selected region by pixels of the image. A
 * region gets no smaller than a pixel.
 */
export function resizeByKeys(context: ToolContext, dx: number, dy: number): void {
  const items = changeableItems(context);
  const shapes = new Map<string, Shape>();
  for (const item of items) {
    const kind = kindOf(item.shape);
    const sides = kind.handles(item.shape, { rotatable: false }).filter((handle) => handle.role === 'side');
    const handle =
      sides.find((one) => one.id === (dx !== 0 ? 'e' : 's')) ?? (sides.length === 1 ? sides[0] : undefined);
    if (handle) {
      const angle = (handle.direction * Math.PI) / 180;
      const by = dx !== 0 ? dx : dy;
      const extent = kind.frame?.(item.shape)[dx !== 0 ? 'width' : 'height'];
      if (extent === undefined || extent + by < 1) continue;
      shapes.set(
        item.id,
        kind.moveHandle(item.shape, {
          handle: handle.id,
          to: { x: handle.at.x + Math.cos(angle) * by, y: handle.at.y + Math.sin(angle) * by },
          keepRatio: false,
          fromCenter: false,
          snapAngle: false,
          limits: context.limits,
          snapToPixel: item.snapToPixel,
        }),
      );
      continue;
    }
    const box = kind.bounds(item.shape);
    const width = box.maxX - box.minX;
    const height = box.maxY - box.minY;
    if (width <= 0 || height <= 0 || width + dx < 1 || height + dy < 1) continue;
    const scaled = kind.scale(item.shape, { x: box.minX, y: box.minY }, (width + dx) / width, (height + dy) / height);
    shapes.set(item.id, item.snapToPixel ? kind.snap(scaled) : scaled);
  }
  if (shapes.size === 0) return;
  context.model.edit('Resize', shapes, `resize ${[...shapes.keys()].join(' ')}`);
}
