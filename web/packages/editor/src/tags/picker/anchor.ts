/**
 * Keeps a popup at its field. The popup stands in the page's top layer, so that neither scrolling
 * areas nor styles of a configuration cut it off.
 */
import { type RefObject, useLayoutEffect } from 'react';
import { SCOPE_ATTRIBUTE } from '../style';

const GAP = 4;
const MARGIN = 8;
/** Less than this below the field is too little for a list, pixels. */
const LEAST = 260;

export function useAnchor(popup: RefObject<HTMLElement | null>, field: RefObject<HTMLElement | null>, open: boolean) {
  useLayoutEffect(() => {
    const [element, anchor] = [popup.current, field.current];
    const view = element?.ownerDocument.defaultView;
    if (!open || !element || !anchor || !view) return;
    element.showPopover();
    const giveBack = makeRoom(anchor, Math.min(LEAST, element.scrollHeight) + GAP + MARGIN);
    const place = () => {
      const box = anchor.getBoundingClientRect();
      const under = view.innerHeight - box.bottom - GAP - MARGIN;
      const over = box.top - GAP - MARGIN;
      const up = under < Math.min(LEAST, element.scrollHeight) && over > under;
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
      giveBack();
      if (element.isConnected && element.matches(':popover-open')) element.hidePopover();
    };
  }, [popup, field, open]);
}

/**
 * Scrolls the labeling area so that the popup has its place below the field: above it, it would cover what the
 * question is about. Returns the function that takes the room away again.
 */
function makeRoom(anchor: HTMLElement, wanted: number): () => void {
  const area = anchor.closest<HTMLElement>(`[${SCOPE_ATTRIBUTE}]`);
  const view = anchor.ownerDocument.defaultView;
  if (!area || !view) return () => {};
  const box = anchor.getBoundingClientRect();
  const lack = Math.ceil(wanted - (view.innerHeight - box.bottom)) + 1;
  // The field itself stays in sight.
  const room = Math.min(lack, box.top - area.getBoundingClientRect().top - MARGIN);
  if (room <= 0) return () => {};
  const before = area.scrollTop;
  area.style.setProperty('--ed-room', `${room}px`);
  area.scrollTop = before + room;
  return () => {
    area.style.removeProperty('--ed-room');
    area.scrollTop = Math.min(area.scrollTop, before);
  };
}
