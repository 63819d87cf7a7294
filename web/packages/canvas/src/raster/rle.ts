/**
 * The run-length code of brush results. It holds the four bytes (RGBA) of each pixel, row by row, as
 * one bit stream, most significant bit first: 32 bits count N, 5 bits word size − 1, four times 4 bits
 * run-length size − 1, then packets (1 bit run or literals, 2 bits which size, that many bits of
 * count − 1, one word or `count` words) until N values are out. Masks are never expanded to N bytes.
 */
import { MaskEditor } from './editor';
import { eachRun, emptyMask, MAX_PIXELS, type Mask } from './mask';

/** Run-length sizes that are written. */
const SIZES = [3, 4, 8, 16] as const;
const LONGEST = 65_536;

/** A code that cannot be read; the message says why. */
export class RleError extends Error {}

/** Number of pixels that a code says it holds. Throws `RleError` for what is no code of pixels. */
export function rlePixels(bytes: Uint8Array): number {
  const values = new BitReader(bytes).read(32);
  if (values % 4 !== 0 || values === 0 || values > MAX_PIXELS * 4) {
    throw new RleError(`The mask claims ${values} values, which is no picture of up to ${MAX_PIXELS} pixels.`);
  }
  return values / 4;
}

/** Reads a code as a mask of this size. A pixel is painted when its fourth value is not 0. Throws `RleError`. */
export function decodeRle(bytes: Uint8Array, width: number, height: number): Mask {
  if (rlePixels(bytes) !== width * height) {
    throw new RleError(`The mask is made for another picture: it does not hold ${width} × ${height} pixels.`);
  }
  const reader = new BitReader(bytes);
  const total = reader.read(32);
  const word = reader.read(5) + 1;
  const sizes = [0, 0, 0, 0].map(() => reader.read(4) + 1);
  const editor = new MaskEditor(emptyMask(width, height));
  /** Paints pixels `from`…`to` (not included), counted row by row. */
  const paint = (from: number, to: number) => {
    for (let at = from; at < to; ) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      const end = Math.min(width, x + to - at);
      editor.span(y, x, end, true);
      at += end - x;
    }
  };
  for (let out = 0; out < total; ) {
    const isRun = reader.read(1) === 1;
    const count = reader.read(sizes[reader.read(2)] as number) + 1;
    if (out + count > total) throw new RleError('The mask holds more values than it claims.');
    if (isRun) {
      // Value 4p + 3 is the alpha of pixel p.
      if (reader.read(word) !== 0) paint(Math.floor(out / 4), Math.floor((out + count) / 4));
    } else {
      for (let i = out; i < out + count; i++) {
        const value = reader.read(word);
        if (value !== 0 && i % 4 === 3) paint((i - 3) / 4, (i + 1) / 4);
      }
    }
    out += count;
  }
  return editor.snapshot();
}

/** Writes a mask: 255 in all four values of a painted pixel, 0 elsewhere. */
export function encodeRle(mask: Mask): Uint8Array<ArrayBuffer> {
  const writer = new RleWriter(mask.width * mask.height * 4);
  eachRun(mask, (painted, count) => writer.push(painted ? 255 : 0, count * 4));
  return writer.finish();
}

/**
 * Writes values as others do, to the byte: the smallest size that fits, at most 65,536 values in a
 * packet, equal neighbours as runs, single values gathered as literals, and a single value at the
 * very end as a run when no literals are open.
 */
export class RleWriter {
  private readonly out = new BitWriter();
  private literals: number[] = [];
  private value = -1;
  private count = 0;

  constructor(total: number) {
    this.out.write(Math.floor(total / 65_536), 16);
    this.out.write(total % 65_536, 16);
    this.out.write(7, 5);
    for (const size of SIZES) this.out.write(size - 1, 4);
  }

  push(value: number, count: number): void {
    if (value === this.value) {
      this.count += count;
      return;
    }
    this.close(false);
    this.value = value;
    this.count = count;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.close(true);
    this.flush();
    return this.out.bytes();
  }

  private close(last: boolean): void {
    let rest = this.count;
    while (rest > 0) {
      const part = Math.min(rest, LONGEST);
      rest -= part;
      if (part === 1 && !(last && this.literals.length === 0)) {
        this.literals.push(this.value);
        if (this.literals.length === LONGEST) this.flush();
        continue;
      }
      this.flush();
      this.head(1, part);
      this.out.write(this.value, 8);
    }
    this.count = 0;
  }

  private flush(): void {
    if (this.literals.length === 0) return;
    this.head(0, this.literals.length);
    for (const value of this.literals) this.out.write(value, 8);
    this.literals = [];
  }

  private head(kind: 0 | 1, count: number): void {
    const which = SIZES.findIndex((size) => count - 1 < 2 ** size);
    this.out.write((kind << 2) | which, 3);
    this.out.write(count - 1, SIZES[which] as number);
  }
}

class BitReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next `count` bits (up to 32) as a number. */
  read(count: number): number {
    if (this.at + count > this.bytes.length * 8) throw new RleError('The mask ends too early.');
    let value = 0;
    let left = count;
    while (left > 0) {
      const free = 8 - (this.at & 7);
      const take = Math.min(free, left);
      const byte = this.bytes[this.at >> 3] as number;
      // Multiplied, not shifted: the 32nd bit is no sign.
      value = value * 2 ** take + ((byte >> (free - take)) & ((1 << take) - 1));
      this.at += take;
      left -= take;
    }
    return value;
  }
}

class BitWriter {
  private buffer = new Uint8Array(1024);
  private length = 0;
  private pending = 0;
  private held = 0;

  /** Writes the lowest `count` bits (up to 16). */
  write(value: number, count: number): void {
    this.pending = (this.pending << count) | value;
    this.held += count;
    while (this.held >= 8) {
      this.held -= 8;
      if (this.length === this.buffer.length) {
        const larger = new Uint8Array(this.length * 2);
        larger.set(this.buffer);
        this.buffer = larger;
      }
      this.buffer[this.length++] = this.pending >> this.held;
      this.pending &= (1 << this.held) - 1;
    }
  }

  bytes(): Uint8Array<ArrayBuffer> {
    if (this.held > 0) this.write(0, 8 - this.held);
    return this.buffer.slice(0, this.length);
  }
}
