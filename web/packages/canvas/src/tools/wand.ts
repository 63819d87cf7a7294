/**
 * Magic wand (W): a press takes all that hangs together with the pixel under the pointer and has
 * nearly its colour; dragging away from it takes colours that are further off. What would be taken is
 * shown while one drags. The right button takes away instead.
 */

import { distance } from '../geometry/point';
import { MaskEditor } from '../raster/editor';
import { emptyMask, type Mask } from '../raster/mask';
import type { OverlayPainter } from '../render/overlay';
import type { MaskKind } from '../shapes/mask';
import { clickSelects } from './base';
import { commitMask } from './brush';
import { type MaskPreview, type MaskTarget, maskTarget, under } from './mask-target';
import type { Tool, ToolContext, ToolPointer } from './tool';

/** CSS pixels of dragging for one step of the threshold. */
const PIXELS_A_STEP = 2;
const MOST = 255;

interface Gesture {
  readonly from: ToolPointer;
  readonly target: MaskTarget | null;
  readonly erase: boolean;
  /** The mask that what is found is added to. */
  readonly base: Mask;
  threshold: number;
  /** The threshold that `mask` was found with; null while nothing was found yet. */
  found: number | null;
  mask: Mask;
  searching: boolean;
  released: boolean;
}

export class WandTool implements Tool {
  readonly id = 'wand';
  readonly draws = true;
  readonly paints = true;
  private gesture: Gesture | null = null;
  private readonly kind: MaskKind = 'brush';

  constructor(private readonly context: ToolContext) {}

  get drawing(): boolean {
    return this.gesture !== null;
  }

  get preview(): MaskPreview | null {
    return this.gesture ? { id: this.gesture.target?.id ?? null, mask: this.gesture.mask } : null;
  }

  cursor(): string {
    return 'crosshair';
  }

  hover(pointer: ToolPointer | null): void {
    const { model } = this.context;
    model.hover(pointer?.ctrl ? (under(this.context, pointer)[0] ?? null) : null);
  }

  press(pointer: ToolPointer): void {
    if (pointer.ctrl || this.gesture) return;
    const { width, height } = this.context.camera.image;
    const { x, y } = pointer.image;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const erase = pointer.erase === true;
    const target = maskTarget(this.context, this.kind, pointer, erase);
    if (target === 'none') return;
    const base = target ? target.shape.mask : emptyMask(width, height);
    const threshold = Math.max(0, Math.min(MOST, this.context.model.wandThreshold()));
    this.gesture = {
      from: pointer,
      target,
      erase,
      base,
      threshold,
      found: null,
      mask: base,
      searching: false,
      released: false,
    };
    this.search(this.gesture);
    this.context.repaint();
  }

  drag(pointer: ToolPointer): void {
    const { gesture } = this;
    if (!gesture || gesture.released) return;
    const further = Math.floor(distance(gesture.from.screen, pointer.screen) / PIXELS_A_STEP);
    gesture.threshold = Math.min(MOST, Math.max(0, this.context.model.wandThreshold()) + further);
    this.search(gesture);
    this.context.repaint();
  }

  release(pointer: ToolPointer): void {
    this.drag(pointer);
    this.finishPress();
  }

  click(pointer: ToolPointer): void {
    if (pointer.kind === 'keyboard') this.press(pointer);
    if (this.gesture) this.finishPress();
    else if (pointer.ctrl) clickSelects(this.context, under(this.context, pointer), true);
  }

  interrupt(): void {
    // A press that is over waits for what was asked; only one that runs is given up.
    if (this.gesture && !this.gesture.released) this.cancel();
  }

  cancel(): boolean {
    const was = this.drawing;
    this.gesture = null;
    this.context.repaint();
    return was;
  }

  wantsShift(): boolean {
    return false;
  }

  paint(painter: OverlayPainter): void {
    const { gesture } = this;
    if (!gesture) return;
    const busy = gesture.found === null ? ' …' : '';
    painter.note(`Colours up to ${gesture.threshold} of 255 away${busy}`, gesture.from.image);
  }

  private finishPress(): void {
    if (!this.gesture) return;
    this.gesture.released = true;
    this.settle(this.gesture);
  }

  /** One search at a time: the newest threshold is asked for when the answer to an older one came. */
  private search(gesture: Gesture): void {
    if (gesture.searching || gesture.found === gesture.threshold) return;
    gesture.searching = true;
    const { threshold } = gesture;
    const { x, y } = gesture.from.image;
    void this.context.model.flood({ x: Math.floor(x), y: Math.floor(y) }, threshold).then((found) => {
      gesture.searching = false;
      if (this.gesture !== gesture) return;
      if (!found) {
        this.cancel();
        return;
      }
      const editor = new MaskEditor(gesture.base);
      editor.combine(found, !gesture.erase);
      gesture.mask = editor.snapshot();
      gesture.found = threshold;
      this.context.repaint();
      this.settle(gesture);
      if (this.gesture === gesture) this.search(gesture);
    });
  }

  private settle(gesture: Gesture): void {
    if (!gesture.released || gesture.found !== gesture.threshold) return;
    this.gesture = null;
    commitMask(this.context, this.kind, gesture.target, gesture.mask, gesture.erase);
  }
}
