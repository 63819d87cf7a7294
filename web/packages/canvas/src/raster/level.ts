/**
 * A part of a mask as bits at a half, a quarter … of its size. A pixel of a level is set when any of
 * the pixels that it stands for is painted: thin strokes stay visible from afar.
 */
import { type Cell, type Mask, TILE, type Tile } from './mask';

/** The coarsest level: one bit for a tile. */
export const COARSEST = 6;

/** A part of a level, in its own pixels. `x` is a multiple of 32; all may lie outside the mask. */
export interface LevelArea {
  readonly level: number;
  readonly x: number;
  readonly y: number;
  /** Words of 32 pixels in a row. */
  readonly words: number;
  readonly rows: number;
}

/** Fills `out` (rows × words) with the bits of an area. False when none is set. */
export function levelBits(mask: Mask, area: LevelArea, out: Uint32Array): boolean {
  out.fill(0, 0, area.words * area.rows);
  const { level, x, y, words, rows } = area;
  /** Side of a tile on this level. */
  const side = TILE >> level;
  const lastTileY = Math.min(mask.rows.length, Math.ceil((y + rows) / side));
  let any = false;
  for (let tileY = Math.max(0, Math.floor(y / side)); tileY < lastTileY; tileY++) {
    const cells = mask.rows[tileY] as readonly Cell[];
    const top = tileY * side;
    const from = Math.max(y, top);
    const to = Math.min(y + rows, top + side);
    const lastTileX = Math.min(cells.length, Math.ceil((x + words * 32) / side));
    for (let tileX = Math.max(0, Math.floor(x / side)); tileX < lastTileX; tileX++) {
      const cell = cells[tileX] as Cell;
      if (cell === 0) continue;
      any = true;
      const offset = tileX * side - x;
      for (let line = from; line < to; line++) {
        const place = (line - y) * words + (offset >> 5);
        if (level === 0) {
          const inTile = (line - top) << 1;
          for (let half = 0; half < 2; half++) {
            const column = (offset >> 5) + half;
            if (column < 0 || column >= words) continue;
            out[place + half] = cell === 1 ? 0xffffffff : (cell[inTile + half] as number);
          }
        } else {
          const bits = cell === 1 ? (side === 32 ? 0xffffffff : (1 << side) - 1) : reduce(cell, level, line - top);
          out[place] = ((out[place] as number) | (bits << (offset & 31))) >>> 0;
        }
      }
    }
  }
  return any;
}

/** Row `line` of a tile on a level from 1 to 6. */
function reduce(tile: Tile, level: number, line: number): number {
  let low = 0;
  let high = 0;
  const last = (line + 1) << level;
  for (let row = line << level; row < last; row++) {
    low |= tile[2 * row] as number;
    high |= tile[2 * row + 1] as number;
  }
  if ((low | high) === 0) return 0;
  // The sixth halving joins the two words, which by then hold one bit each.
  const halvings = Math.min(level, 5);
  for (let i = 0; i < halvings; i++) {
    low = halve(low);
    high = halve(high);
  }
  return level === 6 ? low | high : low | (high << (32 >> level));
}

/** Joins neighbouring bits: 32 become 16. */
function halve(word: number): number {
  let bits = (word | (word >>> 1)) & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0x0000ffff;
}
