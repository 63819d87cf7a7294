/**
 * Selecting text with the keyboard: arrow keys move a caret (ctrl: by words), shift selects, Enter
 * makes the span. The browser's own selection does the moving, so that right-to-left text, lines
 * and combined characters behave as everywhere else; only the caret is drawn here, because browsers
 * show none outside of editable text.
 */
import { type Surface, step } from '@labelkeep/text';
import type { SpanView } from './span-view';
import styles from './text.module.css';

const MOVES: ReadonlyMap<string, { readonly direction: string; readonly by: string; readonly byCtrl: string }> =
  new Map([
    ['ArrowRight', { direction: 'right', by: 'character', byCtrl: 'word' }],
    ['ArrowLeft', { direction: 'left', by: 'character', byCtrl: 'word' }],
    ['ArrowDown', { direction: 'forward', by: 'line', byCtrl: 'paragraph' }],
    ['ArrowUp', { direction: 'backward', by: 'line', byCtrl: 'paragraph' }],
    ['Home', { direction: 'backward', by: 'lineboundary', byCtrl: 'documentboundary' }],
    ['End', { direction: 'forward', by: 'lineboundary', byCtrl: 'documentboundary' }],
  ]);

export class TextKeyboard {
  private readonly caret: HTMLElement;
  private readonly abort = new AbortController();
  private byKeyboard = false;

  constructor(
    private readonly view: SpanView,
    private readonly surface: Surface,
    private readonly scroller: HTMLElement,
  ) {
    const { element } = surface;
    const { ownerDocument } = element;
    this.caret = scroller.ownerDocument.createElement('div');
    this.caret.className = styles['caret'] ?? '';
    this.caret.hidden = true;
    scroller.append(this.caret);
    const { signal } = this.abort;
    element.addEventListener('keydown', (event) => this.key(event), { signal });
    element.addEventListener('focus', () => this.focused(), { signal });
    element.addEventListener('blur', () => this.show(false), { signal });
    element.addEventListener('pointerdown', () => this.show(false), { signal });
    ownerDocument.addEventListener('selectionchange', () => this.byKeyboard && this.draw(), { signal });
  }

  /** The text moved on the screen. */
  update(): void {
    if (this.byKeyboard) this.draw(false);
  }

  destroy(): void {
    this.abort.abort();
    this.caret.remove();
  }

  private focused(): void {
    if (!this.surface.element.matches(':focus-visible')) return;
    this.ensureCaret();
    this.show(true);
  }

  private key(event: KeyboardEvent): void {
    const selection = this.surface.browserSelection();
    if (!selection || event.target !== this.surface.element) return;
    const move = MOVES.get(event.key);
    if (move && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      this.ensureCaret();
      const before = this.surface.selection();
      const by = event.ctrlKey || event.metaKey ? move.byCtrl : move.by;
      if (by === 'documentboundary')
        this.place(move.direction === 'forward' ? this.surface.text.length : 0, event.shiftKey);
      else selection.modify(event.shiftKey ? 'extend' : 'move', move.direction, by);
      // The browser's caret may leave the text at its ends; ours stays.
      if (before && !this.isInside(selection)) this.place(before.focus, event.shiftKey);
      this.show(true);
      return;
    }
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      const range = this.surface.selection();
      if (!range) return;
      event.preventDefault();
      event.stopPropagation();
      if (range.end > range.start) {
        const id = this.view.createSpan(range.start, range.end);
        if (id !== null) this.place(range.end);
      } else this.selectAt(range.focus);
    }
  }

  /** Enter without a selection selects the span under the caret. */
  private selectAt(place: number): void {
    const id = this.view.spanAt(place);
    if (id !== null) this.view.context.editor.document.view.select([id]);
  }

  /** Puts the caret to the first visible character when there is none in the text. */
  private ensureCaret(): void {
    if (this.surface.selection()) return;
    const { start } = this.view.visibleStretch();
    this.place(start);
  }

  private isInside(selection: Selection): boolean {
    const { anchorNode, focusNode } = selection;
    const { element } = this.surface;
    return element.contains(anchorNode) && element.contains(focusNode);
  }

  private place(offset: number, extend = false): void {
    const range = this.surface.liveRange(offset, offset);
    const selection = this.surface.browserSelection();
    if (!range || !selection) return;
    if (extend && this.isInside(selection)) selection.extend(range.startContainer, range.startOffset);
    else selection.setBaseAndExtent(range.startContainer, range.startOffset, range.startContainer, range.startOffset);
  }

  private show(on: boolean): void {
    this.byKeyboard = on;
    this.caret.hidden = !on;
    if (on) this.draw();
  }

  private draw(follow = true): void {
    const selection = this.surface.selection();
    if (!selection) return;
    const { focus } = selection;
    const { text } = this.surface;
    const after = this.surface.rects(focus, Math.min(text.length, step(text, focus, 1, 'symbol')))[0];
    const before = this.surface.rects(Math.max(0, focus - 1), focus).at(-1);
    const rect = after ?? before;
    if (!rect) return;
    const box = this.scroller.getBoundingClientRect();
    const x = (after ? rect.left : rect.right) - box.left + this.scroller.scrollLeft;
    const y = rect.top - box.top + this.scroller.scrollTop;
    this.caret.style.transform = `translate(${x}px, ${y}px)`;
    this.caret.style.height = `${rect.height}px`;
    if (follow) this.caret.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
