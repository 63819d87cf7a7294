/**
 * A finger that stays on a row or a tab opens its menu. Some browsers make a `contextmenu` event of it themselves; where none
 * comes, one is made here when the finger is lifted: a menu that opened under it would be closed by that. The data is left
 * alone: there a finger draws.
 */

/** Milliseconds that a finger stays; browsers that know the gesture take about as long. */
const HELD = 550;
/** Pixels that it may move meanwhile. */
const STILL = 10;
/** What has a menu. */
const WITH_MENU = '[role="treeitem"], [role="tab"]';

/** Returns the function that ends it. */
export function bindLongPress(root: HTMLElement): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let began: { readonly event: PointerEvent; readonly on: Element } | null = null;
  const give = () => {
    began = null;
  };
  const isHeld = (event: Event) => began !== null && event.timeStamp - began.event.timeStamp >= HELD;
  root.addEventListener(
    'pointerdown',
    (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const on = target?.closest(WITH_MENU);
      const isFinger = event.pointerType === 'touch' && event.isPrimary;
      began = isFinger && on && !target?.closest('input, textarea') ? { event, on } : null;
    },
    { signal },
  );
  root.addEventListener(
    'pointermove',
    (event) => {
      if (!began) return;
      const { clientX, clientY } = began.event;
      if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > STILL) give();
    },
    { signal },
  );
  root.addEventListener('pointercancel', give, { signal });
  // The browser's own: one menu is enough.
  root.addEventListener('contextmenu', give, { signal, capture: true });
  root.addEventListener(
    'touchend',
    (event) => {
      if (!began || !isHeld(event)) return give();
      const { on, event: press } = began;
      give();
      // No click follows: what lies under the finger is not pressed.
      event.preventDefault();
      const { clientX, clientY } = press;
      const menu = new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY, button: 2 });
      setTimeout(() => on.dispatchEvent(menu));
    },
    { signal, passive: false },
  );
  return () => abort.abort();
}
