/**
 * Keeps a popup at its field. The popup stands in the page's top layer, so that neither scrolling
 * areas nor styles of a configuration cut it off.
 */
import { type RefObject, useLayoutEffect } from 'react';

const GAP = 4;
const MARGIN = 8;

export function useAnchor(popup: RefObject<HTMLElement | null>, field: RefObject<HTMLElement | null>, open: boolean) {
  useLayoutEffect(() => {
    const [element, anchor] = [popup.current, field.current];
    const view = element?.ownerDocument.defaultView;
    if (!open || !element || !anchor || !view) return;
    element.showPopover();
    const place = () => {
      const box = anchor.getBoundingClientRect();
      const under = view.innerHeight - box.bottom - GAP - MARGIN;
      const over = box.top - GAP - MARGIN;
      const up = under < Math.min(260, element.scrollHeight) && over > under;
      const { style } = element;
      style.minWidth = `${Math.min(box.width, view.innerWidth - 2 * MARGIN)}px`;
      style.maxHeight = `${Math.max(160, Math.min(440, up ? over : under))}px`;
      style.top = up ? 'auto' : `${box.bottom + GAP}px`;
      style.bottom = up ? `${view.innerHeight - box.top + GAP}px` : 'auto';
      style.left = `${Math.max(MARGIN, Math.min(box.left, view.innerWidth - element.offsetWidth - MARGIN))}px`;
    };
    place();
    const observer = new ResizeObserver(place);
    observer.observe(anchor);
    observer.observe(element);
    view.addEventListener('resize', place);
    view.addEventListener('scroll', place, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      view.removeEventListener('resize', place);
      view.removeEventListener('scroll', place, { capture: true });
      if (element.isConnected && element.matches(':popover-open')) element.hidePopover();
    };
  }, [popup, field, open]);
}
