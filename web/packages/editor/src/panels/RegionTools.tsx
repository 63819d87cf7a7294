/** Above the regions tree: search, what is listed, how it is grouped and ordered, and hiding all. */
import { useRef } from 'react';
import { ICONS } from '../core/icons';
import { REGION_FILTERS, type RegionFilter } from '../core/region-rows';
import type { SettingValues } from '../core/settings';
import { useEditor, useFocusRequest, useSetting } from '../react/hooks';
import { ActionById } from './parts/ActionButton';
import { IconView } from './parts/Icon';
import { MenuButton, type MenuItem } from './parts/Menu';
import styles from './regions.module.css';

const GROUPS: readonly (readonly [SettingValues['regionGroup'], string])[] = [
  ['none', 'By hand'],
  ['label', 'By label'],
  ['tool', 'By tool'],
];
const ORDERS: readonly (readonly [SettingValues['regionOrder'], boolean, string])[] = [
  ['created', false, 'Oldest first'],
  ['created', true, 'Newest first'],
  ['score', false, 'Low scores first'],
  ['score', true, 'High scores first'],
  ['start', false, 'From the beginning of the media'],
  ['start', true, 'From the end of the media'],
];
/** Objects with a time line. */
const TIMED = new Set(['audio', 'audioplus', 'video', 'timeseries']);

export function RegionTools({
  query,
  onQuery,
  filter,
  onFilter,
}: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly filter: RegionFilter;
  readonly onFilter: (filter: RegionFilter) => void;
}) {
  const editor = useEditor();
  const group = useSetting('regionGroup');
  const order = useSetting('regionOrder');
  const descending = useSetting('regionOrderDescending');
  const input = useRef<HTMLInputElement>(null);
  useFocusRequest('region-search', () => input.current?.focus());
  const timed = editor.config.objects.some((node) => TIMED.has(node.type));
  const paged = editor.config.objects.some((node) => node.has('valueList'));
  const views = (): readonly MenuItem[] => [
    { heading: 'Group' },
    ...GROUPS.map(([value, label]) => ({
      label,
      checked: group === value,
      run: () => editor.settings.set('regionGroup', value),
    })),
    null,
    { heading: 'Order' },
    ...ORDERS.filter(([value]) => value !== 'start' || timed).map(([value, down, label]) => ({
      label,
      checked: order === value && descending === down,
      run: () => {
        editor.settings.set('regionOrder', value);
        editor.settings.set('regionOrderDescending', down);
      },
    })),
  ];
  const filters = (): readonly MenuItem[] => [
    { heading: 'List' },
    ...REGION_FILTERS.filter(([value]) => value !== 'page' || paged).map(([value, label]) => ({
      label,
      checked: filter === value,
      run: () => onFilter(value),
    })),
  ];
  return (
    <div className={styles['tools']}>
      <input
        ref={input}
        type="search"
        className={styles['search']}
        value={query}
        placeholder="Search"
        aria-label="Search the regions by label, text, number or note"
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && query !== '') {
            event.stopPropagation();
            onQuery('');
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            editor.focusRequests.emit('region-list');
          }
        }}
      />
      <MenuButton label="Filter the regions" className={styles['tool']} items={filters} pressed={filter !== 'all'}>
        <IconView icon={ICONS.filter} />
      </MenuButton>
      <MenuButton
        label="Group and order of the regions"
        className={styles['tool']}
        items={views}
        pressed={group !== 'none'}
      >
        <IconView icon={ICONS.sort} />
      </MenuButton>
      <ActionById id="region.hide-all" />
    </div>
  );
}
