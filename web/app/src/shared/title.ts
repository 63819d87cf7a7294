/** What the tab, the history and a bookmark say, and what a screen reader reads when a page has been opened. */
import { useEffect } from 'react';
import { isolated } from './isolated';

/** Names the page from the nearest to the farthest: `useTitle('Settings', 'Street scenes')`. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.map((part) => isolated(part ?? '')).filter(Boolean), 'Labelkeep'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
