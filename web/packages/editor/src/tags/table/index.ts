import type { TagModule } from '../../core/tag';
import { Table } from './Table';

/** Table: data to look at; answers may point at it, it has no regions. */
export const tableTag: TagModule = { tags: ['table'], Panel: Table };
