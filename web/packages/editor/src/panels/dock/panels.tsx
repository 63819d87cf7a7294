/** The panels that there are: name, icon and content. */
import type { ComponentType } from 'react';
import { countText } from '../../core/count';
import { ICONS } from '../../core/icons';
import type { Icon } from '../../core/tag';
import { useRegionIds } from '../../react/hooks';
import { RELATION_ICON } from '../../tags/relations/actions';
import { Details } from '../Details';
import { History } from '../History';
import { Regions } from '../Regions';
import { RelationCount, Relations } from '../Relations';

export interface PanelSpec {
  readonly id: string;
  readonly title: string;
  readonly icon: Icon;
  readonly Content: ComponentType;
  /** It begins anew by itself when another task is opened; the others are made anew. */
  readonly stays?: boolean;
  /** A number beside the name. */
  readonly Count?: ComponentType;
}

function RegionCount() {
  return <>{countText(useRegionIds().length)}</>;
}

const SPECS: readonly PanelSpec[] = [
  { id: 'regions', title: 'Regions', icon: ICONS.list, Content: Regions, stays: true, Count: RegionCount },
  { id: 'relations', title: 'Relations', icon: RELATION_ICON, Content: Relations, Count: RelationCount },
  { id: 'details', title: 'Details', icon: ICONS.info, Content: Details },
  { id: 'history', title: 'History', icon: ICONS.clock, Content: History },
];

export function panelSpec(id: string): PanelSpec | undefined {
  return SPECS.find((spec) => spec.id === id);
}
