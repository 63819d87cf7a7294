/** The actions on regions that every configuration has. */
import type { Action } from './actions';
import { copyRegions, isRegions, lastCopied, pasteRegions } from './clipboard';
import type { Editor } from './editor';
import { ICONS } from './icons';
import { moveBelow } from './region-rows';

export function regionActions(editor: Editor): Action[] {
  const doc = () => editor.document;
  const selected = () => doc().view.selected;
  const some = () => selected().length > 0;
  const next = (by: 1 | -1) => {
    const ids = doc().listedIds();
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
      id: 'suggestion.accept',
      label: 'Accept the suggestions of the model',
      group: 'Suggestions',
      shortcut: 'alt+y',
      icon: ICONS.check,
      quiet: editor.options.onPrompt === undefined,
      enabled: () => editor.suggestions.count > 0,
      run: () => editor.suggestions.accept(),
    },
    {
      id: 'suggestion.reject',
      label: 'Reject the suggestions of the model',
      group: 'Suggestions',
      shortcut: 'shift+alt+y',
      icon: ICONS.close,
      quiet: editor.options.onPrompt === undefined,
      enabled: () => editor.suggestions.count > 0,
      run: () => editor.suggestions.reject(),
    },
    {
      id: 'region.duplicate',
      label: 'Duplicate selected regions',
      group: 'Regions',
      // ctrl+D and ctrl+H are the browser's.
      shortcut: 'shift+d',
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
      shortcut: 'shift+h',
      icon: ICONS.eye,
      run: () => {
        const ids = doc().listedIds();
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
      run: () => editor.focusPanel('details', 'note'),
    },
    {
      id: 'region.relabel',
      label: 'Change labels of the selection',
      group: 'Regions',
      shortcut: 'f2',
      icon: ICONS.edit,
      enabled: () => some() && !editor.readonly,
      run: () => editor.ui.show('relabel'),
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
      shortcut: 'alt+g',
      run: () => editor.focusPanel('regions', 'region-list'),
    },
    {
      id: 'region.find',
      label: 'Search the regions',
      group: 'Regions',
      shortcut: 'alt+f',
      run: () => editor.focusPanel('regions', 'region-search'),
    },
    {
      id: 'region.copy',
      label: 'Copy selected regions',
      group: 'Regions',
      shortcut: 'ctrl+c',
      byBrowser: true,
      icon: ICONS.copy,
      enabled: some,
      run: () => void toClipboard(editor, copyRegions(editor, selected())),
    },
    {
      id: 'region.cut',
      label: 'Cut selected regions',
      group: 'Regions',
      shortcut: 'ctrl+x',
      byBrowser: true,
      enabled: () => some() && !editor.readonly,
      run: () => {
        void toClipboard(editor, copyRegions(editor, selected()));
        editor.deleteRegions(selected());
      },
    },
    {
      id: 'region.paste',
      label: 'Paste regions',
      group: 'Regions',
      shortcut: 'ctrl+v',
      byBrowser: true,
      enabled: () => !editor.readonly,
      run: () => void fromClipboard(editor),
    },
    {
      id: 'region.link',
      label: 'Copy a link to this region',
      group: 'Regions',
      icon: ICONS.link,
      enabled: () => doc().view.single !== null && editor.options.mode !== 'preview',
      run: () => editor.copyLink(editor.placeOf(doc().view.single ?? undefined)),
    },
    {
      id: 'region.select-same',
      label: 'Select all regions with the same label',
      group: 'Regions',
      enabled: some,
      run: () => {
        const key = (id: string) => {
          const region = doc().store.get(id);
          return region ? editor.labels.style(region).labels.join('\u0000') : null;
        };
        const wanted = new Set(selected().map(key));
        const same = doc()
          .regionIds()
          .filter((id) => wanted.has(key(id)));
        doc().view.select(same);
      },
    },
    {
      id: 'region.group',
      label: 'Group the selection below its first region',
      group: 'Regions',
      enabled: () => selected().length > 1 && !editor.readonly,
      run: () => {
        const [first, ...rest] = selected();
        if (first !== undefined) moveBelow(editor, rest, first);
      },
    },
    {
      id: 'region.ungroup',
      label: 'Take the selection out of its group',
      group: 'Regions',
      enabled: () => !editor.readonly && selected().some((id) => doc().store.get(id)?.parentId !== undefined),
      run: () => void moveBelow(editor, selected(), null),
    },
  ];
}

/** The page's clipboard where it may be written; the editor keeps its own copy anyway. */
async function toClipboard(editor: Editor, text: string): Promise<void> {
  if (text === '') return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    editor.notify('info', 'Copied. This browser keeps it inside this page: press Ctrl C to use it elsewhere.');
  }
}

async function fromClipboard(editor: Editor): Promise<void> {
  let text = '';
  try {
    text = await navigator.clipboard.readText();
  } catch {
    // Without leave to read the clipboard, what was copied here is what there is.
  }
  if (!isRegions(text)) text = lastCopied();
  if (!pasteRegions(editor, text) && text === '') editor.notify('info', 'There is no copied region to paste.');
}
