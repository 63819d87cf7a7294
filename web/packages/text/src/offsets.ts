/**
 * Offsets of results count Unicode code points; the DOM counts UTF-16 units. A line break counts
 * one in both. Texts without surrogate pairs (nearly all) need no table at all.
 */

/** A checkpoint every so many units: 8 kB of table for a million characters. */
const STEP = 512;

export class CodePoints {
  /** Number of code points. */
  readonly length: number;
  /** Code points before unit `i * STEP`; null when units and code points are the same. */
  private readonly table: Uint32Array | null;

  constructor(private readonly text: string) {
    if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) {
      this.table = null;
      this.length = text.length;
      return;
    }
    this.table = new Uint32Array(Math.floor(text.length / STEP) + 1);
    let count = 0;
    for (let unit = 0; unit < text.length; unit++) {
      if (unit % STEP === 0) this.table[unit / STEP] = count;
      if (!isLow(text, unit)) count++;
    }
    if (text.length % STEP === 0) this.table[text.length / STEP] = count;
    this.length = count;
  }

  /** Code points before a UTF-16 offset. Inside a pair it counts as after the pair's first unit: the pair is whole. */
  fromUnit(unit: number): number {
    const at = Math.max(0, Math.min(this.text.length, Math.floor(unit)));
    if (!this.table) return at;
    const block = Math.floor(at / STEP);
    let count = this.table[block] ?? 0;
    for (let i = block * STEP; i < at; i++) if (!isLow(this.text, i)) count++;
    return count;
  }

  /** UTF-16 offset of a code point; beyond the end, the end. */
  toUnit(point: number): number {
    const wanted = Math.max(0, Math.floor(point));
    if (!this.table) return Math.min(wanted, this.text.length);
    if (wanted >= this.length) return this.text.length;
    let low = 0;
    let high = this.table.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.table[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    let unit = low * STEP;
    let count = this.table[low] ?? 0;
    // A block may begin inside a pair: its second unit belongs to the code point before.
    while (unit < this.text.length && isLow(this.text, unit)) unit++;
    while (count < wanted && unit < this.text.length) {
      unit++;
      while (unit < this.text.length && isLow(this.text, unit)) unit++;
      count++;
    }
    return unit;
  }
}

/** Is this unit the second half of a surrogate pair? */
function isLow(text: string, unit: number): boolean {
  const code = text.charCodeAt(unit);
  if (code < 0xdc00 || code > 0xdfff || unit === 0) return false;
  const before = text.charCodeAt(unit - 1);
  return before >= 0xd800 && before <= 0xdbff;
}
