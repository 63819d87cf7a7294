/** A mask in another size: each pixel is the one that lies in its middle. */
import { MaskEditor } from './editor';
import { emptyMask, type Mask, maskHas } from './mask';

export function resizeMask(mask: Mask, width: number, height: number): Mask {
  if (mask.width === width && mask.height === height) return mask;
  const editor = new MaskEditor(emptyMask(width, height));
  for (let y = 0; y < height; y++) {
    const from = Math.floor(((y + 0.5) * mask.height) / height);
    let start = -1;
    for (let x = 0; x <= width; x++) {
      const painted = x < width && maskHas(mask, Math.floor(((x + 0.5) * mask.width) / width), from);
      if (painted && start < 0) start = x;
      if (!painted && start >= 0) {
        editor.span(y, start, x, true);
        start = -1;
      }
    }
  }
  return editor.snapshot();
}
