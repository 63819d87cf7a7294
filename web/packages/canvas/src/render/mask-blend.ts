/** Blends bits of masks into one picture: what is painted, and its outline. */

import { type LevelArea, levelBits } from '../raster/level';
import { type Mask, maskBounds } from '../raster/mask';

export type Emphasis = 'none' | 'hovered' | 'selected';

/** A mask as it is to be seen. */
export interface MaskLook {
  readonly id: string;
  readonly mask: Mask;
  /** `#rrggbb`. */
  readonly color: string;
  readonly lineColor: string;
  /** 0…1. */
  readonly fill: number;
  readonly outlined: boolean;
  /** Only proposed: striped, with a dashed outline. */
  readonly dashed: boolean;
  readonly emphasis: Emphasis;
  readonly order: number;
}

/** How opaque outlines are, 0…255; a selected mask also has a light rim around it. */
const LINE = { none: 190, hovered: 255, selected: 255 } as const;
const RIM = 235;
/** Stripes of proposed masks, pixels of the picture: a power of two at the most 16. */
const STRIPE = 8;
/** How much more opaque a mask is while it is pointed at. */
const HOVER_TINT = 0.15;

/** Colour with the opacity multiplied in. */
interface Paint {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}

export class MaskBlender {
  private bits = new Uint32Array(0);
  private blended = new Uint8Array(0);

  /**
   * The picture of a part of a level, RGBA. `lines` false leaves outlines out (single pixels are large
   * enough to be seen). `looks` from the lowest to the uppermost.
   */
  picture(looks: readonly MaskLook[], area: LevelArea, lines: boolean): ImageData {
    const { words, rows, level } = area;
    const width = words * 32;
    if (this.blended.length < width * rows * 4) this.blended = new Uint8Array(width * rows * 4);
    this.blended.fill(0, 0, width * rows * 4);
    // One word and one row more on each side: outlines need the neighbours.
    const wide: LevelArea = { level, x: area.x - 32, y: area.y - 1, words: words + 2, rows: rows + 2 };
    if (this.bits.length < wide.words * wide.rows) this.bits = new Uint32Array(wide.words * wide.rows);
    for (const look of looks) {
      if (meets(look.mask, wide) && levelBits(look.mask, wide, this.bits)) this.blend(look, area, lines);
    }
    return this.finish(width, rows);
  }

  private blend(look: MaskLook, area: LevelArea, lines: boolean): void {
    const { words, rows } = area;
    const { bits } = this;
    const stride = words + 2;
    const { emphasis } = look;
    const fill = paintOf(look.color, 255 * Math.min(1, look.fill + (emphasis === 'hovered' ? HOVER_TINT : 0)));
    const line = paintOf(look.lineColor, LINE[emphasis]);
    const rim = paintOf('#ffffff', RIM);
    const outlined = lines && (look.outlined || emphasis !== 'none');
    const rimmed = lines && emphasis === 'selected';
    for (let y = 0; y < rows; y++) {
      for (let word = 0; word < words; word++) {
        const at = (y + 1) * stride + word + 1;
        const own = bits[at] as number;
        const above = bits[at - stride] as number;
        const below = bits[at + stride] as number;
        const left = (own << 1) | ((bits[at - 1] as number) >>> 31);
        const right = (own >>> 1) | ((bits[at + 1] as number) << 31);
        if ((own | above | below | left | right) === 0) continue;
        const edge = outlined ? own & ~(above & below & left & right) : 0;
        const place = (y * words + word) * 128;
        const stripes = look.dashed ? stripesAt(area.y + y) : -1;
        this.dots(own & ~edge & stripes, place, fill);
        if (edge !== 0) this.dots(edge & stripes, place, line);
        if (rimmed) this.dots((above | below | left | right) & ~own, place, rim);
      }
    }
  }

  private dots(word: number, place: number, { red, green, blue, alpha }: Paint): void {
    const { blended } = this;
    const keep = 255 - alpha;
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      const at = place + (31 - Math.clz32(rest & -rest)) * 4;
      // x · 257 / 65,536 is x / 255, rounded.
      blended[at] = red + (((blended[at] as number) * keep * 257 + 32_896) >> 16);
      blended[at + 1] = green + (((blended[at + 1] as number) * keep * 257 + 32_896) >> 16);
      blended[at + 2] = blue + (((blended[at + 2] as number) * keep * 257 + 32_896) >> 16);
      blended[at + 3] = alpha + (((blended[at + 3] as number) * keep * 257 + 32_896) >> 16);
    }
  }

  /** Pictures hold colours without the opacity multiplied in. */
  private finish(width: number, rows: number): ImageData {
    const image = new ImageData(width, rows);
    const { data } = image;
    const { blended } = this;
    for (let at = 0; at < data.length; at += 4) {
      const alpha = blended[at + 3] as number;
      if (alpha === 0) continue;
      const scale = 255 / alpha;
      data[at] = (blended[at] as number) * scale;
      data[at + 1] = (blended[at + 1] as number) * scale;
      data[at + 2] = (blended[at + 2] as number) * scale;
      data[at + 3] = alpha;
    }
    return image;
  }
}

/** The bits of a word that stripes at 45° leave in a row; words begin at multiples of 32, so they join. */
function stripesAt(row: number): number {
  const shift = ((row % (2 * STRIPE)) + 2 * STRIPE) % (2 * STRIPE);
  const on = 2 ** STRIPE - 1;
  const pattern = on | (on << (2 * STRIPE));
  return shift === 0 ? pattern : (pattern << shift) | (pattern >>> (32 - shift));
}

function meets(mask: Mask, area: LevelArea): boolean {
  const box = maskBounds(mask);
  const scale = 2 ** area.level;
  return (
    box.minX < (area.x + area.words * 32) * scale &&
    box.maxX > area.x * scale &&
    box.minY < (area.y + area.rows) * scale &&
    box.maxY > area.y * scale
  );
}

function paintOf(color: string, opacity: number): Paint {
  const rgb = /^#[0-9a-f]{6}$/i.test(color) ? Number.parseInt(color.slice(1), 16) : 0x888888;
  const alpha = Math.round(Math.max(0, Math.min(255, opacity)));
  const part = (shift: number) => Math.round((((rgb >> shift) & 255) * alpha) / 255);
  return { red: part(16), green: part(8), blue: part(0), alpha };
}
