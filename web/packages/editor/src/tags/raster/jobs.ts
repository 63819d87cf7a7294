/** What the worker does for the page: decoding, encoding, and the magic wand. */
import {
  buffersOf,
  encodePng,
  encodeRle,
  flood,
  type PackedMask,
  type Pixels,
  packMask,
  unpackMask,
} from '@labelkeep/canvas/raster';
import { type MaskSource, readMask } from './read-mask';

export type Job =
  | { readonly do: 'read'; readonly source: MaskSource }
  | { readonly do: 'rle'; readonly mask: PackedMask }
  | { readonly do: 'png'; readonly mask: PackedMask }
  /** The picture is sent once and kept until another one comes. */
  | { readonly do: 'picture'; readonly key: number; readonly picture: ImageBitmap }
  | {
      readonly do: 'flood';
      readonly key: number;
      readonly x: number;
      readonly y: number;
      readonly threshold: number;
      readonly smooth: number;
    };

export interface Answers {
  readonly read: PackedMask;
  readonly rle: Uint8Array<ArrayBuffer>;
  /** A data URL. */
  readonly png: string;
  readonly picture: true;
  /** Null when that picture is not here (any more). */
  readonly flood: PackedMask | null;
}

export type Answer<J extends Job> = Answers[J['do']];

let picture: { readonly key: number; readonly pixels: Pixels } | null = null;

/** Does a job. Rejects with a message for people. */
export async function doJob<J extends Job>(job: J): Promise<{ answer: Answer<J>; transfer: ArrayBuffer[] }>;
export async function doJob(job: Job): Promise<{ answer: unknown; transfer: ArrayBuffer[] }> {
  switch (job.do) {
    case 'read': {
      const answer = packMask(await readMask(job.source));
      return { answer, transfer: buffersOf(answer) };
    }
    case 'rle': {
      const answer = encodeRle(unpackMask(job.mask));
      return { answer, transfer: [answer.buffer] };
    }
    case 'png':
      return { answer: dataUrl(encodePng(unpackMask(job.mask))), transfer: [] };
    case 'picture':
      picture = { key: job.key, pixels: pixelsOf(job.picture) };
      return { answer: true, transfer: [] };
    case 'flood': {
      if (picture?.key !== job.key) return { answer: null, transfer: [] };
      const answer = packMask(flood(picture.pixels, job.x, job.y, job.threshold, job.smooth));
      return { answer, transfer: buffersOf(answer) };
    }
  }
}

/** Pieces of this length can be arguments of one call. */
const PIECE = 0x8000;

export function dataUrl(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return `data:image/png;base64,${btoa(text)}`;
}

function pixelsOf(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error('The browser has no memory left to read the picture.');
  ctx.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: ctx.getImageData(0, 0, width, height).data, width, height };
}
