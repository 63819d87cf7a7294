/** Plain models of masks and their code, as a second opinion: a byte a pixel, no tiles, no shortcuts. */
import { emptyMask, type Mask, MaskEditor, maskHas } from '../../src/raster';

export interface Plain {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export function plainOf(mask: Mask): Plain {
  const pixels = new Uint8Array(mask.width * mask.height);
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++) pixels[y * mask.width + x] = maskHas(mask, x, y) ? 1 : 0;
  return { width: mask.width, height: mask.height, pixels };
}

export function maskOf({ width, height, pixels }: Plain): Mask {
  const editor = new MaskEditor(emptyMask(width, height));
  for (let i = 0; i < pixels.length; i++) {
    const x = i % width;
    if (pixels[i]) editor.span((i - x) / width, x, x + 1, true);
  }
  return editor.snapshot();
}

/** Values written bit by bit as the format describes, with any word size and run sizes. */
export function writeValues(values: readonly number[], word = 8, sizes: readonly number[] = [3, 4, 8, 16]): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) bits.push(Math.floor(value / 2 ** i) % 2);
  };
  put(values.length, 32);
  put(word - 1, 5);
  for (const size of sizes) put(size - 1, 4);
  const most = Math.min(65_536, 2 ** Math.max(...sizes));
  const head = (run: boolean, count: number) => {
    const fitting = sizes.map((size, index) => ({ size, index })).filter(({ size }) => count - 1 < 2 ** size);
    const { size, index } = fitting.reduce((a, b) => (b.size < a.size ? b : a));
    put(run ? 1 : 0, 1);
    put(index, 2);
    put(count - 1, size);
  };
  let literals: number[] = [];
  const flush = () => {
    if (literals.length === 0) return;
    head(false, literals.length);
    for (const value of literals) put(value, word);
    literals = [];
  };
  for (let i = 0; i < values.length; ) {
    const value = values[i] as number;
    let same = 1;
    while (i + same < values.length && values[i + same] === value && same < most) same++;
    const alone = same === 1 && !(i === values.length - 1 && literals.length === 0);
    if (alone) {
      literals.push(value);
      if (literals.length === most) flush();
    } else {
      flush();
      head(true, same);
      put(value, word);
    }
    i += same;
  }
  flush();
  while (bits.length % 8 !== 0) bits.push(0);
  return Uint8Array.from({ length: bits.length / 8 }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  );
}
