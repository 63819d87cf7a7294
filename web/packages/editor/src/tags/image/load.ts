/** Loads an image and says in words for people why it could not be. */
import type { Size } from '@labelkeep/canvas';
import { safeUrl } from '../../core/urls';
import { decode, pictureBytes } from './picture-bytes';
import { takePreloaded } from './preload';

export interface LoadedImage {
  readonly source: CanvasImageSource;
  readonly size: Size;
  /** Gives the decoded pixels back. */
  close(): void;
}

/** Why an image is not shown: what happened, the address, and what can be done. */
export class ImageError extends Error {
  constructor(
    message: string,
    readonly url: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

export type CrossOrigin = 'anonymous' | 'use-credentials';

/** SVG without a size of its own is shown in this one (the replaced-element default of CSS). */
const SIZELESS: Size = { width: 300, height: 150 };

export async function loadImage(address: unknown, crossOrigin: CrossOrigin, signal: AbortSignal): Promise<LoadedImage> {
  if (typeof address !== 'string' || address.trim() === '') {
    throw new ImageError(
      'This task has no image.',
      '',
      'The field that the configuration names in value="$…" is empty or missing in the task’s data.',
    );
  }
  const url = safeUrl(address);
  if (url === null) {
    throw new ImageError(
      'This address is not loaded.',
      address,
      'Images are loaded from http(s) addresses, from this server, or from data: addresses with a picture in it.',
    );
  }
  const aside = await decodeAside(url, signal);
  if (aside) {
    const { width, height } = aside;
    return { source: aside, size: { width, height }, close: () => aside.close() };
  }
  let image: HTMLImageElement;
  try {
    image = await fetchImage(url, crossOrigin, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isForeign(url)) throw await explain(url, signal);
    try {
      // The other server does not allow its pixels to be read. Looking at them is enough for drawing.
      image = await fetchImage(url, null, signal);
    } catch {
      signal.throwIfAborted();
      throw await explain(url, signal);
    }
    if (!(error instanceof Event)) throw error;
  }
  const size =
    image.naturalWidth > 0 && image.naturalHeight > 0
      ? { width: image.naturalWidth, height: image.naturalHeight }
      : SIZELESS;
  try {
    // Decoded once and kept: an image element may drop its pixels and stop a frame to decode again.
    const bitmap = await createImageBitmap(image);
    if (signal.aborted) bitmap.close();
    signal.throwIfAborted();
    return { source: bitmap, size, close: () => bitmap.close() };
  } catch {
    signal.throwIfAborted();
    return { source: image, size, close: () => undefined };
  }
}

/** What was decoded ahead, or is decoded now off the page's thread. Null for what an image element must load. */
async function decodeAside(url: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  let bitmap: ImageBitmap | null = null;
  try {
    bitmap = (await takePreloaded(url)) ?? (await decode(await pictureBytes(url, signal)));
  } catch {
    // The image element tries again, and says what is wrong.
  }
  if (signal.aborted) bitmap?.close();
  signal.throwIfAborted();
  return bitmap;
}

function fetchImage(url: string, crossOrigin: CrossOrigin | null, signal: AbortSignal): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    if (crossOrigin !== null) image.crossOrigin = crossOrigin;
    image.decoding = 'async';
    const stop = () => {
      image.removeAttribute('src');
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    const settle = (then: () => void) => {
      signal.removeEventListener('abort', stop);
      then();
    };
    image.onload = () => settle(() => resolve(image));
    image.onerror = (event) => settle(() => reject(event));
    image.src = url;
  });
}

function isForeign(url: string): boolean {
  try {
    const { origin, protocol } = new URL(url, document.baseURI);
    return (protocol === 'http:' || protocol === 'https:') && origin !== location.origin;
  } catch {
    return false;
  }
}

/** An image element says nothing about its failure; a second request for our own addresses does. */
async function explain(url: string, signal: AbortSignal): Promise<ImageError> {
  if (isForeign(url)) {
    return new ImageError(
      'The image could not be loaded from another server.',
      url,
      'Open the address in a new tab. If it shows there, that server may refuse to be used from other sites (CORS, hot-linking) or this page may not load from it. Otherwise the file is gone, private, or no image.',
    );
  }
  if (/^(data|blob):/i.test(url)) {
    return new ImageError(
      'The picture in this task’s data cannot be read.',
      url.slice(0, 80),
      'The data is cut off, or it is no picture.',
    );
  }
  try {
    const answer = await fetch(url, { method: 'GET', headers: { range: 'bytes=0-0' }, signal });
    void answer.body?.cancel();
    if (!answer.ok) {
      const hint =
        answer.status === 404
          ? 'The file is not there. Check the address in the task’s data, or upload the file again.'
          : answer.status === 401 || answer.status === 403
            ? 'You may not see this file. Sign in again, or ask who manages the project.'
            : 'Try again in a while. If it stays, tell who runs this server.';
      return new ImageError(`The image could not be loaded: the server answered ${answer.status}.`, url, hint);
    }
    const type = answer.headers.get('content-type') ?? 'of an unknown type';
    return new ImageError(
      'The file is there, but it is no picture that this browser can show.',
      url,
      `It is ${type}. PNG, JPEG, WebP, GIF, AVIF, BMP and SVG are shown.`,
    );
  } catch {
    signal.throwIfAborted();
    return new ImageError(
      'The image could not be loaded: the server cannot be reached.',
      url,
      'Check the connection, then try again.',
    );
  }
}
