/** From what results hold to masks. Runs in the worker; whatever comes in, it ends with a mask or a message. */
import {
  decodeRle,
  emptyMask,
  MAX_PIXELS,
  type Mask,
  MaskEditor,
  paintRgba,
  pngSize,
  resizeMask,
  rlePixels,
  strokeSegment,
} from '@labelkeep/canvas/raster';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One stroke of a draft: percent of the image, the width in percent of its width. */
export interface Touch {
  readonly erases: boolean;
  /** x, y, x, y … */
  readonly points: Float64Array<ArrayBuffer>;
  readonly diameter: number;
}

/** A mask as a result holds it, without anything that a worker could not be sent. */
export interface MaskSource {
  readonly kind: 'brush' | 'bitmask';
  /** The size that the item names, when it does. */
  readonly original: Size | null;
  /** The size of the image, which the mask gets in the end. */
  readonly image: Size;
  readonly rle?: Uint8Array<ArrayBuffer>;
  readonly touches?: readonly Touch[];
  /** A picture as a data URL. */
  readonly picture?: string;
}

/** Rows of pixels that the strokes of a draft may touch: some seconds of work. */
const MOST_ROWS = 20_000_000;
/** Pixel rows of a picture that are looked at in one go. */
const STRIP = 256;
/** From this alpha on a pixel of a bit mask is painted; those of a brush are from 1 on. */
const HALF = 128;

export async function readMask(source: MaskSource): Promise<Mask> {
  const { image } = source;
  if (source.kind === 'bitmask') {
    const bitmask = await readPicture(source.picture ?? '', HALF);
    return resizeMask(bitmask, image.width, image.height);
  }
  const size = sizeOf(source);
  const editor = new MaskEditor(
    source.rle ? decodeRle(source.rle, size.width, size.height) : emptyMask(size.width, size.height),
  );
  if (source.picture !== undefined) {
    editor.combine(resizeMask(await readPicture(source.picture, 1), size.width, size.height), true);
  }
  let rows = 0;
  for (const touch of source.touches ?? []) {
    rows += touch.points.length * (1 + (touch.diameter * size.width) / 100);
    if (rows > MOST_ROWS) throw new Error('The draft has too many strokes to be drawn again.');
    paintTouch(editor, touch, size);
  }
  return resizeMask(editor.snapshot(), image.width, image.height);
}

/** A code does not say how wide its rows are: the item does, or the image. */
function sizeOf({ rle, original, image }: MaskSource): Size {
  const named = original && original.width * original.height <= MAX_PIXELS ? original : null;
  if (!rle) return named ?? image;
  const pixels = rlePixels(rle);
  const fitting = [named, image].find((size) => size && size.width * size.height === pixels);
  return fitting ?? image;
}

function paintTouch(editor: MaskEditor, touch: Touch, size: Size): void {
  const radius = Math.max(0.5, Math.min(size.width + size.height, (touch.diameter * size.width) / 200));
  const dab = (index: number) => ({
    x: ((touch.points[index] as number) * size.width) / 100,
    y: ((touch.points[index + 1] as number) * size.height) / 100,
    radius,
  });
  for (let i = 0; i + 1 < touch.points.length; i += 2) {
    strokeSegment(editor, dab(Math.max(0, i - 2)), dab(i), !touch.erases);
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The pixels of a picture that have at least this alpha. */
async function readPicture(url: string, least: number): Promise<Mask> {
  const base64 = /^data:image\/[a-z+.-]+;base64,([\s\S]*)$/i.exec(url)?.[1];
  if (base64 === undefined) throw new Error('The mask is no picture in the result itself.');
  const bytes = bytesOf(base64);
  if (!bytes || !pngSize(bytes)) throw new Error('The mask is no PNG picture, or it is larger than masks may be.');
  const blob = new Blob([bytes], { type: 'image/png' });
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch(() => {
    throw new Error('The PNG picture of the mask is damaged.');
  });
  try {
    const { width, height } = bitmap;
    const editor = new MaskEditor(emptyMask(width, height));
    const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
    const ctx = canvas.getContext('2d', { willReadFrequently: true });
    if (!ctx) throw new Error('The browser has no memory left for drawing.');
    for (let top = 0; top < height; top += STRIP) {
      const lines = Math.min(STRIP, height - top);
      ctx.clearRect(0, 0, width, lines);
      ctx.drawImage(bitmap, 0, -top);
      paintRgba(editor, ctx.getImageData(0, 0, width, lines).data, width, top, least);
    }
    return editor.snapshot();
  } finally {
    bitmap.close();
  }
}
