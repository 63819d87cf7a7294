/**
 * The pointer over a text: a drag selects and makes a span, a click takes the innermost span, a double click
 * takes a word. Text that was selected before a label was chosen becomes a span when one is; on touch
 * screens, where a long press selects, that is the usual order.
 */
import { blockOf, type Surface, wordAt } from '@labelkeep/text';
import type { SpanView } from './span-view';

/** Pixels that a hand trembles. */
const STILL = 3;
/** After a finger left the screen the browser still settles its selection. Milliseconds. */
const SETTLE = 300;

export class TextPointer {
  private readonly abort = new AbortController();
  private readonly off: () => void;
  private began: { x: number; y: number; multi: boolean } | null = null;
  /** A selection that waits for a label. */
  private waiting: { readonly start: number; readonly end: number } | null = null;
  private settling = 0;
  /** What shows the hand, and its own cursor. */
  private pointed: { readonly element: HTMLElement; readonly before: string } | null = null;

  constructor(
    private readonly view: SpanView,
    private readonly surface: Surface,
    private readonly page: Document,
  ) {
    const { element } = surface;
    const { signal } = this.abort;
    element.addEventListener('pointerdown', (event) => this.down(event), { signal });
    element.addEventListener('pointermove', (event) => this.hover(event), { signal });
    element.addEventListener('pointerleave', () => this.leave(), { signal });
    element.addEventListener('dblclick', (event) => this.doubleClick(event), { signal });
    element.addEventListener('touchend', () => this.touched(), { signal, passive: true });
    for (const document of new Set([page, element.ownerDocument])) {
      document.addEventListener('pointerup', (event) => this.up(event), { signal });
      document.addEventListener('pointercancel', () => (this.began = null), { signal });
    }
    this.off = view.context.editor.labels.changed.subscribe(() => this.labelChosen());
  }

  /** Nothing of it is drawn. */
  update(): void {}

  destroy(): void {
    this.abort.abort();
    clearTimeout(this.settling);
    this.off();
  }

  private get selectable(): boolean {
    return this.view.context.node.bool('selectionEnabled', true);
  }

  private get armed(): boolean {
    return this.view.context.editor.labels.activeControls(this.view.name).length > 0;
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.waiting = null;
    this.began = { ...this.at(event), multi: event.ctrlKey || event.metaKey };
  }

  private up(event: PointerEvent): void {
    const { began, surface } = this;
    this.began = null;
    if (!began) return;
    const { x, y } = this.at(event);
    const moved = Math.hypot(x - began.x, y - began.y) > STILL;
    const selection = surface.selection();
    if (moved && selection && selection.end > selection.start) {
      this.mark(selection.start, selection.end);
      return;
    }
    if (moved || event.detail > 1) return;
    this.click(x, y, began.multi);
  }

  /** A long press of a finger selects a word, and the browser says so some time after the finger left. */
  private touched(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const selection = this.surface.selection();
      if (selection && selection.end > selection.start) this.mark(selection.start, selection.end);
    }, SETTLE) as unknown as number;
  }

  private mark(start: number, end: number): void {
    const { editor } = this.view.context;
    const controls = editor.labels.controls(this.view.name);
    // Where nothing labels this text, people select it to read or to copy.
    if (!this.selectable || controls.length === 0) return;
    if (this.armed || editor.readonly || controls.some((control) => control.bool('allowEmpty'))) {
      this.view.createSpan(start, end);
      return;
    }
    this.waiting = { start, end };
    editor.notify('info', 'Choose a label for the selected text.');
  }

  private labelChosen(): void {
    const { waiting } = this;
    if (!waiting || !this.armed) return;
    this.waiting = null;
    const now = this.surface.selection();
    if (now?.start === waiting.start && now.end === waiting.end) this.view.createSpan(now.start, now.end);
  }

  /** Where an event happened in the page's window; events of a frame are counted from the frame. */
  private at(event: MouseEvent): { x: number; y: number } {
    const framed = (event.view as Window | null) !== this.page.defaultView;
    const { x, y } = framed ? this.surface.origin : { x: 0, y: 0 };
    return { x: event.clientX + x, y: event.clientY + y };
  }

  /** A click selects the innermost span; a second click on it unselects; ctrl adds. */
  private click(x: number, y: number, multi: boolean): void {
    const { view } = this.view.context.editor.document;
    const hit = this.hit(x, y);
    if (!hit) {
      if (!multi) view.select([]);
      return;
    }
    if (multi) view.toggle(hit);
    else view.select(view.single === hit ? [] : [hit]);
  }

  /** A double click takes the word when a label is armed. */
  private doubleClick(event: MouseEvent): void {
    const { surface } = this;
    if (!this.armed || !this.selectable) return;
    const { x, y } = this.at(event);
    const at = surface.offsetAt(x, y);
    if (at === null) return;
    const block = blockOf(surface.text, surface.breaks, at);
    const found = wordAt(surface.text, at);
    const word = found && { start: Math.max(found.start, block.start), end: Math.min(found.end, block.end) };
    if (word) this.view.createSpan(word.start, word.end);
  }

  private hover(event: PointerEvent): void {
    if (this.began || event.buttons !== 0) return;
    const { x, y } = this.at(event);
    const hit = this.hit(x, y);
    this.view.context.editor.document.view.hover(hit);
    this.point(hit === null ? null : (event.target as HTMLElement | null));
  }

  private leave(): void {
    this.view.context.editor.document.view.hover(null);
    this.point(null);
  }

  /**
   * Shows the hand over a span. On the element right under the pointer: set on the whole text it would be inherited by
   * every block of it, each with a style for every colour of spans.
   */
  private point(element: HTMLElement | null): void {
    const { pointed } = this;
    if (pointed?.element === element) return;
    if (pointed) pointed.element.style.cursor = pointed.before;
    this.pointed = element?.style ? { element, before: element.style.cursor } : null;
    if (this.pointed) this.pointed.element.style.cursor = 'pointer';
  }

  private hit(x: number, y: number): string | null {
    const { surface } = this;
    const at = surface.offsetAt(x, y);
    if (at === null || !surface.isOver(x, y, at)) return null;
    // A caret place lies between two characters: the point is over one of them.
    const before = surface
      .rects(at - 1, at)
      .some((rect) => x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom);
    return this.view.spanAt(before && at > 0 ? at - 1 : at);
  }
}
