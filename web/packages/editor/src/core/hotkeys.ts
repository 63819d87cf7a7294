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
  /** Controls that a Repeater made of the same tag, by its place in the configuration. */
  const twins = new Map<number, { readonly wishes: readonly Wish[]; readonly others: Wish[][] }>();
  for (const control of editor.config.controls) {
    const own = wishesOf(editor, control);
    const twin = twins.get(control.position.offset);
    if (twin) twin.others.push(own);
    else {
      twins.set(control.position.offset, { wishes: own, others: [] });
      wishes.push(...own);
    }
  }
  const taken = new Set<string>(wishes.flatMap((wish) => parseShortcut(wish.key).map(plainKey)));
  // Other tags have keys too: a Filter, a Shortcut, an Audio.
  for (const node of editor.config.root?.walk() ?? []) {
    for (const shortcut of parseShortcut(node.given('hotkey') ?? '')) taken.add(plainKey(shortcut));
  }
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
  // The same question about another element has the same keys: they act where the person is.
  for (const { wishes: first, others } of twins.values()) {
    for (const own of others) {
      const keys = new Map<string, string>();
      own.forEach((wish, index) => {
        const like = first[index];
        const key = wish.key || (like && assigned.get(like.control)?.get(like.value));
        if (key) keys.set(wish.value, key);
      });
      if (own[0]) assigned.set(own[0].control, keys);
    }
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
    const tool = editor.labels.toolOf(control);
    const drawn = tool ? ` (${tool.label})` : '';
    for (const label of editor.labels.of(control.name)) {
      const shortcut = editor.keys.get(control.name)?.get(label.stored);
      actions.push({
        id: `label.${control.name}.${label.stored}`,
        label: `Label: ${label.title}${drawn}`,
        group: 'Labels',
        ...(shortcut === undefined ? {} : { shortcut }),
        enabled: () => !editor.readonly && editor.elements.has(control) && editor.visibility.isShown(control),
        active: () => editor.labels.active(control.name).includes(label.stored),
        run: () => editor.labels.choose(control, label.stored),
      });
    }
  }
  return actions;
}
