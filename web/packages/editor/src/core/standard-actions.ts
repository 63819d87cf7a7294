/** The actions that every configuration has. Tags and mounted objects add theirs. */
import type { Action } from './actions';
import type { Editor } from './editor';
import { ICONS } from './icons';

export function standardActions(editor: Editor): Action[] {
  return [...annotationActions(editor), ...regionActions(editor), ...screenActions(editor)];
}

function annotationActions(editor: Editor): Action[] {
  const { options, saving } = editor;
  const doc = () => editor.document;
  const actions: Action[] = [
    {
      id: 'annotation.submit',
      label: 'Submit or update',
      group: 'Annotation',
      shortcut: 'ctrl+enter',
      scope: 'input',
      enabled: () => editor.canSubmit,
      run: () => void saving.submit(),
    },
    {
      id: 'annotation.skip',
      label: 'Skip this task',
      group: 'Annotation',
      shortcut: 'ctrl+space',
      scope: 'input',
      enabled: () => editor.canSkip,
      run: () => void saving.skip(),
    },
    {
      id: 'annotation.unskip',
      label: 'Take the skip back',
      group: 'Annotation',
      enabled: () => editor.entry.annotation?.was_cancelled === true && options.onUnskip !== undefined,
      run: () => void saving.unskip(),
    },
    {
      id: 'annotation.undo',
      label: 'Undo',
      group: 'Annotation',
      shortcut: 'ctrl+z',
      repeat: true,
      icon: ICONS.undo,
      enabled: () => !editor.readonly,
      run: () => editor.undo(),
    },
    {
      id: 'annotation.redo',
      label: 'Redo',
      group: 'Annotation',
      shortcut: 'ctrl+shift+z, ctrl+y',
      repeat: true,
      icon: ICONS.redo,
      enabled: () => !editor.readonly,
      run: () => editor.redo(),
    },
    {
      id: 'annotation.reset',
      label: 'Undo everything',
      group: 'Annotation',
      icon: ICONS.reset,
      enabled: () => !editor.readonly && doc().history.canUndo,
      run: () => {
        doc().reset();
        editor.announce('All changes undone; redo brings them back');
      },
    },
    {
      id: 'annotation.new',
      label: 'New annotation',
      group: 'Annotation',
      icon: ICONS.plus,
      enabled: () => options.mode !== 'preview',
      run: () => editor.entries.create(),
    },
    {
      id: 'annotation.copy',
      label: 'Copy to a new annotation',
      group: 'Annotation',
      icon: ICONS.copy,
      run: () => editor.entries.copyCurrent(),
    },
    {
      id: 'annotation.delete',
      label: 'Delete this annotation',
      group: 'Annotation',
      icon: ICONS.trash,
      enabled: () => editor.canDeleteEntry,
      run: () => void saving.deleteCurrent(),
    },
  ];
  if (options.onNavigate) {
    actions.push(
      {
        id: 'task.previous',
        label: 'Previous task',
        group: 'Annotation',
        shortcut: 'ctrl+alt+arrowup',
        icon: ICONS.left,
        enabled: () => options.history?.canBack ?? false,
        run: () => editor.navigate('previous'),
      },
      {
        id: 'task.next',
        label: 'Next task',
        group: 'Annotation',
        shortcut: 'ctrl+alt+arrowdown',
        icon: ICONS.right,
        enabled: () => options.history?.canForward ?? false,
        run: () => editor.navigate('next'),
      },
    );
  }
  return actions;
}

function regionActions(editor: Editor): Action[] {
  const doc = () => editor.document;
  const selected = () => doc().view.selected;
  const some = () => selected().length > 0;
  const next = (by: 1 | -1) => {
    const ids = doc().regionIds();
    if (ids.length === 0) return;
    const at = ids.indexOf(selected().at(-1) ?? '');
    const id = at < 0 ? (by > 0 ? ids[0] : ids.at(-1)) : ids[(at + by + ids.length) % ids.length];
    if (id === undefined) return;
    doc().view.select([id]);
    editor.reveal(id);
  };
  return [
    {
      id: 'region.delete',
      label: 'Delete selected regions',
      group: 'Regions',
      shortcut: 'backspace, delete',
      icon: ICONS.trash,
      enabled: () => some() && !editor.readonly,
      run: () => editor.deleteRegions(selected()),
    },
    {
      id: 'region.delete-all',
      label: 'Delete all regions',
      group: 'Regions',
      shortcut: 'ctrl+backspace',
      enabled: () => !editor.readonly && doc().regionIds().length > 0,
      run: () => {
        const count = doc().regionIds().length;
        editor.deleteRegions(doc().regionIds());
        editor.notify(
          'info',
          `${count === 1 ? 'One region was' : `${count} regions were`} deleted. Undo brings them back.`,
        );
      },
    },
    {
      id: 'region.duplicate',
      label: 'Duplicate selected regions',
      group: 'Regions',
      shortcut: 'ctrl+d',
      icon: ICONS.copy,
      enabled: () => some() && !editor.readonly,
      run: () => editor.duplicateRegions(selected()),
    },
    {
      id: 'region.hide',
      label: 'Hide or show selected regions',
      group: 'Regions',
      shortcut: 'alt+h',
      icon: ICONS.eye,
      enabled: some,
      run: () => {
        const hidden = selected().every((id) => doc().view.isHidden(id));
        doc().view.setHidden(selected(), !hidden);
        editor.announce(hidden ? 'Shown' : 'Hidden');
      },
    },
    {
      id: 'region.hide-all',
      label: 'Hide or show all regions',
      group: 'Regions',
      shortcut: 'ctrl+h',
      icon: ICONS.eye,
      run: () => {
        const ids = doc().regionIds();
        const hide = doc().view.hiddenCount < ids.length;
        doc().view.setHidden(ids, hide);
        editor.announce(hide ? 'All regions hidden' : 'All regions shown');
      },
    },
    {
      id: 'region.lock',
      label: 'Lock or unlock selected regions',
      group: 'Regions',
      shortcut: 'alt+l',
      icon: ICONS.lock,
      enabled: some,
      run: () => {
        const locked = selected().every((id) => doc().view.isLocked(id));
        doc().view.setLocked(selected(), !locked);
        editor.announce(locked ? 'Unlocked' : 'Locked');
      },
    },
    {
      id: 'region.note',
      label: 'Write a note on the region',
      group: 'Regions',
      shortcut: 'alt+m',
      enabled: () => doc().view.single !== null && !editor.readonly,
      run: () => editor.focusRequests.emit('note'),
    },
    {
      id: 'region.relabel',
      label: 'Change labels of the selection',
      group: 'Regions',
      shortcut: 'f2',
      enabled: () => some() && !editor.readonly,
      run: () => editor.focusRequests.emit('label-search'),
    },
    {
      id: 'region.unselect',
      label: 'Unselect',
      group: 'Regions',
      shortcut: 'u',
      enabled: some,
      run: () => doc().view.select([]),
    },
    {
      id: 'region.select-all',
      label: 'Select all regions',
      group: 'Regions',
      shortcut: 'ctrl+a',
      enabled: () => doc().regionIds().length > 0,
      run: () => {
        doc().view.select(doc().regionIds());
        editor.announce(`${doc().regionIds().length} regions selected`);
      },
    },
    {
      id: 'region.next',
      label: 'Next region',
      group: 'Regions',
      shortcut: 'alt+.',
      repeat: true,
      run: () => next(1),
    },
    {
      id: 'region.previous',
      label: 'Previous region',
      group: 'Regions',
      shortcut: 'alt+comma',
      repeat: true,
      run: () => next(-1),
    },
    {
      id: 'region.answer',
      label: 'Go to the first question about the region',
      group: 'Regions',
      shortcut: 'enter',
      enabled: () => doc().view.single !== null,
      run: () => editor.focusRequests.emit('region-field'),
    },
    {
      id: 'region.list',
      label: 'Go to the regions list',
      group: 'Regions',
      shortcut: 'alt+r',
      run: () => {
        editor.settings.set('panelOpen', true);
        editor.focusRequests.emit('region-list');
      },
    },
  ];
}

function screenActions(editor: Editor): Action[] {
  return [
    {
      id: 'screen.cancel',
      label: 'Cancel drawing, put labels down, unselect',
      group: 'Screen',
      shortcut: 'escape',
      scope: 'input',
      run: () => editor.escape(),
    },
    {
      id: 'screen.panel',
      label: 'Fold or unfold the side panel',
      group: 'Screen',
      shortcut: '\\',
      icon: ICONS.panel,
      active: () => editor.settings.get('panelOpen'),
      run: () => editor.settings.set('panelOpen', !editor.settings.get('panelOpen')),
    },
    {
      id: 'screen.palette',
      label: 'Command palette',
      group: 'Screen',
      shortcut: 'ctrl+k',
      scope: 'input',
      icon: ICONS.search,
      run: () => editor.ui.show('palette'),
    },
    {
      id: 'screen.help',
      label: 'Keys',
      group: 'Screen',
      shortcut: '?',
      icon: ICONS.keyboard,
      run: () => editor.ui.show('help'),
    },
    {
      id: 'screen.instructions',
      label: 'Instructions',
      group: 'Screen',
      shortcut: 'alt+i',
      icon: ICONS.info,
      enabled: () => editor.hasInstructions,
      run: () => editor.ui.show('instructions'),
    },
    {
      id: 'screen.settings',
      label: 'Settings of the editor',
      group: 'Screen',
      shortcut: 'ctrl+comma',
      icon: ICONS.settings,
      run: () => editor.ui.show('settings'),
    },
    {
      id: 'screen.labels',
      label: 'Find a label',
      group: 'Screen',
      shortcut: '/',
      enabled: () => editor.config.controls.some((control) => editor.labels.of(control.name).length > 0),
      run: () => editor.focusRequests.emit('label-search'),
    },
  ];
}
