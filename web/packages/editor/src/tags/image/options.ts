/** Attributes of `Image` as options of the canvas. */
import type { CameraOptions } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import type { CrossOrigin } from './load';

const ALIGN = { left: 0, center: 0.5, right: 1, top: 0, bottom: 1 } as const;

/** Rim around a fitted picture, CSS pixels. */
const RIM = 10;

/**
 * Without the alignment attributes an image that is smaller than its place stands in the middle. `toolbar` is the
 * width that lies under the toolbar, CSS pixels.
 */
export function cameraOptions(node: ConfigNode, toolbar: number): CameraOptions {
  return {
    negativeZoom: node.bool('negativeZoom'),
    alignX: ALIGN[node.oneOf('horizontalAlignment', ['left', 'center', 'right'], 'center')],
    alignY: ALIGN[node.oneOf('verticalAlignment', ['top', 'center', 'bottom'], 'center')],
    defaultZoom: node.oneOf('defaultZoom', ['auto', 'original', 'fit'], 'fit'),
    inset: { left: toolbar, top: RIM, right: RIM, bottom: RIM },
  };
}

export function gridOf(node: ConfigNode): { readonly size: number; readonly color: string } {
  return { size: Math.max(1, node.number('gridSize', 30)), color: node.get('gridColor') ?? '#EEEEF4' };
}

export function crossOriginOf(node: ConfigNode): CrossOrigin {
  return node.oneOf('crossOrigin', ['none', 'anonymous', 'use-credentials'], 'none') === 'use-credentials'
    ? 'use-credentials'
    : 'anonymous';
}

const SIZES = ['width', 'maxWidth', 'height', 'maxHeight'] as const;

/** CSS sizes of the configuration; only lengths are let through. Bare numbers are pixels. */
export function sizeStyles(node: ConfigNode): Partial<Record<(typeof SIZES)[number], string>> {
  const styles: Partial<Record<(typeof SIZES)[number], string>> = {};
  for (const key of SIZES) {
    const written = node.get(key)?.trim();
    if (!written) continue;
    if (/^\d+(\.\d+)?$/.test(written)) styles[key] = `${written}px`;
    else if (/^(\d+(\.\d+)?(px|%|em|rem|vw|vh|dvh|svh|lvh)|auto|calc\([\d\s.+*/()a-z%-]+\))$/i.test(written))
      styles[key] = written;
  }
  return styles;
}
