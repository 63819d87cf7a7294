/** Masks without a page: bits in tiles, strokes, the codes of results. Workers load this part alone. */
export { MaskEditor } from './editor';
export { flood, type Pixels } from './flood';
export {
  emptyMask,
  MAX_PIXELS,
  type Mask,
  maskArea,
  maskBounds,
  maskDifference,
  maskHas,
  maskMeets,
} from './mask';
export { encodePng, paintRgba, pngSize } from './png';
export { resizeMask } from './resize';
export { decodeRle, encodeRle, RleError, rlePixels } from './rle';
export { brushCenter, type Dab, strokeSegment } from './stroke';
export { buffersOf, type PackedMask, packMask, unpackMask } from './transfer';
