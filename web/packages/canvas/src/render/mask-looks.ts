/** How the masks of a scene look now: selection, the pointer, and a stroke that runs. */
import type { StageModel } from '../model';
import type { Scene } from '../scene';
import { isMask } from '../shapes/mask';
import type { Tool } from '../tools/tool';
import type { MaskLook } from './mask-blend';

export function maskLooks(scene: Scene, model: StageModel, tool: Tool, hovered: string | null): MaskLook[] {
  const looks: MaskLook[] = [];
  const preview = tool.preview ?? null;
  const selected = new Set(model.selected());
  for (const { id, shape, style, order } of scene.masks()) {
    if (!isMask(shape)) continue;
    looks.push({
      id,
      mask: preview?.id === id ? preview.mask : shape.mask,
      color: style.color,
      lineColor: style.strokeColor ?? style.color,
      fill: style.fillOpacity,
      outlined: style.strokeWidth > 0,
      dashed: style.dashed === true,
      emphasis: selected.has(id) ? 'selected' : hovered === id ? 'hovered' : 'none',
      order,
    });
  }
  if (preview && preview.id === null) {
    const { color, strokeColor, fillOpacity } = model.draftStyle();
    const look = { color, lineColor: strokeColor ?? color, fill: fillOpacity, outlined: true, dashed: false };
    looks.push({ id: '', mask: preview.mask, ...look, emphasis: 'selected', order: Infinity });
  }
  return looks;
}
