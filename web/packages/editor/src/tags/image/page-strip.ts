/** The pages of an `Image` with `valueList`: small pictures, how far each one is, and going to a page by its number. */
import type { Editor } from '../../core';
import { isPerItem } from '../../core/config';
import { answerHolder } from '../../core/subjects';
import type { CrossOrigin } from './load';
import styles from './page-strip.module.css';
import { Thumbnails } from './thumbnails';

/** Width of a page in the strip with its gap, CSS pixels. */
const STEP = 84;
/** Pages that are drawn beside those that are seen. */
const AROUND = 3;

export interface StripSource {
  readonly object: string;
  readonly editor: Editor;
  readonly pages: number;
  readonly crossOrigin: CrossOrigin;
  /** The page that is shown, from 0. */
  page(): number;
  /** Address of a page as it can be loaded; null when it has none. */
  address(page: number): string | null;
}

export class PageStrip {
  readonly root: HTMLElement;
  private readonly list: HTMLElement;
  private readonly track: HTMLElement;
  private readonly number: HTMLInputElement;
  private readonly back: HTMLButtonElement;
  private readonly forth: HTMLButtonElement;
  private readonly thumbnails: Thumbnails;
  private readonly drawn = new Map<number, HTMLElement>();
  private counts = new Map<number, number>();
  /** The counts are to be made anew. */
  private stale = true;
  private frame = 0;
  private readonly observer: ResizeObserver;

  constructor(
    host: HTMLElement,
    private readonly source: StripSource,
  ) {
    const { ownerDocument } = host;
    this.thumbnails = new Thumbnails(source.crossOrigin);
    const make = <K extends keyof HTMLElementTagNameMap>(tag: K, name: string) => {
      const element = ownerDocument.createElement(tag);
      element.className = styles[name] ?? '';
      return element;
    };
    const button = (label: string, path: string, by: number) => {
      const element = make('button', 'arrow');
      element.type = 'button';
      element.setAttribute('aria-label', label);
      element.append(arrow(ownerDocument, path));
      element.addEventListener('click', () => this.go(this.source.page() + by));
      return element;
    };
    this.root = make('div', 'strip');
    const pager = make('div', 'pager');
    this.back = button('Previous page', 'm15 5-7 7 7 7', -1);
    this.forth = button('Next page', 'm9 5 7 7-7 7', 1);
    this.back.title = 'Previous page (Ctrl ←)';
    this.forth.title = 'Next page (Ctrl →)';
    this.number = make('input', 'number');
    this.number.type = 'number';
    this.number.min = '1';
    this.number.max = String(source.pages);
    this.number.setAttribute('aria-label', `Page, of ${source.pages}`);
    this.number.addEventListener('change', () => {
      const page = this.number.valueAsNumber;
      if (Number.isFinite(page)) this.go(Math.round(page) - 1);
      this.number.value = String(this.source.page() + 1);
    });
    const of = make('span', 'of');
    of.textContent = `of ${source.pages.toLocaleString()}`;
    pager.append(this.back, this.number, of, this.forth);
    this.list = make('div', 'list');
    this.list.tabIndex = 0;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-orientation', 'horizontal');
    this.list.setAttribute('aria-label', `Pages of ${source.object}`);
    this.track = make('div', 'track');
    this.track.setAttribute('role', 'presentation');
    this.track.style.width = `${source.pages * STEP}px`;
    this.list.append(this.track);
    this.list.addEventListener('scroll', () => this.drawSoon());
    this.list.addEventListener('keydown', (event) => this.key(event));
    this.root.append(pager, this.list);
    host.append(this.root);
    this.observer = new ResizeObserver(() => this.drawSoon());
    this.observer.observe(this.list);
    this.turned();
  }

  /** Regions or answers changed. */
  changed(): void {
    this.stale = true;
    this.drawSoon();
  }

  /** Another page is shown. */
  turned(): void {
    const { pages } = this.source;
    const page = this.source.page();
    this.number.value = String(page + 1);
    this.back.disabled = page === 0;
    this.forth.disabled = page >= pages - 1;
    const left = page * STEP;
    const { scrollLeft, clientWidth } = this.list;
    if (left < scrollLeft || left + STEP > scrollLeft + clientWidth)
      this.list.scrollLeft = left - Math.max(0, clientWidth - STEP) / 2;
    this.drawSoon();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.thumbnails.end();
    this.root.remove();
  }

  private go(page: number): void {
    const { editor, object, pages } = this.source;
    editor.setPage(object, Math.max(0, Math.min(pages - 1, page)));
  }

  private key(event: KeyboardEvent): void {
    const { pages } = this.source;
    const page = this.source.page();
    const steps = new Map([
      ['ArrowLeft', page - 1],
      ['ArrowRight', page + 1],
      ['PageUp', page - 5],
      ['PageDown', page + 5],
      ['Home', 0],
      ['End', pages - 1],
    ]);
    const to = steps.get(event.key);
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(to);
  }

  private drawSoon(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { scrollLeft, clientWidth } = this.list;
    const first = Math.max(0, Math.floor(scrollLeft / STEP) - AROUND);
    const last = Math.min(this.source.pages - 1, Math.ceil((scrollLeft + clientWidth) / STEP) + AROUND);
    for (const [page, element] of this.drawn) {
      if (page >= first && page <= last) continue;
      element.remove();
      this.drawn.delete(page);
    }
    this.thumbnails.forget();
    if (this.stale) this.counts = this.count();
    this.stale = false;
    for (let page = first; page <= last; page++) {
      const known = this.drawn.get(page);
      const element = known ?? this.make(page);
      if (!known) {
        this.drawn.set(page, element);
        this.track.append(element);
      }
      this.tell(page, element);
      const canvas = element.querySelector('canvas');
      const address = this.source.address(page);
      if (canvas && address !== null && !canvas.dataset['done'])
        this.thumbnails.want(address, (picture) => paint(canvas, picture));
    }
    this.list.setAttribute('aria-activedescendant', this.idOf(this.source.page()));
  }

  private make(page: number): HTMLElement {
    const { ownerDocument } = this.root;
    const element = ownerDocument.createElement('div');
    element.className = styles['page'] ?? '';
    element.id = this.idOf(page);
    element.setAttribute('role', 'option');
    element.setAttribute('aria-posinset', String(page + 1));
    element.setAttribute('aria-setsize', String(this.source.pages));
    element.style.left = `${page * STEP}px`;
    const canvas = ownerDocument.createElement('canvas');
    canvas.width = 0;
    const words = ownerDocument.createElement('span');
    words.className = styles['words'] ?? '';
    element.append(canvas, words);
    element.addEventListener('click', () => this.go(page));
    return element;
  }

  /** Number, regions and answers of a page. */
  private tell(page: number, element: HTMLElement): void {
    const count = this.counts.get(page) ?? 0;
    const answered = this.answered(page);
    const current = page === this.source.page();
    element.setAttribute('aria-selected', String(current));
    const regions = count === 0 ? '' : `, ${count} ${count === 1 ? 'region' : 'regions'}`;
    element.setAttribute('aria-label', `Page ${page + 1}${regions}${answered ? ', answered' : ''}`);
    element.title = element.getAttribute('aria-label') ?? '';
    const words = element.lastElementChild;
    if (words) words.textContent = `${page + 1}${count > 0 ? ` · ${count}` : ''}${answered ? ' ✓' : ''}`;
  }

  /** Have all questions that stand once for each page an answer on this one? */
  private answered(page: number): boolean {
    const { editor, object } = this.source;
    const asked = editor.config.controlsOf(object).filter(isPerItem);
    return asked.length > 0 && asked.every((control) => answerHolder(editor, control, page) !== undefined);
  }

  private count(): Map<number, number> {
    const { editor, object } = this.source;
    const counts = new Map<number, number>();
    for (const region of editor.document.store.onObject(object)) {
      const page = region.itemIndex ?? 0;
      counts.set(page, (counts.get(page) ?? 0) + 1);
    }
    return counts;
  }

  private idOf(page: number): string {
    return `page-${this.source.object}-${page}`;
  }
}

function paint(canvas: HTMLCanvasElement, picture: ImageBitmap | null): void {
  canvas.dataset['done'] = '1';
  if (!picture) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
}

function arrow(page: Document, path: string): SVGElement {
  const svg = page.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = page.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
