/** Pictures that are wanted soon: fetched by the browser before they are asked for. Bounded, and silent when it fails. */
import { safeUrl } from '../../core/urls';
import type { CrossOrigin } from './load';

/** Pictures that are held at once; older ones are let go, the browser's own cache may keep them. */
const MOST = 6;

const held = new Map<string, HTMLImageElement>();

/** Fetches a picture in the way in which it will be loaded, so that it is fetched once. */
export function preload(address: unknown, crossOrigin: CrossOrigin): void {
  const url = typeof address === 'string' ? safeUrl(address) : null;
  if (url === null || /^(data|blob):/i.test(url)) return;
  const key = `${crossOrigin} ${url}`;
  const known = held.get(key);
  held.delete(key);
  if (known) {
    held.set(key, known);
    return;
  }
  const image = new Image();
  image.crossOrigin = crossOrigin;
  image.decoding = 'async';
  image.fetchPriority = 'low';
  image.src = url;
  held.set(key, image);
  const [oldest] = held.keys();
  if (held.size > MOST && oldest !== undefined) {
    // A fetch that still runs is ended: the person went on to something else.
    held.get(oldest)?.removeAttribute('src');
    held.delete(oldest);
  }
}

/** Pictures that are held, for tests. */
export function preloaded(): readonly string[] {
  return [...held.values()].map((image) => image.src);
}
