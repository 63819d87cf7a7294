import type { TagModule } from '../../core/tag';

/** View: a container. The layout draws it, since it draws its children. */
export const viewTag: TagModule = { tags: ['view'] };
