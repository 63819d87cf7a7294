/** Long work in slices, between which the page draws and answers. */

/** Milliseconds of work at a time: what is left of a frame in which the page draws and answers. */
const SLICE = 4;

/**
 * Calls `work` for 0 … `count` − 1, or until it gives false. A page that is not seen has nobody to answer to, and slow timers:
 * there it is done at once.
 */
export async function inSlices(count: number, work: (index: number) => boolean | void): Promise<void> {
  let until = performance.now() + SLICE;
  for (let index = 0; index < count; index++) {
    if (work(index) === false) return;
    if (performance.now() < until || globalThis.document?.visibilityState === 'hidden') continue;
    // A plain timer: what browsers offer for going on soonest goes before the frames, too.
    await new Promise((resolve) => setTimeout(resolve));
    until = performance.now() + SLICE;
  }
}
