/**
 * Small pictures of pages, one after the other and only of those that are seen: a page is loaded as
 * large as it is, made small, and let go.
 */
import { safeUrl } from '../../core/urls';
import type { CrossOrigin } from './load';

/** Height of a small picture, pixels of the screen. */
const HEIGHT = 96;
/** Small pictures that are kept. */
const MOST = 300;

export class Thumbnails {
  private readonly made = new Map<string, ImageBitmap | null>();
  private wanted: { url: string; done: (picture: ImageBitmap | null) => void }[] = [];
  private running = false;
  private ended = false;

  constructor(private readonly crossOrigin: CrossOrigin) {}

  /** Calls back with the picture, or null when there is none; at once when it is known. */
  want(address: string, done: (picture: ImageBitmap | null) => void): void {
    const known = this.made.get(address);
    if (known !== undefined) done(known);
    else {
      this.wanted.push({ url: address, done });
      void this.run();
    }
  }

  /** Forgets what was asked for and is not made yet: other pages are seen now. */
  forget(): void {
    this.wanted = [];
  }

  end(): void {
    this.ended = true;
    this.wanted = [];
    for (const picture of this.made.values()) picture?.close();
    this.made.clear();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let next = this.wanted.shift(); next && !this.ended; next = this.wanted.shift()) {
      const { url } = next;
      let picture = this.made.get(url);
      if (picture === undefined) {
        picture = await small(url, this.crossOrigin);
        if (this.ended) {
          picture?.close();
          break;
        }
        this.made.set(url, picture);
        const [oldest] = this.made.keys();
        if (this.made.size > MOST && oldest !== undefined) {
          this.made.get(oldest)?.close();
          this.made.delete(oldest);
        }
      }
      next.done(picture);
    }
    this.running = false;
  }
}

/** Asked for in the way in which the page itself is loaded: browsers keep the two kinds of answers apart, or mix them up. */
async function small(address: string, crossOrigin: CrossOrigin): Promise<ImageBitmap | null> {
  const url = safeUrl(address);
  if (url === null) return null;
  // Pixels of a server that lets nobody read them can still be looked at.
  return (await load(url, crossOrigin)) ?? (await load(url, null));
}

async function load(url: string, crossOrigin: CrossOrigin | null): Promise<ImageBitmap | null> {
  const image = new Image();
  if (crossOrigin !== null) image.crossOrigin = crossOrigin;
  image.decoding = 'async';
  image.fetchPriority = 'low';
  image.src = url;
  try {
    await image.decode();
    const height = Math.max(1, Math.min(HEIGHT, image.naturalHeight));
    return await createImageBitmap(image, { resizeHeight: height, resizeQuality: 'medium' });
  } catch {
    return null;
  } finally {
    image.removeAttribute('src');
  }
}
