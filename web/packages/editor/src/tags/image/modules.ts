/** Tag modules of the image layer, loaded together when a configuration has an `Image`. */
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
import { imageTools } from './tool-names';

const imageModule: TagModule = {
  tags: ['image'],
  object: { mount: mountImage, tools: imageTools },
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
