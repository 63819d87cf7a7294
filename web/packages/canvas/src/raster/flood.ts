/** The magic wand: all pixels that hang together with one and have nearly its colour. */
import { MaskEditor } from './editor';
import { emptyMask, type Mask } from './mask';

/** Pixels of a picture, RGBA. */
export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * Pixels that are joined (up, down, left, right) with the one at `x`, `y` and differ from it by at
 * most `threshold` (0…255) in red, green and blue each. `smooth` is the radius, pixels, over which
 * the border is evened out and small holes are closed; where that would eat up the pixel itself, the
 * area is left as it is.
 */
export function flood(pixels: Pixels, x: number, y: number, threshold: number, smooth: number): Mask {
  const { width, height } = pixels;
  const editor = new MaskEditor(emptyMask(width, height));
  if (x < 0 || y < 0 || x >= width || y >= height) return editor.snapshot();
  const taken = new Uint8Array(width * height);
  const box = fill(pixels, x, y, threshold, taken);
  const radius = Math.max(0, Math.min(100, Math.round(smooth)));
  const even = radius > 0 ? majority(taken, width, height, box, radius) : null;
  if (even?.kept(x, y)) even.paint(editor);
  else {
    for (let line = box.top; line < box.bottom; line++) {
      spans(taken, line * width + box.left, box.right - box.left, (from, to) =>
        editor.span(line, box.left + from, box.left + to, true),
      );
    }
  }
  return editor.snapshot();
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Marks the area in `taken`, row by row; gives the box around it. */
function fill(pixels: Pixels, x: number, y: number, threshold: number, taken: Uint8Array): Area {
  const { data, width, height } = pixels;
  const start = (y * width + x) * 4;
  const red = data[start] as number;
  const green = data[start + 1] as number;
  const blue = data[start + 2] as number;
  const near = (at: number) =>
    taken[at] === 0 &&
    Math.abs((data[at * 4] as number) - red) <= threshold &&
    Math.abs((data[at * 4 + 1] as number) - green) <= threshold &&
    Math.abs((data[at * 4 + 2] as number) - blue) <= threshold;
  let [left, top, right, bottom] = [x, y, x + 1, y + 1];
  const waiting = [y * width + x];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (!near(at)) continue;
    const line = Math.floor(at / width);
    const first = line * width;
    let from = at;
    while (from > first && near(from - 1)) from--;
    let to = at + 1;
    while (to < first + width && near(to)) to++;
    taken.fill(1, from, to);
    left = Math.min(left, from - first);
    right = Math.max(right, to - first);
    top = Math.min(top, line);
    bottom = Math.max(bottom, line + 1);
    for (const next of [line - 1, line + 1]) {
      if (next < 0 || next >= height) continue;
      const shift = (next - line) * width;
      let open = false;
      for (let i = from + shift; i < to + shift; i++) {
        const fits = near(i);
        // One place of each stretch is enough: the whole stretch is taken from there.
        if (fits && !open) waiting.push(i);
        open = fits;
      }
    }
  }
  return { left, top, right, bottom };
}

/** Each pixel as most of those around it are: sums over a square, first along rows, then along columns. */
function majority(taken: Uint8Array, width: number, height: number, box: Area, radius: number) {
  const left = Math.max(0, box.left - radius);
  const right = Math.min(width, box.right + radius);
  const top = Math.max(0, box.top - radius);
  const bottom = Math.min(height, box.bottom + radius);
  const across = right - left;
  const down = bottom - top;
  const rows = new Uint16Array(across * down);
  for (let line = 0; line < down; line++) {
    const offset = (top + line) * width + left;
    let sum = 0;
    for (let i = 0; i < across + radius; i++) {
      if (i < across) sum += taken[offset + i] as number;
      if (i > 2 * radius) sum -= taken[offset + i - 2 * radius - 1] as number;
      if (i >= radius) rows[line * across + i - radius] = sum;
    }
  }
  const sums = new Uint16Array(across);
  const out = new Uint8Array(across * down);
  for (let line = 0; line < down + radius; line++) {
    // Near the border of the picture the square is cut: what lies outside counts for nothing.
    const middle = line - radius;
    const lines = Math.min(bottom, top + middle + radius + 1) - Math.max(top, top + middle - radius);
    for (let i = 0; i < across; i++) {
      let sum = sums[i] as number;
      if (line < down) sum += rows[line * across + i] as number;
      if (line > 2 * radius) sum -= rows[(line - 2 * radius - 1) * across + i] as number;
      sums[i] = sum;
      if (middle < 0) continue;
      const columns = Math.min(across, i + radius + 1) - Math.max(0, i - radius);
      out[middle * across + i] = sum * 2 > columns * lines ? 1 : 0;
    }
  }
  return {
    kept: (x: number, y: number) => out[(y - top) * across + x - left] === 1,
    paint(editor: MaskEditor) {
      for (let line = 0; line < down; line++) {
        spans(out, line * across, across, (from, to) => editor.span(top + line, left + from, left + to, true));
      }
    },
  };
}

function spans(bits: Uint8Array, offset: number, length: number, found: (from: number, to: number) => void): void {
  let start = -1;
  for (let i = 0; i < length; i++) {
    if (bits[offset + i] === 1) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      found(start, i);
      start = -1;
    }
  }
  if (start >= 0) found(start, length);
}
