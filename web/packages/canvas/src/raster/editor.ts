/** Changes a mask by rows of pixels; tiles are copied when they are first touched. */
import { type Cell, columnBits, type Mask, TILE, TILE_WORDS, type Tile } from './mask';

export class MaskEditor {
  private rows: (readonly Cell[])[];
  private readonly columns: number;
  /** Rows and tiles that nobody else holds yet. */
  private ownRows = new Set<number>();
  private ownTiles = new Map<number, Tile>();
  private changed = false;

  constructor(private mask: Mask) {
    this.rows = [...mask.rows];
    this.columns = Math.ceil(mask.width / TILE);
  }

  /** Paints or clears pixels `from`…`to` (not included) of row `y`; what lies outside the image is cut off. */
  span(y: number, from: number, to: number, paint: boolean): void {
    const { width, height } = this.mask;
    const start = Math.max(0, from);
    const end = Math.min(width, to);
    if (y < 0 || y >= height || end <= start) return;
    const tileY = y >> 6;
    const line = (y & 63) << 1;
    const wanted = paint ? 1 : 0;
    for (let tileX = start >> 6; tileX << 6 < end; tileX++) {
      if (this.rows[tileY]?.[tileX] === wanted) continue;
      const left = tileX << 6;
      const [low, high] = columnBits(start - left, end - left);
      const tile = this.tile(tileX, tileY);
      const a = tile[line] as number;
      const b = tile[line + 1] as number;
      const nextA = (paint ? a | low : a & ~low) >>> 0;
      const nextB = (paint ? b | high : b & ~high) >>> 0;
      if (nextA === a && nextB === b) continue;
      tile[line] = nextA;
      tile[line + 1] = nextB;
      this.changed = true;
    }
  }

  /** Paints or clears what is painted in another mask of the same size. */
  combine(other: Mask, paint: boolean): void {
    for (const [tileY, row] of other.rows.entries()) {
      for (let tileX = 0; tileX < row.length; tileX++) {
        const cell = row[tileX] as Cell;
        if (cell === 0 || this.rows[tileY]?.[tileX] === (paint ? 1 : 0)) continue;
        if (cell === 1) {
          for (let y = 0; y < TILE; y++) this.span(tileY * TILE + y, tileX * TILE, (tileX + 1) * TILE, paint);
          continue;
        }
        const tile = this.tile(tileX, tileY);
        for (let i = 0; i < TILE_WORDS; i++) {
          const before = tile[i] as number;
          const bits = cell[i] as number;
          const next = (paint ? before | bits : before & ~bits) >>> 0;
          if (next === before) continue;
          tile[i] = next;
          this.changed = true;
        }
      }
    }
  }

  /** The mask as it is now; the same object as before when no pixel changed since. */
  snapshot(): Mask {
    const touched = this.ownTiles;
    this.ownTiles = new Map();
    if (!this.changed) {
      // Tiles that were copied in vain are forgotten.
      this.rows = [...this.mask.rows];
      this.ownRows = new Set();
      return this.mask;
    }
    for (const [key, tile] of touched) {
      const tileY = Math.floor(key / this.columns);
      (this.rows[tileY] as Cell[])[key % this.columns] = this.simplest(tile);
    }
    this.ownRows = new Set();
    this.changed = false;
    this.mask = { width: this.mask.width, height: this.mask.height, rows: [...this.rows] };
    return this.mask;
  }

  private tile(tileX: number, tileY: number): Tile {
    const key = tileY * this.columns + tileX;
    const own = this.ownTiles.get(key);
    if (own) return own;
    if (!this.ownRows.has(tileY)) {
      this.rows[tileY] = [...(this.rows[tileY] as readonly Cell[])];
      this.ownRows.add(tileY);
    }
    const row = this.rows[tileY] as Cell[];
    const cell = row[tileX] as Cell;
    const copy = typeof cell === 'number' ? new Uint32Array(TILE_WORDS) : cell.slice();
    if (cell === 1) copy.fill(0xffffffff);
    row[tileX] = copy;
    this.ownTiles.set(key, copy);
    return copy;
  }

  /** Bits outside the image are never set: a tile that its border cuts is never all ones. */
  private simplest(tile: Tile): Cell {
    const first = tile[0] as number;
    if (first !== 0 && first !== 0xffffffff) return tile;
    for (const word of tile) if (word !== first) return tile;
    return first === 0 ? 0 : 1;
  }
}
