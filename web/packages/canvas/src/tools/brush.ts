/**
 * Brush and eraser: one engine. A stroke begins with the press; the right button and the far end
 * of a pen erase. It goes on with the selected region and otherwise starts a new one; it is one step
 * of undo, made when the pointer is lifted.
 */

import { MaskEditor } from '../raster/editor';
import { emptyMask, type Mask, maskArea } from '../raster/mask';
import { brushCenter, type Dab, strokeSegment } from '../raster/stroke';
import type { OverlayPainter } from '../render/overlay';
import { isMask, type MaskKind, type MaskShape } from '../shapes/mask';
import { clickSelects } from './base';
import { type MaskPreview, maskTarget, under } from './mask-target';
import type { Tool, ToolContext, ToolPointer } from './tool';

/** With the lightest touch a pen paints this part of the diameter. */
const LIGHTEST = 0.15;

interface Stroke {
  readonly target: { readonly id: string; readonly shape: MaskShape } | null;
  readonly editor: MaskEditor;
  readonly erase: boolean;
  last: Dab;
}

export class BrushTool implements Tool {
  readonly draws = true;
  readonly paints = true;
  private stroke: Stroke | null = null;
  private pointer: ToolPointer | null = null;

  constructor(
    private readonly context: ToolContext,
    readonly id: string,
    private readonly kind: MaskKind,
    private readonly erases: boolean,
  ) {}

  get drawing(): boolean {
    return this.stroke !== null;
  }

  /** The mask as it would be if the stroke ended now. */
  get preview(): MaskPreview | null {
    if (!this.stroke) return null;
    const { target, editor } = this.stroke;
    return { id: target?.id ?? null, mask: editor.snapshot() };
  }

  cursor(): string {
    return 'crosshair';
  }

  hover(pointer: ToolPointer | null): void {
    this.pointer = pointer;
    const { model } = this.context;
    // Shown is what a press would take: with a label in the hand one paints, whatever lies below.
    const picks = pointer !== null && (pointer.ctrl || (!this.selection() && (this.erases || !model.armed())));
    model.hover(picks ? (under(this.context, pointer)[0] ?? null) : null);
    this.context.repaint();
  }

  press(pointer: ToolPointer): void {
    this.pointer = pointer;
    if (pointer.ctrl) return;
    const erase = this.erases || pointer.erase === true;
    const target = maskTarget(this.context, this.kind, pointer, erase);
    if (target === 'none') return;
    const { width, height } = this.context.camera.image;
    const dab = this.dab(pointer);
    const editor = new MaskEditor(target ? target.shape.mask : emptyMask(width, height));
    this.stroke = { target, editor, erase, last: dab };
    strokeSegment(editor, dab, dab, !erase);
    this.context.repaint();
  }

  drag(pointer: ToolPointer): void {
    this.pointer = pointer;
    if (!this.stroke) return;
    const dab = this.dab(pointer);
    strokeSegment(this.stroke.editor, this.stroke.last, dab, !this.stroke.erase);
    this.stroke.last = dab;
    this.context.repaint();
  }

  release(): void {
    // A pen that is lifted does not press any more: its last move was the end.
    this.commit();
  }

  click(pointer: ToolPointer): void {
    if (pointer.kind === 'keyboard') this.press(pointer);
    if (this.stroke) this.commit();
    else if (pointer.ctrl) clickSelects(this.context, under(this.context, pointer), true);
  }

  interrupt(): void {
    this.cancel();
  }

  cancel(): boolean {
    const was = this.drawing;
    this.stroke = null;
    this.context.repaint();
    return was;
  }

  wantsShift(): boolean {
    return false;
  }

  paint(painter: OverlayPainter): void {
    const { pointer, context } = this;
    if (!pointer || pointer.ctrl) return;
    const { x, y, radius } = this.dab(pointer);
    const erases = this.stroke ? this.stroke.erase : this.erases;
    painter.ring({ x, y }, radius, erases ? null : context.model.draftStyle());
  }

  private dab(pointer: ToolPointer): Dab {
    const { diameter } = this.context.brush;
    const part = Math.max(LIGHTEST, pointer.pressure ?? 1);
    const size = Math.max(1, Math.round(diameter * part));
    return { ...brushCenter(pointer.image, size), radius: size / 2 };
  }

  private selection(): boolean {
    const { model, scene } = this.context;
    return model.selected().some((id) => scene.get(id)?.shape.kind === this.kind);
  }

  private commit(): void {
    const { stroke } = this;
    if (!stroke) return;
    this.stroke = null;
    commitMask(this.context, this.kind, stroke.target, stroke.editor.snapshot(), stroke.erase);
  }
}

/** Makes what was painted one step: a new region, a changed one, or one less when nothing is left of it. */
export function commitMask(
  context: ToolContext,
  kind: MaskKind,
  target: { readonly id: string; readonly shape: MaskShape } | null,
  mask: Mask,
  erase: boolean,
): void {
  const { model, scene } = context;
  context.repaint();
  if (!target) {
    if (maskArea(mask) > 0) model.create({ kind, mask } as MaskShape);
    return;
  }
  const now = scene.get(target.id);
  // It was deleted, or painted on by an undo, while the stroke ran.
  if (!now || !isMask(now.shape) || now.shape.mask !== target.shape.mask || mask === target.shape.mask) return;
  if (maskArea(mask) === 0) {
    model.remove('Erase region', [target.id]);
    model.announce('Nothing is left of the region; it was deleted.');
    return;
  }
  const shape: MaskShape = { kind, mask };
  model.edit(erase ? 'Erase' : 'Paint', new Map([[target.id, shape]]));
}
