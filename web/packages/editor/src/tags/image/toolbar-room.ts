/** How much of the left of an image its toolbar covers: a fitted picture keeps clear of it. */

/** One column of buttons, with the rim on both sides, CSS pixels. */
const ONE_COLUMN = 56;
/** Free space between the toolbar and the picture. */
const GAP = 10;

export class ToolbarRoom {
  /** From the left edge of the image's place, CSS pixels. */
  width = ONE_COLUMN;
  private readonly sizes = new ResizeObserver(() => this.measure());
  private readonly children: MutationObserver;
  private toolbar: Element | null = null;

  constructor(
    /** Holds the image and, beside it, the toolbar. */
    private readonly frame: HTMLElement,
    private readonly changed: () => void,
  ) {
    // The toolbar comes and goes with the actions, and wraps into columns with the height.
    this.children = new MutationObserver(() => this.find());
    this.children.observe(frame, { childList: true });
    this.sizes.observe(frame);
    this.find();
  }

  destroy(): void {
    this.children.disconnect();
    this.sizes.disconnect();
  }

  private find(): void {
    const toolbar = this.frame.querySelector(':scope > [role="toolbar"]');
    if (toolbar === this.toolbar) return;
    if (this.toolbar) this.sizes.unobserve(this.toolbar);
    this.toolbar = toolbar;
    // Observing calls back once at the start, after the page is laid out.
    if (toolbar) this.sizes.observe(toolbar);
  }

  private measure(): void {
    // On upright touch screens it stands above the picture.
    if (this.toolbar && getComputedStyle(this.toolbar).position === 'static') return this.set(GAP);
    const left = this.frame.getBoundingClientRect().left;
    // Columns that wrapped stand outside of the toolbar's own box.
    const ends = [...(this.toolbar?.children ?? [])].map((section) => section.getBoundingClientRect().right - left);
    this.set(Math.max(ONE_COLUMN, Math.ceil(Math.max(0, ...ends)) + GAP));
  }

  private set(width: number): void {
    if (Math.abs(width - this.width) < 2) return;
    this.width = width;
    this.changed();
  }
}
