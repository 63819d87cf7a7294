import type { TagModule } from '../../core/tag';

/** Relations: the labels that relations may carry. It shows nothing in its place; see `RelationsOverlay` and the panel. */
export const relationsTag: TagModule = { tags: ['relations', 'relation'], ownsChildren: true };
