/**
 * A mask: one bit for each pixel of an image, in tiles of 64 × 64. Empty and full tiles cost nothing,
 * so a mask needs memory for its border alone. Masks are immutable plain data (they survive a
 * structured clone); a changed mask shares all tiles that did not change with the one before, which
 * makes undo a matter of tiles. `MaskEditor` changes them.
 */
import { type Box, EMPTY_BOX } from '../geometry/point';

/** Side of a tile, pixels. */
export const TILE = 64;
/** 32-bit words of a tile: two for each row; bit i of a word is its i-th pixel from the left. */
export const TILE_WORDS = 2 * TILE;

/** The bits of a tile that is neither empty nor full. Bits outside the image are 0. */
export type Tile = Uint32Array;
/** 0 empty, 1 full. A tile that the image's border cuts is never 1. */
export type Cell = Tile | 0 | 1;

export interface Mask {
  /** Pixels of the image. */
  readonly width: number;
  readonly height: number;
  /** Tiles by row and column. */
  readonly rows: readonly (readonly Cell[])[];
}

/** Most pixels of a mask, 16,384 × 16,384: what the server takes too. */
export const MAX_PIXELS: number = 2 ** 28;

export function emptyMask(width: number, height: number): Mask {
  const row: readonly Cell[] = new Array<Cell>(Math.ceil(width / TILE)).fill(0);
  return { width, height, rows: new Array<readonly Cell[]>(Math.ceil(height / TILE)).fill(row) };
}

/** Is the pixel painted? False outside the image. */
export function maskHas(mask: Mask, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return false;
  const cell = mask.rows[y >> 6]?.[x >> 6] ?? 0;
  if (typeof cell === 'number') return cell === 1;
  return (((cell[((y & 63) << 1) | ((x >> 5) & 1)] as number) >>> (x & 31)) & 1) === 1;
}

const boundsOf = new WeakMap<Mask, Box>();
const areaOf = new WeakMap<Mask, number>();

/** The smallest box around all painted pixels; empty when there are none. */
export function maskBounds(mask: Mask): Box {
  let box = boundsOf.get(mask);
  if (!box) {
    box = findBounds(mask);
    boundsOf.set(mask, box);
  }
  return box;
}

function findBounds(mask: Mask): Box {
  let { minX, minY, maxX, maxY } = EMPTY_BOX as { minX: number; minY: number; maxX: number; maxY: number };
  for (const [tileY, row] of mask.rows.entries()) {
    for (let tileX = 0; tileX < row.length; tileX++) {
      const cell = row[tileX] as Cell;
      if (cell === 0) continue;
      const left = tileX * TILE;
      const top = tileY * TILE;
      // A tile inside the box found so far cannot widen it.
      if (left >= minX && left + TILE <= maxX && top >= minY && top + TILE <= maxY) continue;
      if (cell === 1) {
        minX = Math.min(minX, left);
        maxX = Math.max(maxX, left + TILE);
        minY = Math.min(minY, top);
        maxY = Math.max(maxY, top + TILE);
        continue;
      }
      let low = 0;
      let high = 0;
      for (let y = 0; y < TILE; y++) {
        const a = cell[2 * y] as number;
        const b = cell[2 * y + 1] as number;
        if ((a | b) === 0) continue;
        low |= a;
        high |= b;
        if (top + y < minY) minY = top + y;
        if (top + y + 1 > maxY) maxY = top + y + 1;
      }
      if ((low | high) === 0) continue;
      minX = Math.min(minX, left + (low !== 0 ? lowestBit(low) : 32 + lowestBit(high)));
      maxX = Math.max(maxX, left + (high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low)));
    }
  }
  return { minX, minY, maxX, maxY };
}

/** Number of painted pixels. */
export function maskArea(mask: Mask): number {
  let area = areaOf.get(mask);
  if (area === undefined) {
    area = 0;
    for (const row of mask.rows) {
      for (const cell of row) {
        if (cell === 1) area += TILE * TILE;
        else if (cell !== 0) for (const word of cell) area += popCount(word);
      }
    }
    areaOf.set(mask, area);
  }
  return area;
}

/** Is any pixel of the box painted? */
export function maskMeets(mask: Mask, box: Box): boolean {
  const minX = Math.max(0, Math.floor(box.minX));
  const minY = Math.max(0, Math.floor(box.minY));
  const maxX = Math.min(mask.width, Math.ceil(box.maxX));
  const maxY = Math.min(mask.height, Math.ceil(box.maxY));
  for (let tileY = minY >> 6; tileY << 6 < maxY; tileY++) {
    for (let tileX = minX >> 6; tileX << 6 < maxX; tileX++) {
      const cell = mask.rows[tileY]?.[tileX] ?? 0;
      if (cell === 0) continue;
      if (cell === 1) return true;
      const [low, high] = columnBits(minX - (tileX << 6), maxX - (tileX << 6));
      const last = Math.min(TILE, maxY - (tileY << 6));
      for (let y = Math.max(0, minY - (tileY << 6)); y < last; y++) {
        if ((((cell[2 * y] as number) & low) | ((cell[2 * y + 1] as number) & high)) !== 0) return true;
      }
    }
  }
  return false;
}

/** The box of all tiles in which two masks of one size differ; null when they are the same. */
export function maskDifference(a: Mask, b: Mask): Box | null {
  if (a === b) return null;
  let { minX, minY, maxX, maxY } = EMPTY_BOX as { minX: number; minY: number; maxX: number; maxY: number };
  for (let tileY = 0; tileY < a.rows.length; tileY++) {
    const left = a.rows[tileY] as readonly Cell[];
    const right = b.rows[tileY] as readonly Cell[];
    if (left === right) continue;
    for (let tileX = 0; tileX < left.length; tileX++) {
      if (left[tileX] === right[tileX]) continue;
      minX = Math.min(minX, tileX * TILE);
      minY = Math.min(minY, tileY * TILE);
      maxX = Math.max(maxX, (tileX + 1) * TILE);
      maxY = Math.max(maxY, (tileY + 1) * TILE);
    }
  }
  return minX <= maxX ? { minX, minY, maxX, maxY } : null;
}

/** Calls back for runs of equal pixels, row by row from the top left; values alternate. */
export function eachRun(mask: Mask, run: (painted: boolean, count: number) => void): void {
  let painted = false;
  let count = 0;
  const add = (value: boolean, length: number) => {
    if (value !== painted) {
      if (count > 0) run(painted, count);
      painted = value;
      count = 0;
    }
    count += length;
  };
  const { width, height } = mask;
  for (const [tileY, row] of mask.rows.entries()) {
    const lines = Math.min(TILE, height - tileY * TILE);
    if (row.every((cell) => cell === 0)) {
      add(false, width * lines);
      continue;
    }
    for (let y = 0; y < lines; y++) {
      for (let tileX = 0; tileX < row.length; tileX++) {
        const cell = row[tileX] as Cell;
        const extent = Math.min(TILE, width - tileX * TILE);
        if (typeof cell === 'number') {
          add(cell === 1, extent);
          continue;
        }
        addWord(cell[2 * y] as number, Math.min(32, extent), add);
        if (extent > 32) addWord(cell[2 * y + 1] as number, extent - 32, add);
      }
    }
  }
  if (count > 0) run(painted, count);
}

function addWord(word: number, length: number, add: (value: boolean, length: number) => void): void {
  let rest = word;
  let left = length;
  while (left > 0) {
    const value = (rest & 1) === 1;
    const flipped = value ? ~rest : rest;
    const same = flipped === 0 ? left : Math.min(left, lowestBit(flipped));
    add(value, same);
    left -= same;
    // A shift by 32 would be one by 0.
    rest = same >= 32 ? 0 : rest >>> same;
  }
}

/** Number of trailing zeros; the word must not be 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function popCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The bits of pixels `from`…`to` (not included) of a row of 64. */
export function columnBits(from: number, to: number): readonly [number, number] {
  return [bitsBetween(from, to), bitsBetween(from - 32, to - 32)];
}

function bitsBetween(from: number, to: number): number {
  const low = Math.max(0, from);
  const high = Math.min(32, to);
  if (high <= low) return 0;
  const upTo = high === 32 ? 0xffffffff : (1 << high) - 1;
  return (upTo & ~((1 << low) - 1)) >>> 0;
}
