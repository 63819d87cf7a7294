/** Light, dark, or what the system says. `public/theme.js` applies it before the first paint. */
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'auto';

const KEY = 'labelkeep-theme';

function read(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts for nobody; the event still applies the system's theme.
  }
  window.dispatchEvent(new Event(KEY));
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    window.addEventListener(KEY, listener);
    return () => window.removeEventListener(KEY, listener);
  }, read);
}
