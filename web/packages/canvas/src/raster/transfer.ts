/** Masks on their way to and from a worker: one block of words instead of thousands of small ones. */
import { type Cell, emptyMask, type Mask, TILE, TILE_WORDS } from './mask';

export interface PackedMask {
  readonly width: number;
  readonly height: number;
  /** For each cell, row by row: −1 empty, −2 full, otherwise the place of its tile in `words`. */
  readonly cells: Int32Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
}

export function packMask(mask: Mask): PackedMask {
  const columns = Math.ceil(mask.width / TILE);
  const cells = new Int32Array(columns * mask.rows.length);
  let tiles = 0;
  for (const [tileY, row] of mask.rows.entries()) {
    for (let tileX = 0; tileX < columns; tileX++) {
      const cell = row[tileX] as Cell;
      cells[tileY * columns + tileX] = cell === 0 ? -1 : cell === 1 ? -2 : tiles++;
    }
  }
  const words = new Uint32Array(tiles * TILE_WORDS);
  let at = 0;
  for (const row of mask.rows) {
    for (const cell of row) {
      if (typeof cell === 'number') continue;
      words.set(cell, at);
      at += TILE_WORDS;
    }
  }
  return { width: mask.width, height: mask.height, cells, words };
}

export function unpackMask({ width, height, cells, words }: PackedMask): Mask {
  const columns = Math.ceil(width / TILE);
  const nothing = emptyMask(width, height);
  const rows = nothing.rows.map((empty, tileY) => {
    let any = false;
    const row = new Array<Cell>(columns);
    for (let tileX = 0; tileX < columns; tileX++) {
      const place = cells[tileY * columns + tileX] ?? -1;
      row[tileX] = place === -1 ? 0 : place === -2 ? 1 : words.subarray(place * TILE_WORDS, (place + 1) * TILE_WORDS);
      any ||= place !== -1;
    }
    return any ? row : empty;
  });
  return { width, height, rows };
}

/** Buffers that can be handed over instead of copied. */
export function buffersOf(packed: PackedMask): ArrayBuffer[] {
  return [packed.cells.buffer, packed.words.buffer];
}
