/** Which dialog stands over the editor: one at a time. */
import { useEditor, useEmitter } from '../../react/hooks';
import { DeleteAnnotation } from './DeleteAnnotation';
import { Help } from './Help';
import { Instructions } from './Instructions';
import { Palette } from './Palette';
import { Relabel } from './Relabel';
import { SettingsDialog } from './SettingsDialog';

export function Dialogs() {
  const editor = useEditor();
  const open = useEmitter(editor.ui.changed.subscribe as (listener: () => void) => () => void, () => editor.ui.dialog);
  switch (open) {
    case 'help':
      return <Help />;
    case 'palette':
      return <Palette />;
    case 'relabel':
      return <Relabel />;
    case 'instructions':
      return <Instructions />;
    case 'settings':
      return <SettingsDialog />;
    case 'delete-annotation':
      return <DeleteAnnotation />;
    default:
      return null;
  }
}
