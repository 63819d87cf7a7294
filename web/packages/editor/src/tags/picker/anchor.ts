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
    const room = new Room(anchor);
    // Once it stands above there is no going back and forth while the list grows.
    let above = false;
    const place = () => {
      const box = anchor.getBoundingClientRect();
      const under = view.innerHeight - box.bottom - GAP - MARGIN;
      const over = box.top - GAP - MARGIN;
      const up = above || (under < Math.min(LEAST, element.scrollHeight) && over > under);
      above = up;
      const { style } = element;
      style.minWidth = `${Math.min(box.width, view.innerWidth - 2 * MARGIN)}px`;
      style.maxHeight = `${Math.max(160, Math.min(440, up ? over : under))}px`;
      style.top = up ? 'auto' : `${box.bottom + GAP}px`;
      style.bottom = up ? `${view.innerHeight - box.top + GAP}px` : 'auto';
      style.left = `${Math.max(MARGIN, Math.min(box.left, view.innerWidth - element.offsetWidth - MARGIN))}px`;
    };
    const grown = () => {
      if (!above) room.need(Math.min(LEAST, element.scrollHeight) + GAP + MARGIN);
      place();
    };
    grown();
    const observer = new ResizeObserver(grown);
    observer.observe(anchor);
    observer.observe(element);
    view.addEventListener('resize', place);
    view.addEventListener('scroll', place, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      view.removeEventListener('resize', place);
      view.removeEventListener('scroll', place, { capture: true });
      room.giveBack();
      if (element.isConnected && element.matches(':popover-open')) element.hidePopover();
    };
  }, [popup, field, open]);
}

/**
 * Room that the labeling area is scrolled by so that the popup has its place below the field: above it, it would cover
 * what the question is about.
 */
class Room {
  private readonly area: HTMLElement | null;
  private given = 0;
  private readonly before: number;

  constructor(private readonly anchor: HTMLElement) {
    this.area = anchor.closest<HTMLElement>(`[${SCOPE_ATTRIBUTE}]`);
    this.before = this.area?.scrollTop ?? 0;
  }

  /** Makes so many pixels free between the field and the lower edge of the window, as far as the field stays in sight. */
  need(pixels: number): void {
    const { area, anchor } = this;
    const height = anchor.ownerDocument.defaultView?.innerHeight;
    if (!area || height === undefined) return;
    const box = anchor.getBoundingClientRect();
    const lack = Math.ceil(pixels - (height - box.bottom)) + 1;
    const more = Math.floor(Math.min(lack, box.top - area.getBoundingClientRect().top - MARGIN));
    if (lack <= 1 || more <= 0) return;
    const to = Math.ceil(area.scrollTop) + more;
    // A page that did not fill the area takes some of the room before it scrolls.
    for (let missing = more; missing > 0; missing = to - area.scrollTop) {
      this.given += Math.ceil(missing);
      area.style.setProperty('--ed-room', `${this.given}px`);
      area.scrollTop = to;
      if (this.given > 4 * LEAST) break;
    }
  }

  /** The area is as it was. */
  giveBack(): void {
    const { area } = this;
    if (!area || this.given === 0) return;
    area.style.removeProperty('--ed-room');
    area.scrollTop = Math.min(area.scrollTop, this.before);
  }
}
