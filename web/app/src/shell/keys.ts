/** Keys as people read them. */
const isMac = /mac|iphone|ipad/i.test(navigator.platform);

const NAMES: Record<string, string> = {
  ctrl: isMac ? '⌘' : 'Ctrl',
  shift: isMac ? '⇧' : 'Shift',
  alt: isMac ? '⌥' : 'Alt',
};

/** `ctrl+k` is `Ctrl K`, or `⌘ K` on a Mac. */
export function readableKeys(shortcut: string): string {
  return shortcut
    .split('+')
    .map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(' ');
}
