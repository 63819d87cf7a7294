/** Keys and palette entries of relations. */
import type { Action } from '../../core/actions';
import type { Editor } from '../../core/editor';
import type { Icon } from '../../core/tag';
import { relationsOf } from './model';

export const RELATION_ICON: Icon = [
  'M5 5h5v5H5z',
  'M14 14h5v5h-5z',
  'M10 7.5h3a3.5 3.5 0 0 1 3.5 3.5v3',
  'm14 12 2.5 2.5L19 12',
];

export function relationActions(editor: Editor): Action[] {
  const relations = relationsOf(editor);
  const count = () => relations.all().length;
  return [
    {
      id: 'region.relation',
      label: 'Relate the selected region to another',
      group: 'Relations',
      shortcut: 'alt+r',
      icon: RELATION_ICON,
      enabled: () => !editor.readonly && editor.document.view.selected.length > 0,
      active: () => relations.from !== null,
      run: () => {
        if (!relations.stop()) relations.begin();
      },
    },
    {
      id: 'relation.stop',
      label: 'Leave the making of a relation',
      group: 'Relations',
      shortcut: 'escape',
      quiet: true,
      enabled: () => relations.from !== null,
      run: () => void relations.stop(),
    },
    {
      id: 'relation.hide-all',
      label: 'Hide or show all relations',
      group: 'Relations',
      enabled: () => count() > 0,
      run: () => {
        const hide = !relations.allHidden;
        relations.setHidden(
          relations.all().map((one) => one.id),
          hide,
        );
        editor.announce(hide ? 'All relations hidden' : 'All relations shown');
      },
    },
    {
      id: 'relation.turn',
      label: 'Turn the arrow of the chosen relation',
      group: 'Relations',
      enabled: () => relations.chosen !== null && !editor.readonly,
      run: () => relations.chosen !== null && relations.turn(relations.chosen),
    },
    {
      id: 'relation.delete',
      label: 'Delete the chosen relation',
      group: 'Relations',
      shortcut: 'backspace, delete',
      // Selected regions go first: the key means what is marked in the data.
      enabled: () => relations.chosen !== null && !editor.readonly && editor.document.view.selected.length === 0,
      run: () => relations.chosen !== null && relations.remove([relations.chosen]),
    },
  ];
}
