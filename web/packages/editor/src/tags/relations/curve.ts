/** The shape of a curve between two rectangles; pure, in pixels. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Curve {
  /** SVG path from the first to the second. */
  readonly path: string;
  readonly start: Point;
  readonly end: Point;
  /** Directions in which the curve leaves its ends, outwards from the regions; radians. */
  readonly startAngle: number;
  readonly endAngle: number;
  /** Middle of the curve: where a label stands. */
  readonly middle: Point;
}

/** Room between a region's edge and the tip of an arrow. */
const GAP = 3;

/**
 * A curve that leaves both boxes at the sides that face each other; boxes of one line are joined by an
 * arc above them. `lane` (0, 1, 2, …) keeps curves between the same places apart.
 */
export function curveBetween(a: Box, b: Box, lane: number): Curve {
  const overlapX = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const overlapY = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const lift = lane * 10;
  if (overlapY > 0 && overlapX <= 0) {
    // Side by side: over the top.
    const start = { x: middle(a.left, a.right), y: a.top - GAP };
    const end = { x: middle(b.left, b.right), y: b.top - GAP };
    const height = Math.min(60, 18 + Math.abs(end.x - start.x) / 8) + lift;
    const top = Math.min(start.y, end.y) - height;
    return cubic(start, { x: start.x, y: top }, { x: end.x, y: top }, end);
  }
  if (overlapY > 0 && overlapX > 0) {
    // One inside the other, or over each other: an ear at the right.
    const start = { x: a.right + GAP, y: middle(a.top, a.bottom) };
    const end = { x: b.right + GAP, y: middle(b.top, b.bottom) };
    const reach = Math.max(start.x, end.x) + 36 + lift;
    return cubic(start, { x: reach, y: start.y - 8 }, { x: reach, y: end.y + 8 }, end);
  }
  const down = a.bottom <= b.top;
  const start = { x: middle(a.left, a.right), y: down ? a.bottom + GAP : a.top - GAP };
  const end = { x: middle(b.left, b.right), y: down ? b.top - GAP : b.bottom + GAP };
  const bend = Math.max(16, Math.min(90, Math.abs(end.y - start.y) / 2)) * (down ? 1 : -1);
  return cubic(start, { x: start.x + lift, y: start.y + bend }, { x: end.x + lift, y: end.y - bend }, end);
}

/** A filled arrow whose tip is at a point; `angle` is the way the curve leaves that point. */
export function arrowAt({ x, y }: Point, angle: number, size = 8): string {
  const side = (turn: number) =>
    `${round(x + Math.cos(angle + turn) * size)} ${round(y + Math.sin(angle + turn) * size)}`;
  return `M${side(0.42)} L${round(x)} ${round(y)} L${side(-0.42)} Z`;
}

function cubic(p0: Point, p1: Point, p2: Point, p3: Point): Curve {
  const at = (k: 'x' | 'y') => (p0[k] + 3 * p1[k] + 3 * p2[k] + p3[k]) / 8;
  return {
    path: `M${round(p0.x)} ${round(p0.y)} C${round(p1.x)} ${round(p1.y)} ${round(p2.x)} ${round(p2.y)} ${round(p3.x)} ${round(p3.y)}`,
    start: p0,
    end: p3,
    startAngle: Math.atan2(p1.y - p0.y, p1.x - p0.x),
    endAngle: Math.atan2(p2.y - p3.y, p2.x - p3.x),
    middle: { x: at('x'), y: at('y') },
  };
}

function middle(a: number, b: number): number {
  return (a + b) / 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
