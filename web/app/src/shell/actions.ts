/** What a person can do anywhere: one object an action, read by the palette, the keys and the help sheet. */
import { useEffect, useSyncExternalStore } from 'react';

export interface Action {
  id: string;
  label: string;
  /** `g p`-style sequences are not used: one key, with modifiers as `ctrl+k`. Ctrl stands for ⌘ on a Mac. */
  shortcut?: string;
  /** The action of the organization that somebody has to be allowed for it to be offered. */
  needs?: string;
  run: () => void;
}

let registered: readonly Action[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Action[]): void {
  registered = next;
  for (const listener of listeners) listener();
}

/** Offers actions while the component is on screen. */
export function useActions(actions: Action[]): void {
  useEffect(() => {
    change([...registered, ...actions]);
    return () => change(registered.filter((action) => !actions.includes(action)));
  }, [actions]);
}

/** All actions of now. */
export function useAllActions(): readonly Action[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
}

/** Whether the event is this shortcut. Nothing fires while somebody types, but for combinations with ctrl. */
export function matches(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.toLowerCase().split('+');
  const key = parts.at(-1);
  const control = parts.includes('ctrl');
  if (control !== (event.ctrlKey || event.metaKey) || parts.includes('alt') !== event.altKey) return false;
  const target = event.target as HTMLElement | null;
  const typing = target?.closest(
    'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]',
  );
  if (typing && !control) return false;
  return event.key.toLowerCase() === key;
}
