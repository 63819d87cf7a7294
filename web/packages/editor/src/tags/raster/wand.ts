/** The magic wand's side of the page: the picture's pixels, and what the worker finds in them. */

import type { Point, Size } from '@labelkeep/canvas';
import { type Mask, unpackMask } from '@labelkeep/canvas/raster';
import { rasterWorker } from './raster-worker';

/** The picture's pixels may not be read; the message says what can be done. */
export class PixelError extends Error {}

let lastKey = 0;

export class WandPicture {
  private readonly key = ++lastKey;

  constructor(
    private readonly source: CanvasImageSource,
    private readonly size: Size,
  ) {}

  /** Throws `PixelError`. */
  async flood(at: Point, threshold: number, smooth: number): Promise<Mask> {
    const job = { do: 'flood', key: this.key, x: at.x, y: at.y, threshold, smooth } as const;
    const found = (await rasterWorker.run(job)) ?? (await this.send().then(() => rasterWorker.run(job)));
    if (!found) throw new PixelError('The pixels of this picture are not there any more. Try again.');
    return unpackMask(found);
  }

  private async send(): Promise<void> {
    this.checkReadable();
    const { width, height } = this.size;
    try {
      const picture = await createImageBitmap(this.source as ImageBitmapSource, {
        resizeWidth: width,
        resizeHeight: height,
      });
      await rasterWorker.run({ do: 'picture', key: this.key, picture }, [picture]);
    } catch {
      throw new PixelError(
        'There is not enough memory to read the pixels of this picture. Close other tabs and try again.',
      );
    }
  }

  /** The browser lets nobody read pixels from a server that does not allow it. */
  private checkReadable(): void {
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    const ctx = canvas.getContext('2d');
    try {
      ctx?.drawImage(this.source, 0, 0, 1, 1);
      ctx?.getImageData(0, 0, 1, 1);
    } catch {
      throw new PixelError(
        'The magic wand cannot read this picture: the server that it comes from does not allow it (CORS). ' +
          'Ask whoever runs that server to allow this site, or import the pictures. The brush works.',
      );
    }
  }
}
