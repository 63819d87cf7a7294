/** What of the selection lies under the pointer: a handle, an edge to put a point on, its body. */
import type { Matrix } from '../geometry/matrix';
import { type Box, boxCenter, distance, type Point } from '../geometry/point';
import { at, type Rectangle } from '../geometry/rectangle';
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import type { Handle, InsertPlace } from '../shapes/shape';
import { nearness, reach, type ToolContext, type ToolPointer } from './tool';

export type Target =
  | { readonly type: 'handle'; readonly item: SceneItem; readonly handle: Handle }
  | { readonly type: 'frame'; readonly handle: Handle; readonly box: Box }
  | { readonly type: 'insert'; readonly item: SceneItem; readonly place: InsertPlace }
  | { readonly type: 'body'; readonly item: SceneItem };

/** The stalk of the rotate handle, CSS pixels. */
export const STALK = 26;
/** A side handle is offered when its side is at least this long on the screen. */
const SIDE_ROOM = 34;
/** Handles closer than this on the screen are left out: a polygon of 100,000 points stays usable. */
const POINT_ROOM = 7;

/** Items of the selection that are on this image and visible. */
export function selectedItems(context: ToolContext): SceneItem[] {
  const items: SceneItem[] = [];
  for (const id of context.model.selected()) {
    const item = context.scene.get(id);
    if (item && context.scene.isVisible(id)) items.push(item);
  }
  return items;
}

/** The selected items that may be moved and changed by handles; masks are neither. */
export function changeableItems(context: ToolContext): SceneItem[] {
  return selectedItems(context).filter((item) => !kindOf(item.shape).raster && context.model.canChange(item.id));
}

/** Handles offered now, with what they belong to. */
export interface Offer {
  readonly item: SceneItem | null;
  readonly box: Box | null;
  readonly handles: readonly Handle[];
}

/** One region offers its own handles, several one frame around all. */
export function offer(context: ToolContext): Offer | null {
  const items = changeableItems(context);
  if (items.length === 0) return null;
  const [first] = items;
  if (items.length === 1 && first) {
    return { item: first, box: null, handles: ownHandles(context, first) };
  }
  const box = context.scene.boundsOf(items.map((item) => item.id));
  return box
    ? {
        item: null,
        box,
        handles: frameHandles(
          box,
          items.every((item) => item.rotatable),
        ),
      }
    : null;
}

/** Handles of the shape last asked for: they are wanted for each move of the pointer and rarely change. */
const lastHandles = new WeakMap<
  object,
  { readonly view: Matrix; readonly rotatable: boolean; readonly handles: readonly Handle[] }
>();

function ownHandles(context: ToolContext, item: SceneItem): readonly Handle[] {
  const view = context.camera.matrix;
  const known = lastHandles.get(item.shape);
  if (known && known.view === view && known.rotatable === item.rotatable) return known.handles;
  const handles = roomy(context, item, kindOf(item.shape).handles(item.shape, { rotatable: item.rotatable }));
  lastHandles.set(item.shape, { view, rotatable: item.rotatable, handles });
  return handles;
}

/** Where a handle is on the screen. */
export function handleOnScreen(context: ToolContext, handle: Handle): Point {
  const foot = context.camera.toScreen(handle.at);
  if (handle.role !== 'rotate') return foot;
  const angle = ((handle.direction + context.camera.turns * 90) * Math.PI) / 180;
  const out = { x: foot.x + Math.cos(angle) * STALK, y: foot.y + Math.sin(angle) * STALK };
  const { width, height } = context.camera.view;
  // At the border of the view it would be out of reach: it then stands inwards.
  if (out.x >= 6 && out.y >= 6 && out.x <= width - 6 && out.y <= height - 6) return out;
  return { x: foot.x - Math.cos(angle) * STALK, y: foot.y - Math.sin(angle) * STALK };
}

export function targetAt(context: ToolContext, pointer: ToolPointer): Target | null {
  const offered = offer(context);
  if (offered) {
    const near = nearestHandle(context, offered.handles, pointer);
    if (near) {
      if (offered.item) return { type: 'handle', item: offered.item, handle: near };
      if (offered.box) return { type: 'frame', handle: near, box: offered.box };
    }
    if (offered.item && !pointer.ctrl && putsIn(offered.item, pointer)) {
      const place = kindOf(offered.item.shape).insertPlace?.(offered.item.shape, pointer.image);
      if (place && place.distance * context.camera.zoom <= reach(pointer) * 0.6)
        return { type: 'insert', item: offered.item, place };
    }
  }
  const tolerance = nearness(pointer) / context.camera.zoom;
  const body = changeableItems(context).find(
    (item) => kindOf(item.shape).distance(item.shape, pointer.image) <= tolerance,
  );
  return body ? { type: 'body', item: body } : null;
}

/** Does a press on an edge mean the edge, and not the shape? */
function putsIn(item: SceneItem, pointer: ToolPointer): boolean {
  const kind = kindOf(item.shape);
  return !kind.insertByShift || pointer.shift || (pointer.alt && kind.breakAt?.(item.shape, NOWHERE) !== null);
}

const NOWHERE: InsertPlace = { after: 0, at: { x: 0, y: 0 }, distance: 0 };

function nearestHandle(context: ToolContext, handles: readonly Handle[], pointer: ToolPointer): Handle | null {
  let best: Handle | null = null;
  let least = reach(pointer);
  for (const handle of handles) {
    const away = distance(handleOnScreen(context, handle), pointer.screen);
    // Corners come first where a corner and a side are equally near.
    if (away < least || (away === least && best?.role === 'side')) {
      least = away;
      best = handle;
    }
  }
  return best;
}

/** Leaves out handles that there is no room for, so that a small region can still be moved. */
function roomy(context: ToolContext, item: SceneItem, handles: readonly Handle[]): readonly Handle[] {
  const { zoom } = context.camera;
  const frame = kindOf(item.shape).frame?.(item.shape);
  if (frame) {
    return handles.filter((handle) => {
      if (handle.role !== 'side') return true;
      return (handle.id === 'n' || handle.id === 's' ? frame.width : frame.height) * zoom >= SIDE_ROOM;
    });
  }
  if (handles.length < 200) return handles;
  const kept: Handle[] = [];
  let last: Point | null = null;
  const visible = context.camera.visibleBox;
  for (const handle of handles) {
    const { x, y } = handle.at;
    if (x < visible.minX || x > visible.maxX || y < visible.minY || y > visible.maxY) continue;
    if (last && distance(last, handle.at) * zoom < POINT_ROOM) continue;
    kept.push(handle);
    last = handle.at;
  }
  return kept;
}

function frameHandles(box: Box, rotatable: boolean): Handle[] {
  const frame: Rectangle = {
    x: box.minX,
    y: box.minY,
    width: box.maxX - box.minX,
    height: box.maxY - box.minY,
    rotation: 0,
  };
  const handles: Handle[] = [];
  for (const [id, x, y] of FRAME) {
    handles.push({
      id,
      role: x === 0 || y === 0 ? 'side' : 'corner',
      at: at(frame, (x + 1) / 2, (y + 1) / 2),
      direction: (Math.atan2(y, x) * 180) / Math.PI,
    });
  }
  if (rotatable)
    handles.push({ id: 'rotate', role: 'rotate', at: { x: boxCenter(box).x, y: box.minY }, direction: -90 });
  return handles;
}

const FRAME = [
  ['nw', -1, -1],
  ['n', 0, -1],
  ['ne', 1, -1],
  ['e', 1, 0],
  ['se', 1, 1],
  ['s', 0, 1],
  ['sw', -1, 1],
  ['w', -1, 0],
] as const;

const CURSORS = ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'] as const;

/** Cursor for a handle that moves in a direction (degrees on the screen). */
export function resizeCursor(degrees: number): string {
  const eighth = Math.round((((degrees % 180) + 180) % 180) / 45) % 4;
  return CURSORS[eighth] ?? 'move';
}
