/** Tells the server which page is open, for its own count of use; no address of a thing, and nothing leaves the installation. */
import { api } from '@labelkeep/api';
import { useEffect, useRef } from 'react';

export function useVisits(pathname: string): void {
  // The first page was counted when the server gave it out.
  const counted = useRef(pathname);
  useEffect(() => {
    if (counted.current === pathname) return;
    counted.current = pathname;
    // In the background: being counted keeps no session alive. What is not counted is no loss.
    api.send('POST', '/api/statistics/visits/', { page: pathname }, { isBackground: true }).catch(() => undefined);
  }, [pathname]);
}
