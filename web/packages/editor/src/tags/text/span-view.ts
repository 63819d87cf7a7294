/**
 * A text object in the page (Text, HyperText): colours its spans and turns selections into regions.
 * What the text is and how its spans are written is its `SpanContent`. Drawing follows the store by
 * batches; nothing is drawn again that did not change.
 */
import { type CodePoints, type Granularity, HighlightPainter, type Surface, snapBetween } from '@labelkeep/text';
import type { AnnotationDocument } from '../../core/document';
import type { ObjectContext, ObjectHandle } from '../../core/tag';
import type { Region } from '../../core/types';
import { TextChips } from './chips';
import { shareSpanActions } from './edit-span';
import { TextHandles } from './handles';
import { TextKeyboard } from './keyboard';
import { LineNumbers } from './line-numbers';
import { TextPointer } from './pointer';
import styles from './text.module.css';

/** Opacity of fills: texts need more than shapes to be seen, and less than full to be read. */
const MIN_FILL = 0.28;
/** Height of the names above spans, pixels. */
const CHIP_HEIGHT = 12;

/** What a text object shows, and how its spans are written. Offsets are UTF-16 units of the surface's text. */
export interface SpanContent {
  readonly surface: Surface;
  readonly points: CodePoints;
  /** Geometry of a stretch; `text` is the covered text when results keep it. */
  geometry(start: number, end: number, text: string | undefined): unknown;
  /** The stretch of a geometry, clamped to the text; null when it stands nowhere in it. */
  units(geometry: unknown): { readonly start: number; readonly end: number } | null;
  /** Do lines of this text have numbers? */
  readonly numbered: boolean;
  /** Called after a change of size. */
  moved?(): void;
  destroy?(): void;
}

/** Makes the content inside an element; rejects with a message for people. */
export type OpenContent = (scroller: HTMLElement, context: ObjectContext, signal: AbortSignal) => Promise<SpanContent>;

export class SpanView implements ObjectHandle {
  readonly ready: Promise<void>;
  content: SpanContent | null = null;
  private readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly abort = new AbortController();
  private readonly offs: (() => void)[] = [];
  private documentOffs: (() => void)[] = [];
  private painter: HighlightPainter | null = null;
  private parts: readonly { update(): void; destroy(): void }[] = [];
  private emphasised = new Set<string>();

  constructor(
    host: HTMLElement,
    readonly context: ObjectContext,
    /** Kind of its regions: `text`, `hypertext`. */
    readonly kind: string,
    private readonly open: OpenContent,
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

  get surface(): Surface | null {
    return this.content?.surface ?? null;
  }

  get name(): string {
    return this.context.node.name;
  }

  /** Has the text the keyboard's focus? */
  get focused(): boolean {
    const { surface } = this;
    return surface !== null && surface.scope.activeElement === surface.element;
  }

  destroy(): void {
    this.abort.abort();
    for (const off of [...this.offs, ...this.documentOffs]) off();
    for (const part of this.parts) part.destroy();
    this.painter?.destroy();
    this.content?.destroy?.();
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
    const stretch = this.surface?.selection();
    if (!stretch || stretch.end <= stretch.start) return false;
    this.surface?.browserSelection()?.removeAllRanges();
    return true;
  }

  /** Where a region is drawn in the window: its first line, or roughly where it stands when it is off screen. */
  regionBox(id: string): DOMRect | null {
    const span = this.painter?.get(id);
    const { surface } = this;
    if (!span || !surface || span.hidden || span.end <= span.start) return null;
    const { start, end } = this.visibleStretch();
    if (span.end < start || span.start > end) return surface.roughly(span.start);
    const line = surface.rects(span.start, span.end)[0];
    if (!line) return surface.roughly(span.start);
    // The name above a span belongs to it: curves end above the name.
    const above = this.showsLabels() ? CHIP_HEIGHT : 0;
    return new DOMRect(line.x, line.y - above, line.width, line.height + above);
  }

  /** Makes a region of a stretch of UTF-16 units; the labels' granularity decides the ends. */
  createSpan(start: number, end: number): string | null {
    const { editor } = this.context;
    const snapped = this.snap(start, end);
    if (!snapped) return null;
    const id = editor.createRegion({
      object: this.name,
      kind: this.kind,
      geometry: this.geometry(snapped.start, snapped.end),
    });
    if (id !== null) this.surface?.browserSelection()?.removeAllRanges();
    return id;
  }

  /** A stretch as the granularity in force widens it. */
  snap(start: number, end: number): { start: number; end: number } | null {
    const { surface } = this;
    return surface && snapBetween(surface.text, surface.breaks, { start, end }, this.granularity());
  }

  /** Geometry of a stretch of UTF-16 units. */
  geometry(start: number, end: number): unknown {
    const { content } = this;
    const text = content && this.savesText() ? content.surface.textOf(start, end) : undefined;
    return content?.geometry(start, end, text);
  }

  fitGeometry(geometry: unknown): unknown {
    const units = this.content?.units(geometry);
    return units && units.end > units.start ? this.geometry(units.start, units.end) : geometry;
  }

  /** UTF-16 units of a region; nothing when it stands nowhere in the text. */
  units(region: Region): { start: number; end: number } {
    return this.content?.units(region.geometry) ?? { start: 0, end: 0 };
  }

  /** The innermost span that covers a place and is shown. */
  spanAt(place: number): string | null {
    return this.painter?.index.at(place)[0]?.id ?? null;
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
    let content: SpanContent;
    try {
      content = await this.open(this.scroller, this.context, this.abort.signal);
    } catch (error) {
      if (!this.abort.signal.aborted) this.showError(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.abort.signal.aborted) return content.destroy?.();
    const { editor, node } = this.context;
    const { surface } = content;
    this.content = content;
    surface.element.tabIndex = 0;
    surface.element.setAttribute('role', 'document');
    surface.element.setAttribute(
      'aria-label',
      `Text ${node.name}. Arrow keys move, shift and arrow keys select, Enter labels.`,
    );
    const painter = new HighlightPainter(surface);
    this.painter = painter;
    this.parts = [
      new TextChips(this, surface, painter, this.scroller),
      new TextHandles(this, surface, this.scroller),
      new LineNumbers(this, surface, this.scroller),
      new TextKeyboard(this, surface, this.scroller),
      new TextPointer(this, surface, this.root.ownerDocument),
    ];
    this.listen(surface);
    this.offs.push(shareSpanActions(this));
    this.offs.push(editor.settings.changed.subscribe(() => this.layoutOptions()));
    this.layoutOptions();
    this.follow(editor.document);
  }

  private layoutOptions(): void {
    const { node } = this.context;
    const element = this.surface?.element;
    // Attributes, not classes: the text may stand in a frame or a shadow root with styles of its own.
    element?.toggleAttribute('data-labelled', this.showsLabels());
    element?.toggleAttribute('data-unselectable', !node.bool('selectionEnabled', true));
    this.root.classList.toggle(styles['numbered'] ?? '', this.showsLines());
    this.drawLater();
  }

  showsLabels(): boolean {
    const { editor, node } = this.context;
    return node.bool('showLabels', editor.settings.get('regionLabels'));
  }

  /** Are the lines numbered? */
  showsLines(): boolean {
    return this.content?.numbered === true && this.context.editor.settings.get('lineNumbers');
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
        .filter((region) => region.kind === this.kind)
        .map((region) => this.painted(region, document)),
    );
    this.documentOffs = [
      document.store.changed.subscribe(({ added, updated, removed }) => {
        for (const id of removed) painter.delete(id);
        for (const id of [...added, ...updated]) {
          const region = document.store.get(id);
          if (region?.kind === this.kind && region.object === this.name) painter.set(this.painted(region, document));
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
      if (!this.isNear()) return;
      this.colorNear();
      for (const part of this.parts) part.update();
    });
  }

  /** Of very many spans, those around the screen are coloured. */
  private colorNear(): void {
    const { painter, surface } = this;
    if (!painter || !surface) return;
    const height = this.root.ownerDocument.defaultView?.innerHeight ?? 1000;
    const box = this.scroller.getBoundingClientRect();
    const [top, bottom] = [Math.max(0, box.top), Math.min(box.bottom, height)];
    painter.look(
      surface.visible(top - height, bottom + height),
      surface.visible(top - 4 * height, bottom + 4 * height),
    );
  }

  /** Is a part of the text on the screen? Texts that are scrolled away have nothing to draw. */
  private isNear(): boolean {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    return bottom >= 0 && top <= (this.root.ownerDocument.defaultView?.innerHeight ?? bottom);
  }

  private listen(surface: Surface): void {
    const { signal } = this.abort;
    const redraw = () => this.drawLater();
    for (const document of new Set([this.root.ownerDocument, surface.element.ownerDocument])) {
      // Any scroller around the text moves it; scroll events do not bubble, so they are captured.
      document.addEventListener('scroll', redraw, { signal, capture: true, passive: true });
    }
    const observer = new ResizeObserver(() => {
      this.content?.moved?.();
      redraw();
    });
    observer.observe(this.scroller);
    observer.observe(surface.element);
    this.offs.push(() => observer.disconnect());
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
