/** Small pictures that the server makes of those that go through it. */

/** Pixels of the longer side, as the server makes them. */
const SIDES = [240, 640] as const;

/** Addresses of ours behind which a picture goes through the server: uploads, objects of storages, files of its folders. */
const OURS =
  /^\/(tasks\/\d+\/resolve\/\?|projects\/\d+\/resolve\/\?|data\/upload\/|data\/local-files\/\?|storage-data\/uploaded\/\?)/;

/** Where a picture of at least so many pixels is; the address itself where the server makes no small ones. */
export function thumbnailOf(url: string, pixels: number): string {
  if (!OURS.test(url) || url.includes('#')) return url;
  const side = SIDES.find((each) => each >= pixels) ?? SIDES[1];
  return `${url}${url.includes('?') ? '&' : '?'}thumbnail=${side}`;
}
