/**
 * The Text object in the page: shows the text, colours its spans, and turns selections into
 * regions. Drawing follows the store by batches; nothing is drawn again that did not change.
 */
import { CodePoints, type Granularity, HighlightPainter, snap, TextSurface, wordAt } from '@labelkeep/text';
import type { AnnotationDocument } from '../../core/document';
import type { ObjectContext, ObjectHandle } from '../../core/tag';
import type { Region } from '../../core/types';
import { TextChips } from './chips';
import { spanActions } from './edit-span';
import { TextHandles } from './handles';
import { TextKeyboard } from './keyboard';
import { loadText } from './load';
import type { SpanGeometry } from './shape';
import styles from './text.module.css';

/** Opacity of fills: texts need more than shapes to be seen, and less than full to be read. */
const MIN_FILL = 0.28;

export function mountText(host: HTMLElement, context: ObjectContext): ObjectHandle {
  const view = new TextView(host, context);
  return view;
}

export class TextView implements ObjectHandle {
  readonly ready: Promise<void>;
  surface: TextSurface | null = null;
  points: CodePoints = new CodePoints('');
  private readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly abort = new AbortController();
  private readonly offs: (() => void)[] = [];
  private documentOffs: (() => void)[] = [];
  private painter: HighlightPainter | null = null;
  private chips: TextChips | null = null;
  private handles: TextHandles | null = null;
  private keyboard: TextKeyboard | null = null;
  private pointer: { x: number; y: number; multi: boolean } | null = null;
  private emphasised = new Set<string>();

  constructor(
    host: HTMLElement,
    readonly context: ObjectContext,
  ) {
    const { ownerDocument } = host;
    this.root = ownerDocument.createElement('div');
    this.root.className = styles['root'] ?? '';
    this.scroller = ownerDocument.createElement('div');
    this.scroller.className = styles['scroller'] ?? '';
    this.root.append(this.scroller);
    host.append(this.root);
    this.ready = this.start();
  }

  get name(): string {
    return this.context.node.name;
  }

  destroy(): void {
    this.abort.abort();
    for (const off of [...this.offs, ...this.documentOffs]) off();
    this.painter?.destroy();
    this.chips?.destroy();
    this.handles?.destroy();
    this.keyboard?.destroy();
    this.root.remove();
  }

  reveal(regionId: string): void {
    const span = this.painter?.get(regionId);
    const { surface } = this;
    if (!span || !surface) return;
    surface.reveal(span.start);
    // Blocks far away have an estimated height until they are laid out: look again one frame later.
    this.root.ownerDocument.defaultView?.requestAnimationFrame(() => {
      if (!this.abort.signal.aborted) surface.reveal(span.start);
    });
  }

  box(): DOMRect {
    return this.scroller.getBoundingClientRect();
  }

  drawnCount(): number {
    if (!this.surface || !this.painter) return 0;
    const { start, end } = this.visibleStretch();
    return this.painter.index.overlapping(start, end).length;
  }

  documentChanged(): void {
    for (const off of this.documentOffs) off();
    this.documentOffs = [];
    this.follow(this.context.editor.document);
  }

  cancel(): boolean {
    const selection = this.root.ownerDocument.getSelection();
    if (!selection || selection.isCollapsed || !this.surface?.selection()) return false;
    selection.removeAllRanges();
    return true;
  }

  /** Makes a region of a stretch of UTF-16 units; the labels' granularity decides the ends. */
  createSpan(start: number, end: number): string | null {
    const { editor } = this.context;
    if (!this.surface) return null;
    const snapped = snap(this.surface.text, { start, end }, this.granularity());
    if (!snapped) return null;
    const id = editor.createRegion({
      object: this.name,
      kind: 'text',
      geometry: this.geometry(snapped.start, snapped.end),
    });
    if (id !== null) this.root.ownerDocument.getSelection()?.removeAllRanges();
    return id;
  }

  /** Geometry of a stretch of UTF-16 units. */
  geometry(start: number, end: number): SpanGeometry {
    const text = this.surface?.text.slice(start, end) ?? '';
    const stretch = { start: this.points.fromUnit(start), end: this.points.fromUnit(end) };
    return this.savesText() ? { ...stretch, text } : stretch;
  }

  fitGeometry(geometry: unknown): unknown {
    if (!this.surface) return geometry;
    const { start, end } = geometry as SpanGeometry;
    const units = { start: this.points.toUnit(start), end: this.points.toUnit(end) };
    return units.end > units.start ? this.geometry(units.start, units.end) : geometry;
  }

  /** UTF-16 units of a region, clamped to the text. */
  units(region: Region): { start: number; end: number } {
    const { start, end } = region.geometry as SpanGeometry;
    return { start: this.points.toUnit(start), end: this.points.toUnit(end) };
  }

  /** Snapping in force: that of the armed label, of the object, or single symbols. */
  granularity(): Granularity {
    const { editor, node } = this.context;
    const all = ['symbol', 'word', 'sentence', 'paragraph'] as const;
    for (const control of editor.labels.activeControls(this.name)) {
      for (const stored of editor.labels.active(control.name)) {
        const own = all.find((word) => word === editor.labels.find(control.name, stored)?.granularity);
        if (own) return own;
      }
    }
    return node.oneOf('granularity', all, 'symbol');
  }

  private async start(): Promise<void> {
    let text: string;
    try {
      text = await loadText(this.context, this.abort.signal);
    } catch (error) {
      if (!this.abort.signal.aborted) this.showError(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.abort.signal.aborted) return;
    const { editor, node } = this.context;
    this.points = new CodePoints(text);
    const surface = new TextSurface(this.root.ownerDocument, text);
    this.surface = surface;
    surface.element.className = styles['text'] ?? '';
    surface.element.tabIndex = 0;
    surface.element.setAttribute('role', 'document');
    surface.element.setAttribute(
      'aria-label',
      `Text ${node.name}. Arrow keys move, shift and arrow keys select, Enter labels.`,
    );
    surface.element.dir = 'auto';
    for (const block of surface.blockElements) block.className = styles['block'] ?? '';
    this.scroller.append(surface.element);
    this.painter = new HighlightPainter(surface);
    this.chips = new TextChips(this, surface, this.painter, this.scroller);
    this.handles = new TextHandles(this, surface, this.scroller);
    this.keyboard = new TextKeyboard(this, surface, this.scroller);
    this.listen(surface);
    this.offs.push(editor.actions.register(spanActions(this)));
    this.offs.push(editor.settings.changed.subscribe(() => this.layoutOptions()));
    this.layoutOptions();
    this.follow(editor.document);
  }

  private layoutOptions(): void {
    const { node } = this.context;
    this.root.classList.toggle(styles['labelled'] ?? '', this.showsLabels());
    this.root.classList.toggle(styles['unselectable'] ?? '', !node.bool('selectionEnabled', true));
    this.chips?.update();
  }

  showsLabels(): boolean {
    const { editor, node } = this.context;
    return node.bool('showLabels', editor.settings.get('regionLabels'));
  }

  private savesText(): boolean {
    const { node } = this.context;
    const url = node.oneOf('valueType', ['text', 'url'], 'text') === 'url';
    return node.oneOf('saveTextResult', ['yes', 'no', 'none'], url ? 'no' : 'yes') === 'yes';
  }

  /** Shows a document and follows it. */
  private follow(document: AnnotationDocument): void {
    const { painter } = this;
    if (!painter) return;
    this.emphasised = new Set();
    painter.load(
      [...document.store.onObject(this.name)]
        .filter((region) => region.kind === 'text')
        .map((region) => this.painted(region, document)),
    );
    this.documentOffs = [
      document.store.changed.subscribe(({ added, updated, removed }) => {
        for (const id of removed) painter.delete(id);
        for (const id of [...added, ...updated]) {
          const region = document.store.get(id);
          if (region?.kind === 'text' && region.object === this.name) painter.set(this.painted(region, document));
        }
        this.drawLater();
      }),
      document.view.changed.subscribe((ids) => {
        for (const id of ids) this.showState(id, document);
        this.drawLater();
      }),
    ];
    for (const id of document.view.selected) this.showState(id, document);
    this.drawLater();
  }

  private painted(region: Region, document: AnnotationDocument) {
    const { editor, node } = this.context;
    const style = editor.labels.style(region);
    const fixed = node.has('highlightColor') ? editor.color(node.get('highlightColor')) : null;
    return {
      id: region.id,
      ...this.units(region),
      color: fixed ?? style.color,
      opacity: Math.max(MIN_FILL, style.fillOpacity),
      hidden: document.view.isHidden(region.id),
    };
  }

  private showState(id: string, document: AnnotationDocument): void {
    const { painter } = this;
    const span = painter?.get(id);
    if (!painter || !span) return;
    const hidden = document.view.isHidden(id);
    if (span.hidden !== hidden) painter.set({ ...span, hidden });
    const emphasis = document.view.isSelected(id) ? 'selected' : document.view.hovered === id ? 'hovered' : 'none';
    if (emphasis === 'none' && !this.emphasised.has(id)) return;
    if (emphasis === 'none') this.emphasised.delete(id);
    else this.emphasised.add(id);
    painter.emphasise(id, emphasis);
  }

  private drawDue = false;
  private drawLater(): void {
    if (this.drawDue) return;
    this.drawDue = true;
    this.root.ownerDocument.defaultView?.requestAnimationFrame(() => {
      this.drawDue = false;
      if (this.abort.signal.aborted) return;
      this.chips?.update();
      this.handles?.update();
    });
  }

  private listen(surface: TextSurface): void {
    const { signal } = this.abort;
    const document = this.root.ownerDocument;
    surface.element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        this.pointer = { x: event.clientX, y: event.clientY, multi: event.ctrlKey || event.metaKey };
      },
      { signal },
    );
    document.addEventListener('pointerup', (event) => this.pointerUp(event), { signal });
    document.addEventListener('pointercancel', () => (this.pointer = null), { signal });
    surface.element.addEventListener('pointermove', (event) => this.hover(event), { signal });
    surface.element.addEventListener('pointerleave', () => this.context.editor.document.view.hover(null), { signal });
    surface.element.addEventListener('dblclick', (event) => this.doubleClick(event), { signal });
    const redraw = () => this.drawLater();
    // Any scroller around the text moves it; scroll events do not bubble, so they are captured.
    document.addEventListener('scroll', redraw, { signal, capture: true, passive: true });
    const observer = new ResizeObserver(redraw);
    observer.observe(this.scroller);
    this.offs.push(() => observer.disconnect());
  }

  private pointerUp(event: PointerEvent): void {
    const began = this.pointer;
    this.pointer = null;
    const { surface } = this;
    if (!began || !surface) return;
    const moved = Math.hypot(event.clientX - began.x, event.clientY - began.y) > 3;
    const selection = surface.selection();
    if (moved && selection && selection.end > selection.start) {
      if (this.context.node.bool('selectionEnabled', true)) this.createSpan(selection.start, selection.end);
      return;
    }
    if (moved || event.detail > 1) return;
    this.click(event.clientX, event.clientY, began.multi);
  }

  /** A click selects the innermost span; a second click on it unselects; ctrl adds. */
  private click(x: number, y: number, multi: boolean): void {
    const { view } = this.context.editor.document;
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
    const { editor } = this.context;
    if (!surface || editor.labels.activeControls(this.name).length === 0) return;
    const at = surface.offsetAt(event.clientX, event.clientY);
    const word = at === null ? null : wordAt(surface.text, at);
    if (word && this.context.node.bool('selectionEnabled', true)) this.createSpan(word.start, word.end);
  }

  private hover(event: PointerEvent): void {
    if (this.pointer || event.buttons !== 0) return;
    const hit = this.hit(event.clientX, event.clientY);
    this.context.editor.document.view.hover(hit);
    this.surface?.element.classList.toggle(styles['pointing'] ?? '', hit !== null);
  }

  private hit(x: number, y: number): string | null {
    const { surface, painter } = this;
    const at = surface?.offsetAt(x, y) ?? null;
    if (!surface || !painter || at === null || !surface.isOver(x, y, at)) return null;
    // A caret place lies between two characters: the point is over one of them.
    const before = surface
      .rects(at - 1, at)
      .some((rect) => x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom);
    const hits = painter.index.at(before && at > 0 ? at - 1 : at);
    return hits[0]?.id ?? null;
  }

  /** Offsets on screen now. */
  visibleStretch(): { start: number; end: number } {
    const box = this.scroller.getBoundingClientRect();
    const view = this.root.ownerDocument.defaultView;
    const bottom = Math.min(box.bottom, view?.innerHeight ?? box.bottom);
    return this.surface?.visible(Math.max(0, box.top), bottom) ?? { start: 0, end: 0 };
  }

  private showError(message: string): void {
    const note = this.root.ownerDocument.createElement('div');
    note.className = styles['error'] ?? '';
    note.setAttribute('role', 'alert');
    note.textContent = message;
    this.scroller.replaceChildren(note);
  }
}
