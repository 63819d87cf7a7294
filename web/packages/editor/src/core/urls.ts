/** Addresses from data are loaded only when their scheme is harmless. */

const DATA = /^data:(image\/(png|jpe?g|gif|webp|bmp|avif|x-icon|vnd\.microsoft\.icon)|audio\/[\w.+-]+)[;,]/i;

/**
 * The address when it may be loaded: http, https, blob, addresses of this site, and data of raster
 * images and audio. Null otherwise (`javascript:`, `file:`, SVG data, …).
 */
export function safeUrl(address: string): string | null {
  const text = address.trim();
  if (text === '') return null;
  if (/^data:/i.test(text)) return DATA.test(text) ? text : null;
  // Browsers drop control characters before they read the scheme; so does this test.
  const bare = Array.from(text)
    .filter((char) => char > ' ')
    .join('');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bare)?.[1]?.toLowerCase();
  if (scheme === undefined) return text;
  return scheme === 'http' || scheme === 'https' || scheme === 'blob' ? text : null;
}
