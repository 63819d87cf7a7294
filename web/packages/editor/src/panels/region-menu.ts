/** The menu of the selected regions: the registry's actions, in groups. */
import type { Editor } from '../core/editor';
import type { MenuItem } from './parts/Menu';

const GROUPS: readonly (readonly string[])[] = [
  ['region.relabel', 'region.note', 'region.select-same'],
  ['region.copy', 'region.cut', 'region.paste', 'region.duplicate', 'region.link'],
  ['region.group', 'region.ungroup'],
  ['region.hide', 'region.lock'],
  ['region.delete'],
];

export function regionMenu(editor: Editor): readonly MenuItem[] {
  const items: MenuItem[] = [];
  for (const group of GROUPS) {
    const actions = group.flatMap((id) => editor.actions.get(id) ?? []);
    if (items.length > 0) items.push(null);
    for (const action of actions) {
      items.push({
        label: action.label,
        icon: action.icon,
        keys: editor.actions.shortcutOf(action),
        disabled: action.enabled?.() === false,
        danger: action.id === 'region.delete',
        run: () => editor.actions.run(action.id),
      });
    }
  }
  return items;
}
