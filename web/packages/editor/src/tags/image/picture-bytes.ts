/**
 * Pictures that can be had as bytes: those of this server and inline ones. They are decoded off the page's thread. (An image
 * element is decoded on it: 140 ms for 12 megapixels.)
 */

/** The bytes of a picture; null where they must be left to an image element. Throws when the network does. */
export async function pictureBytes(
  url: string,
  signal: AbortSignal,
  priority: RequestPriority = 'auto',
): Promise<Blob | null> {
  const { protocol } = new URL(url, document.baseURI);
  if (protocol === 'data:') {
    const comma = url.indexOf(',');
    const [type = '', ...parameters] = url.slice('data:'.length, comma).toLowerCase().split(';');
    if (!parameters.includes('base64')) return null;
    const text = atob(url.slice(comma + 1));
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new Blob([bytes], { type });
  }
  if (!isOwn(url)) return null;
  // Storage may send one on to another server, whose pictures are the image element's work.
  const answer = await fetch(url, { redirect: 'manual', signal, priority });
  return answer.ok ? answer.blob() : null;
}

/** Is this an address of the page's own server? */
export function isOwn(url: string): boolean {
  const { protocol, origin } = new URL(url, document.baseURI);
  return origin === location.origin && /^https?:$/.test(protocol);
}

/** Decodes a picture; null for what is no bitmap. */
export async function decode(bytes: Blob | null): Promise<ImageBitmap | null> {
  return bytes && !bytes.type.includes('svg') ? createImageBitmap(bytes) : null;
}
