/**
 * The canvas without a pointer: a cross-hair that arrow keys move and Enter presses, and the
 * selection moved and resized by arrow keys. Who binds the keys is up to the page.
 */
import { clampToBox, type Point } from './geometry/point';
import { nudge, resizeByKeys } from './keys';
import type { SceneItem } from './scene';
import { kindOf } from './shapes/registry';
import { closeShape } from './tools/manipulate';
import { changeableItems } from './tools/targets';
import type { Tool, ToolContext, ToolPointer } from './tools/tool';

/** The cross-hair is kept this far from the border of a zoomed view, CSS pixels. */
const MARGIN = 24;

export class Keyboard {
  private cursor: Point | null = null;

  constructor(
    private readonly context: ToolContext,
    private readonly tool: () => Tool,
    /** Where the pointer was last, image pixels: the cross-hair begins there. */
    private readonly start: () => Point | null,
  ) {}

  /** The cross-hair, image pixels; null while the pointer draws. */
  get point(): Point | null {
    return this.cursor;
  }

  /** Do arrow keys move the cross-hair: a drawing tool is in the hand, and nothing selected or something half drawn? */
  get draws(): boolean {
    const tool = this.tool();
    return tool.draws && (tool.drawing || this.cursor !== null || !this.hasSelection);
  }

  /** Do arrow keys move the selection? */
  get moves(): boolean {
    return !this.draws && this.hasSelection;
  }

  /** Do alt and arrow keys resize the selection? */
  get resizes(): boolean {
    return !this.tool().drawing && this.hasSelection;
  }

  /** Arrow keys: moves the cross-hair or the selection by pixels of the image, in the direction that one sees. */
  arrow(dx: number, dy: number): void {
    const by = this.seen(dx, dy);
    if (!this.draws) {
      nudge(this.context, by.x, by.y);
      return;
    }
    const { camera, limits, model } = this.context;
    const from = this.cursor ?? this.begin();
    this.cursor = clampToBox({ x: from.x + by.x, y: from.y + by.y }, limits);
    this.keepInView(this.cursor);
    this.tool().hover(this.pointer(this.cursor));
    model.announce(
      `${Math.round(this.cursor.x)}, ${Math.round(this.cursor.y)} of ${camera.image.width} × ${camera.image.height}`,
    );
    this.context.repaint();
  }

  /** Alt and arrow keys: moves the right or the lower border of the selection. */
  resizeBy(dx: number, dy: number): void {
    resizeByKeys(this.context, dx, dy);
  }

  /** Enter: presses at the cross-hair, finishes what is being drawn, or closes the selected open shape. */
  confirm(): void {
    const tool = this.tool();
    const open = this.openShape;
    if (this.cursor) tool.click(this.pointer(this.cursor), 1);
    else if (tool.drawing) tool.finish?.();
    else if (open) closeShape(this.context, open);
    this.context.repaint();
  }

  get canConfirm(): boolean {
    const tool = this.tool();
    return this.cursor !== null || (tool.drawing && tool.finish !== undefined) || this.openShape !== null;
  }

  /** Backspace: takes the last step of a drawing back. */
  back(): boolean {
    const tool = this.tool();
    return tool.drawing && (tool.back?.() ?? tool.cancel());
  }

  /** The pointer draws again. True when there was a cross-hair. */
  clear(): boolean {
    const had = this.cursor !== null;
    this.cursor = null;
    if (had) this.context.repaint();
    return had;
  }

  private get hasSelection(): boolean {
    return changeableItems(this.context).length > 0;
  }

  /** The selected shape when it waits to be closed. */
  private get openShape(): SceneItem | null {
    const [item, ...others] = changeableItems(this.context);
    return item && others.length === 0 && kindOf(item.shape).close?.(item.shape) ? item : null;
  }

  /** Whole pixels, so that steps of a pixel stay on them. */
  private begin(): Point {
    const { camera, limits } = this.context;
    const { width, height } = camera.view;
    const { x, y } = clampToBox(this.start() ?? camera.toImage({ x: width / 2, y: height / 2 }), limits);
    return { x: Math.round(x), y: Math.round(y) };
  }

  /** A step on the screen as a step in the image, whose view may be turned. */
  private seen(dx: number, dy: number): Point {
    switch (this.context.camera.turns) {
      case 1:
        return { x: dy, y: -dx };
      case 2:
        return { x: -dx, y: -dy };
      case 3:
        return { x: -dy, y: dx };
      default:
        return { x: dx, y: dy };
    }
  }

  private pointer(point: Point): ToolPointer {
    return {
      screen: this.context.camera.toScreen(point),
      image: point,
      kind: 'keyboard',
      shift: false,
      ctrl: false,
      alt: false,
    };
  }

  private keepInView(point: Point): void {
    const { camera } = this.context;
    if (!camera.zoomed) return;
    const at = camera.toScreen(point);
    const { width, height } = camera.view;
    const dx = at.x < MARGIN ? MARGIN - at.x : Math.min(0, width - MARGIN - at.x);
    const dy = at.y < MARGIN ? MARGIN - at.y : Math.min(0, height - MARGIN - at.y);
    if (dx !== 0 || dy !== 0) camera.panBy(dx, dy);
  }
}
