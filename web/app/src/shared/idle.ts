/** Work that nobody waits for: it gives way to what the page is about to show. */

/** Milliseconds after which it is done at any rate: a page that is not seen is never idle. */
const LATEST = 300;

/** Calls back once, when the page has nothing to draw. Returns the function that calls it off. */
export function whenIdle(work: () => void): () => void {
  // Safari has no such callback.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(work, LATEST / 3);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(work, { timeout: LATEST });
  return () => cancelIdleCallback(request);
}
