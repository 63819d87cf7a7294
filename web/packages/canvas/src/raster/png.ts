/**
 * Masks as PNG pictures: RGBA of 8 bits, opaque black where painted and transparent elsewhere. The
 * picture is made straight from runs of the mask, without its four bytes a pixel ever being in
 * memory, so that a mask of 12 megapixels takes milliseconds. Reading is the browser's work
 * (`maskFromRgba` takes what it decoded); the size is looked at first.
 */
import { type DeltaRun, eachDeltaRun } from './delta';
import type { MaskEditor } from './editor';
import { MAX_PIXELS, type Mask } from './mask';
import { ZlibRuns } from './zlib-runs';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10] as const;
/** Row filter "Up": a row is written as its difference from the one above. */
const FILTER_UP = 2;

/** Bytes of the picture. */
export function encodePng(mask: Mask): Uint8Array<ArrayBuffer> {
  const zlib = new ZlibRuns();
  eachDeltaRun(mask, (run: DeltaRun, count: number) => {
    if (run === 'row') zlib.byte(FILTER_UP);
    else if (run === 'same') zlib.zeros(count * 4);
    // Alpha 0 to 255, or 255 to 0, which is +1 modulo 256.
    else zlib.quads(run === 'painted' ? 255 : 1, count);
  });
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, mask.width);
  view.setUint32(4, mask.height);
  // 8 bits, colour type RGBA; compression, filter and interlace as always.
  header.set([8, 6, 0, 0, 0], 8);
  const parts = [
    new Uint8Array(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', zlib.finish()),
    chunk('IEND', new Uint8Array()),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Size that a PNG says it has; null for what is no PNG, or one that is too large to be read. */
export function pngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  if (bytes.length < 33 || SIGNATURE.some((byte, index) => bytes[index] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) return null;
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  return width > 0 && height > 0 && width * height <= MAX_PIXELS ? { width, height } : null;
}

/** Paints what has at least this alpha in some rows of RGBA bytes, the first of them row `top`. */
export function paintRgba(
  editor: MaskEditor,
  rgba: Uint8ClampedArray,
  width: number,
  top: number,
  least: number,
): void {
  const lines = Math.floor(rgba.length / 4 / width);
  for (let line = 0; line < lines; line++) {
    let start = -1;
    const offset = line * width * 4 + 3;
    for (let x = 0; x < width; x++) {
      const painted = (rgba[offset + x * 4] as number) >= least;
      if (painted && start < 0) start = x;
      if (!painted && start >= 0) {
        editor.span(top + line, start, x, true);
        start = -1;
      }
    }
    if (start >= 0) editor.span(top + line, start, width, true);
  }
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc(bytes.subarray(4, data.length + 8)));
  return bytes;
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC[(value ^ byte) & 255] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
