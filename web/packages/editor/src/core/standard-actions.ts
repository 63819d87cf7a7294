/** The actions on annotations and the screen that every configuration has. Tags and mounted objects add theirs. */
import type { Action } from './actions';
import type { Editor } from './editor';
import { ICONS } from './icons';
import { regionActions } from './region-actions';
import { isMac } from './shortcut';

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
      id: 'annotation.submit-exit',
      label: 'Submit or update, and exit',
      group: 'Annotation',
      shortcut: 'ctrl+shift+enter',
      scope: 'input',
      enabled: () => options.onExit !== undefined && editor.canSubmit,
      run: () => void saving.submit().then((done) => done && options.onExit?.()),
    },
    {
      id: 'annotation.skip',
      label: 'Skip this task',
      group: 'Annotation',
      // ⌘ and space belong to a Mac itself.
      shortcut: isMac ? 'alt+enter' : 'ctrl+space',
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
      run: () => editor.ui.show('delete-annotation'),
    },
    {
      id: 'annotation.ground-truth',
      label: 'Set or unset ground truth',
      group: 'Annotation',
      icon: ICONS.star,
      enabled: () => editor.canMarkGroundTruth,
      active: () => editor.entries.tab.annotation?.ground_truth === true,
      run: () => void saving.toggleGroundTruth(),
    },
    {
      id: 'annotation.link',
      label: 'Copy a link to this annotation',
      group: 'Annotation',
      icon: ICONS.link,
      enabled: () => options.mode !== 'preview' && editor.entries.tab.kind !== 'new',
      run: () => editor.copyLink(editor.placeOf()),
    },
    {
      id: 'annotation.next',
      label: 'Next annotation or prediction',
      group: 'Annotation',
      shortcut: 'ctrl+alt+arrowright',
      enabled: () => editor.entries.all().length > 1,
      run: () => editor.entries.step(1),
    },
    {
      id: 'annotation.previous',
      label: 'Previous annotation or prediction',
      group: 'Annotation',
      shortcut: 'ctrl+alt+arrowleft',
      enabled: () => editor.entries.all().length > 1,
      run: () => editor.entries.step(-1),
    },
    {
      id: 'annotation.compare',
      label: 'Compare all annotations',
      group: 'Annotation',
      shortcut: 'shift+c',
      icon: ICONS.compare,
      enabled: () => options.mode !== 'preview' && editor.entries.all().length > 1,
      active: () => editor.ui.compare,
      run: () => editor.ui.setCompare(!editor.ui.compare),
    },
    {
      id: 'annotation.history',
      label: 'Show the history',
      group: 'Annotation',
      icon: ICONS.clock,
      run: () => editor.showPanel('history'),
    },
    {
      id: 'annotation.restore',
      label: 'Restore the state that is looked at',
      group: 'Annotation',
      enabled: () => editor.entry.kind === 'state' && !editor.entries.tab.document.readonly,
      run: () => void editor.entries.restoreLooked(),
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
      {
        id: 'task.postpone',
        label: 'Postpone: keep a draft, go on, come back later',
        group: 'Annotation',
        shortcut: 'ctrl+alt+arrowdown',
        icon: ICONS.postpone,
        enabled: () => editor.canPostpone,
        run: () => void saving.postpone(),
      },
    );
  }
  return actions;
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
      label: 'Fold or unfold the panels',
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
      id: 'screen.auto-annotation',
      label: 'Auto-annotation: offer the tools that ask a model',
      group: 'Suggestions',
      shortcut: 'shift+y',
      icon: ICONS.spark,
      quiet: !editor.hasModel,
      enabled: () => editor.hasModel,
      active: () => editor.asksModel,
      run: () => editor.settings.set('autoAnnotation', !editor.settings.get('autoAnnotation')),
    },
    {
      id: 'screen.full',
      label: 'Full screen, or leave it',
      group: 'Screen',
      shortcut: 'shift+f',
      icon: ICONS.full,
      enabled: () => editor.fullScreen.possible,
      active: () => editor.fullScreen.on,
      run: () => editor.fullScreen.toggle(),
    },
    {
      id: 'screen.panels-reset',
      label: 'Put the panels back where they belong',
      group: 'Screen',
      run: () => {
        editor.panels.reset();
        editor.settings.set('panelOpen', true);
      },
    },
    {
      id: 'screen.data',
      label: 'Go to the data',
      group: 'Screen',
      shortcut: 'alt+d',
      run: () => editor.focusRequests.emit('data'),
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
