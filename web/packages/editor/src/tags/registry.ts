/**
 * All tag modules. A tag that is not here is shown as a placeholder, and its results pass through
 * untouched. The image layer is loaded when a configuration has an Image.
 */
import type { Config } from '@labelkeep/labeling';
import type { TagModule } from '../core/tag';
import { choicesTag } from './choices';
import { collapseTag } from './collapse';
import { dateTimeTag } from './datetime';
import { filterTag } from './filter';
import { headerTag } from './header';
import { hyperTextTag } from './hypertext';
import { labelsTag } from './labels';
import { markdownTag } from './markdown';
import { numberTag } from './number';
import { pairwiseTag } from './pairwise';
import { listTag, rankerTag } from './ranker';
import { ratingTag } from './rating';
import { relationsTag } from './relations';
import { repeaterTag } from './repeater';
import { styleTag } from './style';
import { tableTag } from './table';
import { taxonomyTag } from './taxonomy';
import { textTag } from './text';
import { textAreaTag } from './textarea';
import { viewTag } from './view';

const BUILT_IN: readonly TagModule[] = [
  viewTag,
  headerTag,
  styleTag,
  textTag,
  hyperTextTag,
  relationsTag,
  tableTag,
  markdownTag,
  collapseTag,
  filterTag,
  repeaterTag,
  labelsTag,
  choicesTag,
  textAreaTag,
  ratingTag,
  taxonomyTag,
  numberTag,
  dateTimeTag,
  pairwiseTag,
  rankerTag,
  listTag,
];

/** The modules that a configuration needs. */
export async function loadModules(config: Config): Promise<readonly TagModule[]> {
  if (!config.objects.some((node) => node.type === 'image')) return BUILT_IN;
  const { imageTags } = await import('./image/modules');
  return [...BUILT_IN, ...imageTags];
}

/** The modules that are always there; for tests that need no image. */
export const builtInTags: readonly TagModule[] = BUILT_IN;
