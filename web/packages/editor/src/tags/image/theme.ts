/** The canvas gets its colours from the page's design, in both themes. */
import { DEFAULT_THEME, type OverlayTheme } from '@labelkeep/canvas';

/** Reads the colours in force at an element. A canvas knows no `var()`: the browser resolves them first. */
export function themeOf(element: HTMLElement): OverlayTheme {
  const probe = element.ownerDocument.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(--ed-accent, ${DEFAULT_THEME.accent})`;
  element.append(probe);
  const style = getComputedStyle(probe);
  // Handles lie on the picture, not on the page: they are white in both themes.
  const theme = { accent: style.color, surface: DEFAULT_THEME.surface, font: style.fontFamily || DEFAULT_THEME.font };
  probe.remove();
  return theme;
}

/** Calls back when the theme may have changed: attributes of an ancestor, or the system's choice. */
export function watchTheme(element: HTMLElement, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (let at: HTMLElement | null = element.parentElement; at; at = at.parentElement) {
    observer.observe(at, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });
  }
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
