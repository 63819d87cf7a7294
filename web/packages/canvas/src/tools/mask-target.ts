/** Which region a stroke works on. */
import type { Mask } from '../raster/mask';
import { isMask, type MaskKind, type MaskShape } from '../shapes/mask';
import { selectedItems } from './targets';
import { nearness, type ToolContext, type ToolPointer } from './tool';

/** A mask that is being changed; `id` null when it will be a new region. */
export interface MaskPreview {
  readonly id: string | null;
  readonly mask: Mask;
}

export interface MaskTarget {
  readonly id: string;
  readonly shape: MaskShape;
}

/**
 * The selected region of this kind; with none selected, the one under the pointer when one erases or
 * has no label in the hand; null for a new one. `none` (after a message) when nothing can be done.
 */
export function maskTarget(
  context: ToolContext,
  kind: MaskKind,
  pointer: ToolPointer,
  erase: boolean,
): MaskTarget | null | 'none' {
  const { model, scene } = context;
  const here = under(context, pointer);
  const selected = selectedItems(context)
    .filter((item) => item.shape.kind === kind)
    .map((item) => item.id);
  let id = selected.length > 1 ? selected.find((one) => here.includes(one)) : selected[0];
  if (id === undefined && selected.length > 1) {
    model.tell('Several regions are selected: start on the one that you mean, or select it alone.');
    return 'none';
  }
  if (id === undefined && (erase || (!model.armed() && model.hasLabels()))) {
    id = here.find((one) => scene.get(one)?.shape.kind === kind);
    if (id !== undefined) model.select([id]);
  }
  if (id === undefined) {
    if (!erase) return model.canDraw() ? null : 'none';
    model.tell('There is nothing to erase here: select a painted region, or start on one.');
    return 'none';
  }
  const shape = scene.get(id)?.shape;
  if (!shape || !isMask(shape)) return 'none';
  if (!model.canChange(id)) {
    model.tell('This region is locked or read-only. Unlock it to change it, or unselect it to start a new one.');
    return 'none';
  }
  return { id, shape };
}

/** Regions under the pointer, best first. */
export function under(context: ToolContext, pointer: ToolPointer): string[] {
  return context.scene.hit(pointer.image, nearness(pointer) / context.camera.zoom).map((item) => item.id);
}
