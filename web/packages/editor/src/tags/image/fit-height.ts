/**
 * The height of an image without a height of its own: all that the page has left above what follows
 * it, and at least half of what is visible, so that neither the picture nor the questions below get lost.
 */

/** Least part of the visible area. */
const LEAST_PART = 0.55;
const LEAST_PIXELS = 320;

/**
 * Room that was needed below the image with this configuration. A question about a region comes with its selection and goes
 * again; were the room given back each time, the picture would jump away under the pointer that has just selected.
 */
let kept = { key: '', room: '', pixels: 0 };

/** Keeps the height fitted; `key` names configuration and object. Returns the function that stops. */
export function fitHeight(element: HTMLElement, key: string): () => void {
  const scroller = scrollerOf(element);
  if (!scroller) return () => undefined;
  let frame = 0;
  const fit = () => {
    frame = 0;
    const room = `${scroller.clientWidth}x${scroller.clientHeight}`;
    if (kept.key !== key || kept.room !== room) kept = { key, room, pixels: 0 };
    kept.pixels = Math.max(kept.pixels, followingPixels(element, scroller));
    const wanted = Math.round(heightFor(element, scroller, kept.pixels));
    // A pixel more or less would only make the view jump.
    if (Math.abs(wanted - element.offsetHeight) > 2) element.style.height = `${wanted}px`;
  };
  const observer = new ResizeObserver(() => {
    frame ||= requestAnimationFrame(fit);
  });
  observer.observe(scroller);
  // It may have been hidden until now.
  observer.observe(element);
  // What stands above may grow (a label palette that wraps), and what stands below.
  const watch = () => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      for (const sibling of at.children) if (!sibling.contains(element)) observer.observe(sibling);
      if (at === scroller) break;
    }
  };
  // It may come later (a notice over a prediction) and go again.
  const arrivals = new MutationObserver(() => {
    watch();
    frame ||= requestAnimationFrame(fit);
  });
  for (let at = element.parentElement; at; at = at.parentElement) {
    arrivals.observe(at, { childList: true });
    if (at === scroller) break;
  }
  watch();
  fit();
  return () => {
    cancelAnimationFrame(frame);
    arrivals.disconnect();
    observer.disconnect();
  };
}

function heightFor(element: HTMLElement, scroller: HTMLElement, following: number): number {
  const above = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  const below = (Number.parseFloat(getComputedStyle(scroller).paddingBottom) || 0) + following + 2;
  const room = scroller.clientHeight;
  return Math.max(LEAST_PIXELS, room * LEAST_PART, room - above - below);
}

/** What lies under the image; columns beside it do not count. */
function followingPixels(element: HTMLElement, scroller: HTMLElement): number {
  const own = element.getBoundingClientRect();
  let following = 0;
  for (let at: HTMLElement = element; at !== scroller; ) {
    for (let next = at.nextElementSibling; next; next = next.nextElementSibling) {
      const box = next.getBoundingClientRect();
      if (box.height > 0 && box.top >= own.bottom - 1) following = Math.max(following, box.bottom - own.bottom);
    }
    if (!at.parentElement) break;
    at = at.parentElement;
  }
  return following;
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (/(auto|scroll)/.test(getComputedStyle(at).overflowY)) return at;
  }
  return null;
}
