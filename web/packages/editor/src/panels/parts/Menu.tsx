/** Menus: a list of commands at a button or at the pointer. They stand in the browser's top layer, over everything. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ICONS } from '../../core/icons';
import { formatShortcut } from '../../core/shortcut';
import type { Icon } from '../../core/tag';
import { IconView } from './Icon';
import styles from './menu.module.css';

export interface MenuCommand {
  readonly label: string;
  readonly icon?: Icon | undefined;
  /** Shown at the right, as it is written in actions. */
  readonly keys?: string | null | undefined;
  /** Set for one of several, or a switch. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  run(): void;
}

/** A command, a heading, or (null) a line. */
export type MenuItem = MenuCommand | { readonly heading: string } | null;

/** Where a menu opens: beside a button, or at a point of the window. */
export type MenuPlace = { readonly x: number; readonly y: number; readonly above?: number };

interface Props {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly place: MenuPlace;
  readonly onClose: () => void;
}

export function Menu({ label, items, place, onClose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    before.current = element.ownerDocument.activeElement;
    element.showPopover();
    const { width, height } = element.getBoundingClientRect();
    const room = element.ownerDocument.documentElement;
    const x = Math.max(4, Math.min(place.x, room.clientWidth - width - 4));
    const fits = place.y + height + 4 <= room.clientHeight;
    const y = fits ? place.y : Math.max(4, (place.above ?? place.y) - height);
    element.style.left = `${x}px`;
    element.style.top = `${y}px`;
    commands(element)[0]?.focus();
    const closed = (event: Event) => (event as ToggleEvent).newState === 'closed' && close.current();
    element.addEventListener('toggle', closed);
    return () => {
      element.removeEventListener('toggle', closed);
      const { activeElement, body } = element.ownerDocument;
      // What a command opened keeps the focus that it took.
      if (activeElement === body || activeElement === null || element.contains(activeElement))
        (before.current as HTMLElement | null)?.focus?.();
    };
  }, [place]);
  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    event.stopPropagation();
    const all = commands(event.currentTarget);
    const at = all.indexOf(event.target as HTMLElement);
    const go = (to: number) => {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    };
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
    } else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      const ordered = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      const found = ordered.find((one) => one.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      found?.focus();
    }
  };
  return (
    <div
      ref={box}
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      className={styles['menu']}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
      // React hands clicks on to what the menu stands in; a row must not be pressed by its own menu.
      onClick={(event) => event.stopPropagation()}
    >
      {items.map((item, index) => {
        if (item === null) return <hr key={index} />;
        if ('heading' in item)
          return (
            <div key={item.heading} className={styles['heading']} role="presentation">
              {item.heading}
            </div>
          );
        const choice = item.checked !== undefined;
        return (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: set for the role of a choice alone.
          <button
            key={item.label}
            type="button"
            role={choice ? 'menuitemradio' : 'menuitem'}
            aria-checked={choice ? item.checked : undefined}
            aria-disabled={item.disabled || undefined}
            tabIndex={-1}
            className={`${styles['item']} ${item.danger ? styles['danger'] : ''}`}
            onPointerMove={(event) => event.currentTarget.focus()}
            onClick={() => {
              if (item.disabled) return;
              onClose();
              item.run();
            }}
          >
            <span className={styles['sign']}>
              {item.checked ? <IconView icon={ICONS.check} /> : item.icon && <IconView icon={item.icon} />}
            </span>
            <bdi>{item.label}</bdi>
            {item.keys && <kbd>{formatShortcut(item.keys)}</kbd>}
          </button>
        );
      })}
    </div>
  );
}

/** A button that opens a menu below itself. */
export function MenuButton({
  label,
  items,
  className,
  children,
  pressed,
}: {
  readonly label: string;
  readonly items: () => readonly MenuItem[];
  readonly className?: string | undefined;
  readonly children: ReactNode;
  readonly pressed?: boolean;
}) {
  const [place, setPlace] = useState<MenuPlace | null>(null);
  return (
    <>
      <button
        type="button"
        className={className}
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={place !== null}
        data-pressed={pressed || undefined}
        onClick={(event) => {
          event.stopPropagation();
          const { left, bottom, top } = event.currentTarget.getBoundingClientRect();
          setPlace(place ? null : { x: left, y: bottom + 2, above: top - 2 });
        }}
      >
        {children}
      </button>
      {place && <Menu label={label} items={items()} place={place} onClose={() => setPlace(null)} />}
    </>
  );
}

/** Opens a menu at the pointer, or below what has the focus when the menu key was pressed. */
export function useContextMenu(): {
  readonly place: MenuPlace | null;
  readonly open: (event: React.MouseEvent) => void;
  readonly openAt: (element: Element) => void;
  readonly close: () => void;
} {
  const [place, setPlace] = useState<MenuPlace | null>(null);
  const openAt = (element: Element) => {
    const { left, bottom, top } = element.getBoundingClientRect();
    setPlace({ x: left + 12, y: bottom, above: top });
  };
  useEffect(() => () => setPlace(null), []);
  return {
    place,
    open: (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.clientX === 0 && event.clientY === 0) openAt(event.currentTarget);
      else setPlace({ x: event.clientX, y: event.clientY });
    },
    openAt,
    close: () => setPlace(null),
  };
}

function commands(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')];
}
