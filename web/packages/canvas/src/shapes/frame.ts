/** The eight handles on a turned rectangle and the one that turns it; rectangles and ellipses have them. */
import { type Box, clampToBox, cosSin, encloses } from '../geometry/point';
import { at, type Rectangle, resize, type Sides } from '../geometry/rectangle';
import type { Handle, HandleDrag } from './shape';

/** Handle names with the sides that they move. */
const SIDES: ReadonlyMap<string, Sides> = new Map([
  ['nw', { x: -1, y: -1 }],
  ['n', { x: 0, y: -1 }],
  ['ne', { x: 1, y: -1 }],
  ['e', { x: 1, y: 0 }],
  ['se', { x: 1, y: 1 }],
  ['s', { x: 0, y: 1 }],
  ['sw', { x: -1, y: 1 }],
  ['w', { x: -1, y: 0 }],
]);

export function frameHandles(frame: Rectangle, rotatable: boolean): Handle[] {
  const handles: Handle[] = [];
  for (const [id, sides] of SIDES) {
    handles.push({
      id,
      role: sides.x === 0 || sides.y === 0 ? 'side' : 'corner',
      at: at(frame, (sides.x + 1) / 2, (sides.y + 1) / 2),
      direction: frame.rotation + (Math.atan2(sides.y, sides.x) * 180) / Math.PI,
    });
  }
  if (rotatable) handles.push({ id: 'rotate', role: 'rotate', at: at(frame, 0.5, 0), direction: frame.rotation - 90 });
  return handles;
}

/** The rectangle after one of its sides or corners was moved; null when the handle is not one of them. */
export function moveFrameHandle(frame: Rectangle, bounds: Box, drag: HandleDrag): Rectangle | null {
  const sides = SIDES.get(drag.handle);
  if (!sides) return null;
  // Only upright rectangles can be cut at the border of the image without bending them.
  const { cos, sin } = cosSin(frame.rotation);
  const upright = sin === 0 || cos === 0;
  const to = upright && encloses(drag.limits, bounds) ? clampToBox(drag.to, drag.limits) : drag.to;
  return resize(frame, sides, drag.snapToPixel ? { x: Math.round(to.x), y: Math.round(to.y) } : to, drag);
}
