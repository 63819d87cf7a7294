/**
 * Keys of labels, choices and the like. Written keys win; the others get the first free key of a
 * fixed order, in order of the configuration. Keys of tools are not free.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Action } from './actions';
import { type ChoiceDef, choicesOf, isLabelsControl } from './config';
import type { Editor } from './editor';
import { parseShortcut } from './shortcut';

/** Order of assignment; r, u and h are left out because actions need them. */
const ORDER = '1234567890qwetasdfgzxcvbyiopjklnm';

/** Keys by control name, then by stored value (`''` for controls that have one key, such as Rating). */
export type AssignedKeys = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface Wish {
  readonly control: string;
  readonly value: string;
  readonly key: string;
}

/** Gives every label, choice and rating its key; values beyond the last free key get none. */
export function assignKeys(editor: Editor): AssignedKeys {
  const wishes: Wish[] = [];
  for (const control of editor.config.controls) wishes.push(...wishesOf(editor, control));
  const taken = new Set<string>(wishes.flatMap((wish) => parseShortcut(wish.key).map(plainKey)));
  for (const object of editor.config.objects) {
    for (const tool of editor.tools.of(object.name)) {
      for (const shortcut of parseShortcut(tool.shortcut ?? '')) taken.add(plainKey(shortcut));
    }
  }
  const free = [...ORDER].filter((key) => !taken.has(key));
  const assigned = new Map<string, Map<string, string>>();
  for (const wish of wishes) {
    const key = wish.key || free.shift();
    if (!key) continue;
    const keys = assigned.get(wish.control) ?? new Map<string, string>();
    if (!keys.has(wish.value)) keys.set(wish.value, key);
    assigned.set(wish.control, keys);
  }
  return assigned;
}

function wishesOf(editor: Editor, control: ConfigNode): Wish[] {
  if (isLabelsControl(control)) {
    return editor.labels
      .of(control.name)
      .map((label) => ({ control: control.name, value: label.stored, key: label.hotkey }));
  }
  if (control.type === 'choices') {
    const flat = (choices: readonly ChoiceDef[]): ChoiceDef[] =>
      choices.flatMap((choice) => [choice, ...flat(choice.children)]);
    return flat(choicesOf(control, editor.task.data)).map((choice) => ({
      control: control.name,
      value: choice.stored,
      key: choice.hotkey,
    }));
  }
  if (control.type === 'pairwise') {
    return ['left', 'right'].map((value) => ({ control: control.name, value, key: '' }));
  }
  const single = control.type === 'rating' || control.type === 'number';
  return single ? [{ control: control.name, value: '', key: control.get('hotkey') ?? '' }] : [];
}

function plainKey(shortcut: { ctrl: boolean; meta: boolean; alt: boolean; shift: boolean; key: string }): string {
  const mods = [shortcut.ctrl && 'ctrl', shortcut.meta && 'meta', shortcut.alt && 'alt', shortcut.shift && 'shift'];
  return [...mods.filter(Boolean), shortcut.key].join('+');
}

/** Actions that press labels. Choices and ratings bring their own (`TagModule.actions`). */
export function labelActions(editor: Editor): Action[] {
  const actions: Action[] = [];
  for (const control of editor.config.controls) {
    if (!isLabelsControl(control)) continue;
    for (const label of editor.labels.of(control.name)) {
      const shortcut = editor.keys.get(control.name)?.get(label.stored);
      actions.push({
        id: `label.${control.name}.${label.stored}`,
        label: `Label: ${label.title}`,
        group: 'Labels',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () => !editor.readonly && editor.visibility.isShown(control),
        active: () => editor.labels.active(control.name).includes(label.stored),
        run: () => editor.labels.choose(control, label.stored),
      });
    }
  }
  return actions;
}
