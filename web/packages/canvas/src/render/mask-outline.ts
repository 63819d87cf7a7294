/** The outline of a mask along the borders of its pixels, for views in which single pixels are large. */
import type { Box } from '../geometry/point';
import { levelBits } from '../raster/level';
import { lowestBit, type Mask } from '../raster/mask';
import type { PathSink } from '../shapes/shape';

/** Adds the outline of the part in `box` (image pixels) to a path in image pixels. */
export function traceMask(mask: Mask, box: Box, path: Pick<PathSink, 'moveTo' | 'lineTo'>): void {
  const x = Math.floor(box.minX / 32) * 32 - 32;
  const y = Math.floor(box.minY) - 1;
  const words = Math.ceil((box.maxX - x) / 32) + 1;
  const rows = Math.ceil(box.maxY) - y + 1;
  const bits = new Uint32Array(words * rows);
  if (!levelBits(mask, { level: 0, x, y, words, rows }, bits)) return;
  for (let row = 1; row < rows; row++) {
    for (let word = 1; word < words; word++) {
      const at = row * words + word;
      const own = bits[at] as number;
      // Between this row and the one above, and between each pixel and its left neighbour.
      eachRun(own ^ (bits[at - words] as number), (from, to) => {
        path.moveTo(x + word * 32 + from, y + row);
        path.lineTo(x + word * 32 + to, y + row);
      });
      let sides = own ^ ((own << 1) | ((bits[at - 1] as number) >>> 31));
      for (; sides !== 0; sides &= sides - 1) {
        const left = x + word * 32 + lowestBit(sides);
        path.moveTo(left, y + row);
        path.lineTo(left, y + row + 1);
      }
    }
  }
}

function eachRun(word: number, run: (from: number, to: number) => void): void {
  let rest = word;
  while (rest !== 0) {
    const from = lowestBit(rest);
    const above = ~rest & (from === 0 ? -1 : -1 << from);
    const to = above === 0 ? 32 : lowestBit(above);
    run(from, to);
    rest = to === 32 ? 0 : rest & (-1 << to);
  }
}
