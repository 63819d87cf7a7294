/**
 * A zlib stream (RFC 1950, 1951) of data that is nearly all zeros, written from its runs: bytes that
 * nobody holds need not be searched for repetitions. The code is fixed for such data: the longest
 * match takes two bits for 258 bytes.
 */

/** Bytes that may be written as such. */
const LITERALS = [0, 1, 2, 255] as const;
const END = 256;
/** Least length and extra bits of the length symbols 257…285. */
const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
] as const;
const EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0] as const;
const LONGEST = 258;
const LAST_SYMBOL = 285;
/** Distance 1 (zeros) is symbol 0, distance 4 (pixels) symbol 3. */
const DISTANCE = { byte: 0, pixel: 3 } as const;
/** In which order the lengths of the code-length code stand. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
const ADLER = 65_521;

interface Code {
  readonly bits: number;
  readonly length: number;
}

/** 1 bit for the longest match, 6 or 7 for everything else: 1/2 + 31/64 + 2/128 = 1. */
const SYMBOL_LENGTHS: ReadonlyMap<number, number> = new Map([
  ...LITERALS.map((literal) => [literal, 6] as const),
  [END, 7],
  ...LENGTHS.map((_, index) => [257 + index, 6] as const),
  [284, 7],
  [LAST_SYMBOL, 1],
]);
const SYMBOLS = canonical(SYMBOL_LENGTHS);
const DISTANCES = canonical(
  new Map([
    [DISTANCE.byte, 1],
    [DISTANCE.pixel, 1],
  ]),
);
/** Code lengths that occur, and 18: a run of 11…138 zeros. */
const META_LENGTHS: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [0, 3],
  [1, 3],
  [7, 3],
  [18, 3],
]);
const META = canonical(META_LENGTHS);

export class ZlibRuns {
  private buffer = new Uint8Array(4096);
  private length = 0;
  private held = 0;
  private heldBits = 0;
  private sumA = 1;
  private sumB = 0;
  private lastByte = -1;

  constructor() {
    this.write(0x78, 8);
    this.write(0x01, 8);
    this.writeTables();
  }

  /** One of the bytes 0, 1, 2 and 255. */
  byte(value: number): void {
    this.symbol(value);
    this.lastByte = value;
    this.sumA = (this.sumA + value) % ADLER;
    this.sumB = (this.sumB + this.sumA) % ADLER;
  }

  zeros(count: number): void {
    let left = count;
    if (left > 0 && this.lastByte !== 0) {
      this.symbol(0);
      left--;
    }
    this.repeat(left, DISTANCE.byte, [0]);
    if (count > 0) this.lastByte = 0;
    this.sumB = (this.sumB + count * this.sumA) % ADLER;
  }

  /** `count` times the bytes 0, 0, 0, `value`. */
  quads(value: number, count: number): void {
    this.zeros(3);
    this.byte(value);
    const more = count - 1;
    this.repeat(more * 4, DISTANCE.pixel, [0, 0, 0, value]);
    // Each pixel adds 4 × the sum so far and its own value once.
    this.sumB = (this.sumB + ((4 * more * this.sumA) % ADLER) + 2 * value * more * (more - 1) + value * more) % ADLER;
    this.sumA = (this.sumA + value * more) % ADLER;
  }

  finish(): Uint8Array {
    this.symbol(END);
    if (this.heldBits > 0) this.write(0, 8 - this.heldBits);
    for (const sum of [this.sumB, this.sumA]) {
      this.write(sum >> 8, 8);
      this.write(sum & 255, 8);
    }
    return this.buffer.slice(0, this.length);
  }

  /** Goes on with what stands before: `pattern`, again and again. */
  private repeat(count: number, distance: number, pattern: readonly number[]): void {
    let left = count;
    while (left >= 3) {
      // What is left must not be shorter than the shortest match.
      const rest = left - LONGEST;
      const length = rest <= 0 ? left : rest < 3 ? LONGEST - 3 : LONGEST;
      let which = LENGTHS.length - 1;
      while ((LENGTHS[which] as number) > length) which--;
      this.symbol(257 + which);
      this.write(length - (LENGTHS[which] as number), EXTRA[which] as number);
      this.code(DISTANCES, distance);
      left -= length;
    }
    for (let i = 0; i < left; i++) this.symbol(pattern[i % pattern.length] as number);
  }

  private symbol(value: number): void {
    this.code(SYMBOLS, value);
  }

  private code(table: ReadonlyMap<number, Code>, symbol: number): void {
    const code = table.get(symbol);
    if (!code) throw new Error(`No code for ${symbol}: only masks are written.`);
    this.write(code.bits, code.length);
  }

  private writeTables(): void {
    // The last block, with codes of its own: 286 symbols, 4 distances, 18 code lengths.
    this.write(1, 1);
    this.write(2, 2);
    this.write(29, 5);
    this.write(3, 5);
    this.write(14, 4);
    for (let i = 0; i < 18; i++) this.write(META_LENGTHS.get(ORDER[i] as number) ?? 0, 3);
    for (const literal of [0, 1, 2]) this.code(META, SYMBOL_LENGTHS.get(literal) ?? 0);
    // Literals 3…254 do not occur: 138 + 114 zeros.
    for (const run of [138, 114]) {
      this.code(META, 18);
      this.write(run - 11, 7);
    }
    for (let symbol = 255; symbol <= LAST_SYMBOL; symbol++) this.code(META, SYMBOL_LENGTHS.get(symbol) ?? 0);
    for (const length of [1, 0, 0, 1]) this.code(META, length);
  }

  /** Writes the lowest `count` bits, the lowest first. */
  private write(value: number, count: number): void {
    this.held |= value << this.heldBits;
    this.heldBits += count;
    while (this.heldBits >= 8) {
      if (this.length === this.buffer.length) {
        const larger = new Uint8Array(this.length * 2);
        larger.set(this.buffer);
        this.buffer = larger;
      }
      this.buffer[this.length++] = this.held & 255;
      this.held >>>= 8;
      this.heldBits -= 8;
    }
  }
}

/** Codes in order of their length, then of their symbol; their first bit is the lowest. */
function canonical(lengths: ReadonlyMap<number, number>): ReadonlyMap<number, Code> {
  const sorted = [...lengths].sort(([a, m], [b, n]) => m - n || a - b);
  const codes = new Map<number, Code>();
  let next = 0;
  let before = 0;
  for (const [symbol, length] of sorted) {
    next <<= length - before;
    before = length;
    let bits = 0;
    for (let bit = 0; bit < length; bit++) bits |= ((next >> bit) & 1) << (length - 1 - bit);
    codes.set(symbol, { bits, length });
    next++;
  }
  return codes;
}
