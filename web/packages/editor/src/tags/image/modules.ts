/** Tag modules of the image layer, loaded together when a configuration has an `Image`. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { TagModule } from '../../core';
import { bitmaskModule } from '../bitmask';
import { brushModule } from '../brush';
import { ellipseModule } from '../ellipse';
import { keyPointModule } from '../keypoint';
import { magicWandModule } from '../magicwand';
import { polygonModule } from '../polygon';
import { rectangleModule } from '../rectangle';
import { vectorModule } from '../vector';
import { mountImage } from './mount';
import { crossOriginOf } from './options';
import { preload } from './preload';
import { imageTools } from './tool-names';

/** The picture of a task, or the first two of its pages. */
function prefetchImages(
  node: ConfigNode,
  value: unknown,
  resolve: (url: string) => string,
  when: 'now' | 'later',
): void {
  const pages = (Array.isArray(value) ? value : [value]).slice(0, 2);
  for (const [page, one] of pages.entries()) {
    if (typeof one !== 'string' || one.trim() === '') continue;
    preload(resolve(one), crossOriginOf(node), page === 0 ? when : 'later');
  }
}

const imageModule: TagModule = {
  tags: ['image'],
  object: { mount: mountImage, tools: imageTools, prefetch: prefetchImages },
};

export const imageTags: readonly TagModule[] = [
  imageModule,
  rectangleModule,
  ellipseModule,
  polygonModule,
  vectorModule,
  keyPointModule,
  brushModule,
  bitmaskModule,
  magicWandModule,
];
