/** Keys as text (`ctrl+shift+z`), matched against key events and shown to people. */

/** The part of a `KeyboardEvent` that matters; tests need no DOM. */
export interface KeyEventLike {
  readonly key: string;
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat?: boolean;
}

export interface Shortcut {
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Lower-case key: a character, or a name such as `enter`, `arrowleft`, `space`. */
  readonly key: string;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['esc', 'escape'],
  ['del', 'delete'],
  ['return', 'enter'],
  ['left', 'arrowleft'],
  ['right', 'arrowright'],
  ['up', 'arrowup'],
  ['down', 'arrowdown'],
  ['plus', '+'],
  ['minus', '-'],
  ['comma', ','],
  ['period', '.'],
  ['spacebar', 'space'],
  [' ', 'space'],
]);

export const isMac: boolean = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform ?? '');

/** Parses alternatives (`ctrl+y, ctrl+shift+z`). Parts that name no key are left out. */
export function parseShortcut(text: string, mac: boolean = isMac): readonly Shortcut[] {
  const found: Shortcut[] = [];
  for (const alternative of text.split(',')) {
    const parts = alternative
      .trim()
      .toLowerCase()
      .split('+')
      .map((part) => part.trim());
    const mods = new Set(parts.slice(0, -1));
    const last = parts.at(-1) ?? '';
    // "ctrl++" and a lone "+" end in an empty part: the key is the plus itself.
    const key = last === '' && alternative.includes('+') ? '+' : (NAMES.get(last) ?? last);
    if (key === '') continue;
    const ctrl = mods.has('ctrl') || mods.has('mod');
    found.push({
      ctrl: mods.has('control') || (ctrl && !mac),
      meta: mods.has('meta') || mods.has('cmd') || mods.has('command') || (ctrl && mac),
      alt: mods.has('alt') || mods.has('option'),
      shift: mods.has('shift'),
      key,
    });
  }
  return found;
}

/**
 * Does the event press this shortcut? Letters and digits with modifiers are compared by physical
 * key too, because ⌥ on a Mac and shift change `key`. Shift may be held for characters that need it (`?`, `+`).
 */
export function matchesShortcut(shortcut: Shortcut, event: KeyEventLike): boolean {
  if (event.ctrlKey !== shortcut.ctrl || event.metaKey !== shortcut.meta || event.altKey !== shortcut.alt) return false;
  const key = NAMES.get(event.key.toLowerCase()) ?? event.key.toLowerCase();
  if (key === shortcut.key) {
    const printed = key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
    return event.shiftKey === shortcut.shift || (printed && event.shiftKey);
  }
  if (event.shiftKey !== shortcut.shift) return false;
  const modified = event.shiftKey || event.altKey;
  return modified && physicalKey(event.code) === shortcut.key;
}

function physicalKey(code: string | undefined): string | null {
  if (!code) return null;
  if (/^Key[A-Z]$/.test(code)) return code.slice(3).toLowerCase();
  if (/^Digit\d$/.test(code)) return code.slice(5);
  if (code === 'Period') return '.';
  if (code === 'Comma') return ',';
  return null;
}

const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['arrowleft', '←'],
  ['arrowright', '→'],
  ['arrowup', '↑'],
  ['arrowdown', '↓'],
  ['enter', 'Enter'],
  ['escape', 'Esc'],
  ['space', 'Space'],
  ['backspace', 'Backspace'],
  ['delete', 'Del'],
  ['tab', 'Tab'],
  ['-', '−'],
]);

/** One name for each combination, for comparing. */
export function shortcutName({ ctrl, meta, alt, shift, key }: Shortcut): string {
  return [ctrl && 'control', meta && 'meta', alt && 'alt', shift && 'shift', key].filter(Boolean).join('+');
}

/** The shortcut that a key event presses, as it is written; null while only modifiers are held. */
export function shortcutOf(event: KeyEventLike, mac: boolean = isMac): string | null {
  const name = event.key.toLowerCase();
  if (['control', 'meta', 'alt', 'shift', 'altgraph', 'dead', 'unidentified', 'capslock'].includes(name)) return null;
  const physical = event.altKey || event.shiftKey ? physicalKey(event.code) : null;
  const known = physical ?? NAMES.get(name) ?? name;
  const key = known === ',' ? 'comma' : known === '+' ? 'plus' : known;
  const ctrl = mac ? event.metaKey && 'ctrl' : event.ctrlKey && 'ctrl';
  const other = mac ? event.ctrlKey && 'control' : event.metaKey && 'meta';
  // Shift is part of a printed character such as "?", and is not written again.
  const printed = physical === null && key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
  return [ctrl, other, event.altKey && 'alt', event.shiftKey && !printed && 'shift', key].filter(Boolean).join('+');
}

/** Words for people: `Ctrl Z`, `⌘ Z`. The first alternative only. */
export function formatShortcut(text: string, mac: boolean = isMac): string {
  const first = parseShortcut(text, mac)[0];
  if (!first) return '';
  const parts: string[] = [];
  if (first.ctrl) parts.push(mac ? '⌃' : 'Ctrl');
  if (first.meta) parts.push(mac ? '⌘' : 'Meta');
  if (first.alt) parts.push(mac ? '⌥' : 'Alt');
  if (first.shift) parts.push(mac ? '⇧' : 'Shift');
  const upper = first.key.length === 1 || /^f\d+$/.test(first.key);
  parts.push(SYMBOLS.get(first.key) ?? (upper ? first.key.toUpperCase() : first.key));
  return parts.join(' ');
}
