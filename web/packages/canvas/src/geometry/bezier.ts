/** Cubic curves: a point on one, cutting one in two, its bounds and the place on it nearest to a point. */
import { type Box, boxAround, clamp, type Point } from './point';

/** From `a` to `b`; `c1` and `c2` pull it. */
export interface Cubic {
  readonly a: Point;
  readonly c1: Point;
  readonly c2: Point;
  readonly b: Point;
}

/** The point at `t`, 0 at the start and 1 at the end. */
export function cubicAt({ a, c1, c2, b }: Cubic, t: number): Point {
  const s = 1 - t;
  const [w0, w1, w2, w3] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: w0 * a.x + w1 * c1.x + w2 * c2.x + w3 * b.x, y: w0 * a.y + w1 * c1.y + w2 * c2.y + w3 * b.y };
}

/** The curve in two parts that together run exactly as it did (de Casteljau). */
export function splitCubic({ a, c1, c2, b }: Cubic, t: number): readonly [Cubic, Cubic] {
  const ab = mix(a, c1, t);
  const bc = mix(c1, c2, t);
  const cd = mix(c2, b, t);
  const abc = mix(ab, bc, t);
  const bcd = mix(bc, cd, t);
  const middle = mix(abc, bcd, t);
  return [
    { a, c1: ab, c2: abc, b: middle },
    { a: middle, c1: bcd, c2: cd, b },
  ];
}

/** The smallest box around the curve (not around its control points). */
export function cubicBox(curve: Cubic): Box {
  const { a, c1, c2, b } = curve;
  const times = [...turns(a.x, c1.x, c2.x, b.x), ...turns(a.y, c1.y, c2.y, b.y)];
  return boxAround([a, b, ...times.map((t) => cubicAt(curve, t))]);
}

/** Where on the curve is nearest to `point`. */
export function nearestOnCubic(curve: Cubic, point: Point): { readonly t: number; readonly distance: number } {
  const away = (t: number) => {
    const p = cubicAt(curve, t);
    return (p.x - point.x) ** 2 + (p.y - point.y) ** 2;
  };
  const steps = 24;
  const samples = Array.from({ length: steps + 1 }, (_, i) => away(i / steps));
  let best = 0;
  let least = Infinity;
  for (let i = 0; i <= steps; i++) {
    const here = samples[i] as number;
    // Each valley between the samples is searched: in a tight loop the lowest sample may lie beside the wrong one.
    if (here > (samples[i - 1] ?? Infinity) || here > (samples[i + 1] ?? Infinity)) continue;
    const found = descend(away, i / steps, here, 1 / (2 * steps));
    if (found.value >= least) continue;
    best = found.t;
    least = found.value;
  }
  return { t: best, distance: Math.sqrt(least) };
}

/** Halves its steps down to a millionth of the curve. */
function descend(
  away: (t: number) => number,
  from: number,
  value: number,
  firstStep: number,
): { readonly t: number; readonly value: number } {
  let t = from;
  let least = value;
  for (let step = firstStep; step > 1e-7; step /= 2) {
    for (const next of [clamp(t - step, 0, 1), clamp(t + step, 0, 1)]) {
      const now = away(next);
      if (now >= least) continue;
      least = now;
      t = next;
    }
  }
  return { t, value: least };
}

/** Points along the curve without its start: enough that it cannot be told from the curve. */
export function flattenCubic(curve: Cubic, steps = 24): Point[] {
  return Array.from({ length: steps }, (_, i) => cubicAt(curve, (i + 1) / steps));
}

export function mix(a: Point, b: Point, t: number): Point {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
}

/** Times in (0, 1) at which one coordinate of a cubic turns round. */
function turns(p0: number, p1: number, p2: number, p3: number): number[] {
  const a = p3 - 3 * p2 + 3 * p1 - p0;
  const b = 2 * (p2 - 2 * p1 + p0);
  const c = p1 - p0;
  const root = b * b - 4 * a * c;
  if (root < 0) return [];
  // The form that stays exact where the cubic is almost a parabola; what there is not comes out infinite or NaN.
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(root)) / 2;
  return [q / a, c / q].filter((t) => t > 0 && t < 1);
}
