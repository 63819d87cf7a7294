/** Lengths and overlaps, image pixels. */
import { cubicAt } from './bezier';
import type { Box, Point } from './point';

/** Adds up the length of a path that is drawn into it. */
export class LengthMeter {
  length = 0;
  private at: Point = { x: 0, y: 0 };
  private start: Point = { x: 0, y: 0 };

  moveTo(x: number, y: number): void {
    this.at = { x, y };
    this.start = this.at;
  }
  lineTo(x: number, y: number): void {
    this.length += Math.hypot(x - this.at.x, y - this.at.y);
    this.at = { x, y };
  }
  closePath(): void {
    this.lineTo(this.start.x, this.start.y);
  }
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    const curve = { a: this.at, c1: { x: x1, y: y1 }, c2: { x: x2, y: y2 }, b: { x, y } };
    for (let i = 1; i <= 64; i++) {
      const point = cubicAt(curve, i / 64);
      this.lineTo(point.x, point.y);
    }
  }
  ellipse(x: number, y: number, radiusX: number, radiusY: number, rotation: number): void {
    // Ramanujan's second formula: exact for circles, off by less than a millionth for what people draw.
    const h = radiusX + radiusY === 0 ? 0 : ((radiusX - radiusY) / (radiusX + radiusY)) ** 2;
    this.length += Math.PI * (radiusX + radiusY) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)));
    this.at = { x: x + Math.cos(rotation) * radiusX, y: y + Math.sin(rotation) * radiusX };
    this.start = this.at;
  }
}

/** Free space between two boxes along each axis; negative where they overlap. */
export function gap(a: Box, b: Box): Point {
  return {
    x: Math.max(a.minX, b.minX) - Math.min(a.maxX, b.maxX),
    y: Math.max(a.minY, b.minY) - Math.min(a.maxY, b.maxY),
  };
}

/** Common part of two boxes by what they cover together (intersection over union), 0…1. */
export function overlap(a: Box, b: Box): number {
  const by = gap(a, b);
  if (by.x >= 0 || by.y >= 0) return 0;
  const common = by.x * by.y;
  return common / (size(a) + size(b) - common);
}

function size(box: Box): number {
  return (box.maxX - box.minX) * (box.maxY - box.minY);
}
