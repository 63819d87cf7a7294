/**
 * When things in the labeling area may have moved. Objects move regions in ways of their own (zoom, inner scrolling):
 * after anything a person does, and after changes, whoever draws over the data looks at the places again for a moment.
 */
import type { Editor } from '../../core/editor';

/** After an event places are looked at for this long: wheels and flings go on by themselves. Milliseconds. */
const WATCH = 400;

export class PlaceWatch {
  private readonly abort = new AbortController();
  private readonly offs: (() => void)[] = [];
  private documentOffs: (() => void)[] = [];
  private until = 0;
  private frame = 0;

  constructor(
    area: HTMLElement,
    private readonly editor: Editor,
    /** Looks at the places; false when there is nothing to follow, until the next `watch` of someone who knows better. */
    private readonly look: () => boolean,
  ) {
    const page = area.ownerDocument;
    const { signal } = this.abort;
    const watch = () => this.watch();
    for (const name of ['scroll', 'wheel', 'pointerup', 'pointerdown', 'keydown', 'keyup', 'load', 'transitionend']) {
      page.addEventListener(name, watch, { signal, capture: true, passive: true });
    }
    page.addEventListener('pointermove', (event) => event.buttons !== 0 && this.watch(), {
      signal,
      capture: true,
      passive: true,
    });
    const observer = new ResizeObserver(watch);
    observer.observe(area);
    for (const child of area.children) observer.observe(child);
    this.offs.push(
      () => observer.disconnect(),
      editor.objectMounted.subscribe((name) => {
        watch();
        void editor.objects.get(name)?.ready.then(watch);
      }),
      editor.pageChanged.subscribe(watch),
      editor.documentChanged.subscribe(() => this.follow()),
      editor.settings.changed.subscribe(watch),
    );
    this.follow();
  }

  destroy(): void {
    this.abort.abort();
    cancelAnimationFrame(this.frame);
    for (const off of [...this.offs, ...this.documentOffs]) off();
  }

  /** Places may have changed: looks in the next frames. */
  readonly watch = (): void => {
    this.until = performance.now() + WATCH;
    if (this.frame !== 0 || this.abort.signal.aborted) return;
    const step = () => {
      this.frame = 0;
      if (this.look() && performance.now() < this.until) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  };

  private follow(): void {
    for (const off of this.documentOffs) off();
    const { store, view } = this.editor.document;
    this.documentOffs = [store.changed.subscribe(this.watch), view.changed.subscribe(this.watch)];
    this.watch();
  }
}
