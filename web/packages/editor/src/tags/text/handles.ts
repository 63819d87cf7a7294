/** The two ends of the selected span as handles: drag them, or focus one and use the arrow keys. */
import { type Surface, step } from '@labelkeep/text';
import type { Gesture } from '../../core/document';
import { moveEnd } from './edit-span';
import type { SpanView } from './span-view';
import styles from './text.module.css';

type Side = 'start' | 'end';

export class TextHandles {
  private readonly elements: Record<Side, HTMLElement>;
  private readonly abort = new AbortController();
  private drag: { side: Side; gesture: Gesture; id: string } | null = null;

  constructor(
    private readonly view: SpanView,
    private readonly surface: Surface,
    private readonly scroller: HTMLElement,
  ) {
    this.elements = { start: this.make('start'), end: this.make('end') };
  }

  /** Puts the handles to the ends of the one selected span, or hides them. */
  update(): void {
    const span = this.span();
    for (const side of ['start', 'end'] as const) {
      const element = this.elements[side];
      if (!span) {
        element.hidden = true;
        continue;
      }
      const rects = this.surface.rects(span.units.start, span.units.end);
      const rect = side === 'start' ? rects[0] : rects.at(-1);
      element.hidden = rect === undefined;
      if (!rect) continue;
      const box = this.scroller.getBoundingClientRect();
      const rtl = getComputedStyle(this.surface.element).direction === 'rtl';
      const x = (side === 'start') !== rtl ? rect.left : rect.right;
      element.style.transform = `translate(${x - box.left + this.scroller.scrollLeft}px, ${rect.top - box.top + this.scroller.scrollTop}px)`;
      element.style.height = `${rect.height}px`;
      element.style.setProperty('--label', this.view.context.editor.labels.style(span.region).color);
      element.setAttribute(
        'aria-valuenow',
        String(this.points?.fromUnit(side === 'start' ? span.units.start : span.units.end) ?? 0),
      );
      element.setAttribute('aria-valuemax', String(this.points?.length ?? 0));
    }
  }

  destroy(): void {
    this.abort.abort();
    for (const element of Object.values(this.elements)) element.remove();
  }

  private span() {
    const { document } = this.view.context.editor;
    const id = document.view.single;
    const region = id === null ? undefined : document.store.get(id);
    if (region?.kind !== this.view.kind || region.object !== this.view.name) return null;
    if (!document.canChange(region.id) || document.view.isHidden(region.id)) return null;
    const units = this.view.units(region);
    return units.end > units.start ? { region, units } : null;
  }

  private get points() {
    return this.view.content?.points;
  }

  private make(side: Side): HTMLElement {
    const element = this.scroller.ownerDocument.createElement('div');
    element.className = `${styles['handle'] ?? ''} ${styles[side] ?? ''}`;
    element.tabIndex = 0;
    element.hidden = true;
    element.setAttribute('role', 'slider');
    element.setAttribute('aria-label', side === 'start' ? 'Start of the selected span' : 'End of the selected span');
    element.setAttribute('aria-valuemin', '0');
    const { signal } = this.abort;
    element.addEventListener('pointerdown', (event) => this.begin(event, side), { signal });
    element.addEventListener('pointermove', (event) => this.move(event), { signal });
    element.addEventListener('pointerup', () => this.finish(true), { signal });
    element.addEventListener('pointercancel', () => this.finish(false), { signal });
    element.addEventListener('keydown', (event) => this.key(event, side), { signal });
    this.scroller.append(element);
    return element;
  }

  private begin(event: PointerEvent, side: Side): void {
    const span = this.span();
    if (!span || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.drag = { side, id: span.region.id, gesture: this.view.context.editor.document.gesture('Change span') };
  }

  private move(event: PointerEvent): void {
    const span = this.drag && this.span();
    if (!this.drag || !span) return;
    // The handle itself lies over the text: it is looked through.
    const handle = event.currentTarget as HTMLElement;
    handle.style.pointerEvents = 'none';
    const at = this.surface.offsetAt(event.clientX, event.clientY);
    handle.style.pointerEvents = '';
    if (at === null) return;
    const { start, end } = span.units;
    const next =
      this.drag.side === 'start' ? { start: Math.min(at, end - 1), end } : { start, end: Math.max(at, start + 1) };
    const snapped = this.view.snap(next.start, next.end);
    if (!snapped) return;
    const { id } = this.drag;
    this.drag.gesture.update((edit) => edit.setGeometry(id, this.view.geometry(snapped.start, snapped.end)));
  }

  private finish(keep: boolean): void {
    if (!this.drag) return;
    if (keep) this.drag.gesture.commit();
    else this.drag.gesture.cancel();
    this.drag = null;
  }

  private key(event: KeyboardEvent, side: Side): void {
    if (event.key === 'Escape' && this.drag) {
      this.finish(false);
      event.stopPropagation();
      return;
    }
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    event.stopPropagation();
    moveEnd(this.view, side, (place) =>
      step(this.surface.text, place, direction, event.ctrlKey || event.altKey ? 'word' : 'symbol'),
    );
  }
}
