/** Moving between pages by address, so that every place has an address that can be shared. */
import { useRouter } from '@tanstack/react-router';
import { type MouseEvent, type ReactNode, useCallback } from 'react';

/** Goes to an address of ours. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return useCallback((href: string) => void router.navigate({ href }), [router]);
}

/** A link within the app. Opens in a new tab as any link does with ctrl, ⌘ or the middle button. */
export function AppLink({
  href,
  className,
  isCurrent = false,
  tabIndex,
  onFollow,
  children,
}: {
  href: string;
  className?: string | undefined;
  /** The page that is shown lies here. */
  isCurrent?: boolean;
  tabIndex?: number;
  /** It is followed in this window. */
  onFollow?: () => void;
  children: ReactNode;
}) {
  const go = useGo();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    onFollow?.();
    go(href);
  };
  return (
    <a
      href={href}
      className={className}
      aria-current={isCurrent ? 'page' : undefined}
      tabIndex={tabIndex}
      onClick={follow}
    >
      {children}
    </a>
  );
}
