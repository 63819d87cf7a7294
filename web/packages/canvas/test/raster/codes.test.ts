/// <reference types="node" />
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRle, emptyMask, encodePng, encodeRle, MaskEditor, maskArea, pngSize, RleError } from '../../src/raster';
import { RleWriter } from '../../src/raster/rle';
import { maskOf, type Plain, plainOf, writeValues } from './reference';

/** Pictures across the borders of tiles and words, with long runs and with noise. */
const plain: fc.Arbitrary<Plain> = fc
  .record({ width: fc.integer({ min: 1, max: 140 }), height: fc.integer({ min: 1, max: 90 }) })
  .chain(({ width, height }) =>
    fc
      .oneof(
        fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
        fc.array(fc.integer({ min: 0, max: width * height }), { maxLength: 8 }).map((edges) => {
          const pixels = new Uint8Array(width * height);
          edges.sort((a, b) => a - b);
          for (let i = 0; i + 1 < edges.length; i += 2) pixels.fill(1, edges[i], edges[i + 1]);
          return pixels;
        }),
      )
      .map((pixels) => ({ width, height, pixels })),
  );

describe('the run-length code', () => {
  it('writes the worked examples byte for byte', () => {
    const written = (values: readonly number[]) => {
      const writer = new RleWriter(values.length);
      for (const value of values) writer.push(value, 1);
      return [...writer.finish()];
    };
    expect(written([255, 255, 255, 255, 0, 0, 0, 0])).toEqual([0, 0, 0, 8, 57, 27, 252, 127, 241, 128, 0]);
    expect(written([1, 2, 3, 3, 3, 9])).toEqual([0, 0, 0, 6, 57, 27, 248, 32, 32, 81, 1, 192, 18]);
    expect([...encodeRle(emptyMask(800, 600)).slice(0, 6)]).toEqual([0, 29, 76, 0, 57, 27]);
  });

  it('writes any values as a plain writer does', () => {
    const values = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 255 }),
        fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 20 }) }, fc.integer({ min: 65_530, max: 65_545 })),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(values, (runs) => {
        const flat = runs.flatMap(([value, count]) => new Array<number>(count).fill(value));
        const writer = new RleWriter(flat.length);
        for (const [value, count] of runs) writer.push(value, count);
        expect(Buffer.from(writer.finish()).equals(Buffer.from(writeValues(flat)))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('reads back what it writes, and writes what a plain writer makes of the pixels', () => {
    fc.assert(
      fc.property(plain, (picture) => {
        const mask = maskOf(picture);
        const bytes = encodeRle(mask);
        const values = [...picture.pixels].flatMap((pixel) => new Array<number>(4).fill(pixel * 255));
        expect(Buffer.from(bytes).equals(Buffer.from(writeValues(values)))).toBe(true);
        const back = decodeRle(bytes, picture.width, picture.height);
        expect(Buffer.from(plainOf(back).pixels).equals(Buffer.from(picture.pixels))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('reads every word size and all run sizes; alpha alone decides', () => {
    const pixel = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.constantFrom(0, 0, 1, 127, 255));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 4, maxLength: 4 }),
        fc.array(pixel, { minLength: 1, maxLength: 90 }),
        (word, sizes, pixels) => {
          // A small word holds small values.
          const values = pixels.flat().map((value) => (word >= 8 ? value * 2 ** (word - 8) : value % 2 ** word));
          const mask = decodeRle(writeValues(values, word, sizes), pixels.length, 1);
          expect([...plainOf(mask).pixels]).toEqual(pixels.map((_, i) => (values[i * 4 + 3] === 0 ? 0 : 1)));
        },
      ),
    );
  });

  it('refuses with a message what is cut off, too long or for another picture, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 12 }), (tail, pixels) => {
        const bytes = Uint8Array.from([0, 0, 0, pixels * 4, ...tail]);
        try {
          expect(maskArea(decodeRle(bytes, pixels, 1))).toBeLessThanOrEqual(pixels);
        } catch (error) {
          expect(error).toBeInstanceOf(RleError);
        }
      }),
    );
    const huge = Uint8Array.from([255, 255, 255, 252, 57, 27, 255, 255, 255, 255]);
    expect(() => decodeRle(huge, 32_768, 32_768)).toThrow(RleError);
    expect(() => decodeRle(encodeRle(emptyMask(10, 10)), 10, 11)).toThrow(/another picture/);
    expect(() => decodeRle(encodeRle(emptyMask(10, 10)).slice(0, 8), 10, 10)).toThrow(/ends too early/);
  });

  it('takes milliseconds and kilobytes for a mask of 12 megapixels', () => {
    const editor = new MaskEditor(emptyMask(4000, 3000));
    for (let y = 0; y < 3000; y++) {
      const half = Math.sqrt(Math.max(0, 1400 ** 2 - (y - 1500) ** 2));
      editor.span(y, Math.round(2000 - half), Math.round(2000 + half), true);
    }
    const mask = editor.snapshot();
    const bytes = encodeRle(mask);
    expect(bytes.length).toBeLessThan(40_000);
    expect(encodeRle(decodeRle(bytes, 4000, 3000))).toEqual(bytes);
    expect(encodePng(mask).length).toBeLessThan(150_000);
  });
});

/** Pixels of a PNG of 8-bit RGBA whose rows are stored with the filter "none" or "up". */
function readPng(bytes: Uint8Array): { width: number; height: number; rgba: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = pngSize(bytes);
  if (!size) throw new Error('no PNG');
  const data: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += view.getUint32(at) + 12) {
    if (view.getUint32(at + 4) === 0x49444154) data.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const raw = inflateSync(Buffer.concat(data));
  const line = size.width * 4;
  expect(raw.length).toBe((line + 1) * size.height);
  const rgba = new Uint8Array(line * size.height);
  for (let y = 0; y < size.height; y++) {
    expect(raw[y * (line + 1)]).toBe(2);
    for (let i = 0; i < line; i++)
      rgba[y * line + i] = (raw[y * (line + 1) + 1 + i] as number) + (y > 0 ? (rgba[(y - 1) * line + i] as number) : 0);
  }
  return { ...size, rgba };
}

describe('masks as PNG', () => {
  it('holds opaque black where painted and nothing elsewhere, in a stream that zlib checks', () => {
    fc.assert(
      fc.property(plain, (picture) => {
        const { width, height, rgba } = readPng(encodePng(maskOf(picture)));
        expect([width, height]).toEqual([picture.width, picture.height]);
        const wanted = new Uint8Array(rgba.length);
        for (const [index, pixel] of picture.pixels.entries()) wanted[index * 4 + 3] = pixel * 255;
        expect(Buffer.from(rgba).equals(Buffer.from(wanted))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('writes rows that are longer than any match, full and empty', () => {
    const editor = new MaskEditor(emptyMask(5000, 70));
    for (let y = 3; y < 68; y++) editor.span(y, y % 7, 5000 - (y % 5), true);
    const mask = editor.snapshot();
    const { rgba } = readPng(encodePng(mask));
    const { pixels } = plainOf(mask);
    expect(pixels.every((pixel, index) => rgba[index * 4 + 3] === pixel * 255 && rgba[index * 4] === 0)).toBe(true);
  });

  it('tells no size for what is no PNG or claims too much', () => {
    expect(pngSize(new Uint8Array(40))).toBeNull();
    const bytes = encodePng(emptyMask(3, 2));
    new DataView(bytes.buffer).setUint32(16, 2 ** 31);
    expect(pngSize(bytes)).toBeNull();
  });
});
