/** How each row of a mask differs from the one above it, as runs. */
import { type Cell, lowestBit, type Mask, TILE } from './mask';

/** `row` begins a row; then runs of pixels that are as above, newly painted, or no longer painted. */
export type DeltaRun = 'row' | 'same' | 'painted' | 'cleared';

/** Calls back for all rows from the top; the row above the first is empty. */
export function eachDeltaRun(mask: Mask, run: (kind: DeltaRun, count: number) => void): void {
  let kind: DeltaRun = 'same';
  let count = 0;
  const add = (next: DeltaRun, length: number) => {
    if (next !== kind) {
      if (count > 0) run(kind, count);
      kind = next;
      count = 0;
    }
    count += length;
  };
  let above: readonly Cell[] = (mask.rows[0] ?? []).map(() => 0);
  let lineAbove = 0;
  for (let y = 0; y < mask.height; y++) {
    const cells = mask.rows[y >> 6] as readonly Cell[];
    const line = (y & 63) << 1;
    run('row', 1);
    for (let tileX = 0; tileX < cells.length; tileX++) {
      const cell = cells[tileX] as Cell;
      const before = above[tileX] as Cell;
      const extent = Math.min(TILE, mask.width - tileX * TILE);
      if (typeof cell === 'number' && cell === before) {
        add('same', extent);
        continue;
      }
      for (let half = 0; half * 32 < extent; half++) {
        const now = wordOf(cell, line + half);
        const was = wordOf(before, lineAbove + half);
        words(now & ~was, was & ~now, Math.min(32, extent - half * 32), add);
      }
    }
    if (count > 0) run(kind, count);
    count = 0;
    above = cells;
    lineAbove = line;
  }
}

function wordOf(cell: Cell, index: number): number {
  return typeof cell === 'number' ? (cell === 1 ? -1 : 0) : (cell[index] as number);
}

function words(on: number, off: number, length: number, add: (kind: DeltaRun, count: number) => void): void {
  if ((on | off) === 0) return add('same', length);
  let left = length;
  let painted = on;
  let cleared = off;
  while (left > 0) {
    const kind = painted & 1 ? 'painted' : cleared & 1 ? 'cleared' : 'same';
    const end = kind === 'painted' ? ~painted : kind === 'cleared' ? ~cleared : painted | cleared;
    const same = end === 0 ? left : Math.min(left, lowestBit(end));
    add(kind, same);
    left -= same;
    painted = same >= 32 ? 0 : painted >>> same;
    cleared = same >= 32 ? 0 : cleared >>> same;
  }
}
