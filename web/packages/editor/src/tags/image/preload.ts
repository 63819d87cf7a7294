/**
 * Pictures that are wanted soon, fetched before they are asked for; the one that is wanted next is decoded too. Bounded, and
 * silent when it fails.
 */
import { safeUrl } from '../../core/urls';
import type { CrossOrigin } from './load';
import { decode, isOwn, pictureBytes } from './picture-bytes';

/** Pictures that are held at once; older ones are let go, the browser's own cache may keep them. */
const MOST = 6;

interface Held {
  /** Ends the fetch, and gives back what was decoded. */
  drop(): void;
  /** For pictures of this server. */
  readonly bytes?: Promise<Blob | null>;
  bitmap?: Promise<ImageBitmap | null> | undefined;
}

/** By address, in the order in which they will be wanted. */
const held = new Map<string, Held>();

/**
 * Fetches a picture in the way in which it will be loaded, so that it is fetched once. `now` is for the one that is shown as
 * soon as it can be; others give way to what the page shows, and are wanted in the order in which they are named.
 */
export function preload(address: unknown, crossOrigin: CrossOrigin, when: 'now' | 'later' = 'later'): void {
  const url = typeof address === 'string' ? safeUrl(address) : null;
  if (url === null || /^(data|blob):/i.test(url)) return;
  const known = held.get(url);
  held.delete(url);
  const entry = known ?? (isOwn(url) ? fetchBytes(url, when) : fetchElement(url, crossOrigin));
  held.set(url, entry);
  if (when === 'now') decodeHeld(entry);
  else decodeNext();
  const [oldest] = held.keys();
  // A fetch that still runs is ended: the person went on to something else.
  if (held.size > MOST && oldest !== undefined) forget(oldest);
}

/** The decoded picture, which is the caller's from now on; null when it is not held, or cannot be read. */
export async function takePreloaded(url: string): Promise<ImageBitmap | null> {
  const entry = held.get(url);
  if (!entry?.bytes) return null;
  held.delete(url);
  decodeHeld(entry);
  const bitmap = await entry.bitmap;
  decodeNext();
  return bitmap ?? null;
}

/** Addresses of pictures that are held, for tests. */
export function preloaded(): readonly string[] {
  return [...held.keys()];
}

function fetchBytes(url: string, when: 'now' | 'later'): Held {
  const stop = new AbortController();
  const bytes = pictureBytes(url, stop.signal, when === 'now' ? 'auto' : 'low').catch(() => null);
  const entry: Held = {
    bytes,
    drop: () => {
      stop.abort();
      void entry.bitmap?.then((bitmap) => bitmap?.close());
    },
  };
  return entry;
}

/** The image element's way: it is what loads the pictures of other servers. */
function fetchElement(url: string, crossOrigin: CrossOrigin): Held {
  const image = new Image();
  image.crossOrigin = crossOrigin;
  image.decoding = 'async';
  image.fetchPriority = 'low';
  image.src = url;
  return { drop: () => image.removeAttribute('src') };
}

function decodeHeld(entry: Held): void {
  entry.bitmap ??= entry.bytes?.then(decode).catch(() => null);
}

/** One picture is decoded ahead, not all: decoded it may take fifty times the memory. */
function decodeNext(): void {
  const own = [...held.values()].filter((entry) => entry.bytes);
  if (own[0] && !own.some((entry) => entry.bitmap)) decodeHeld(own[0]);
}

function forget(url: string): void {
  held.get(url)?.drop();
  held.delete(url);
  decodeNext();
}
