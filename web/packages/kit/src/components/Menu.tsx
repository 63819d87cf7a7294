/** A menu that opens from a button, or at a place that is no button. */
import type { ReactElement, ReactNode, RefObject } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Check } from '../icons';
import styles from './overlay.module.css';
import { Kbd } from './small';

export interface MenuEntry {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode;
  danger?: boolean;
  shortcut?: string;
  /** For one of several: whether it is the present one. */
  isChecked?: boolean;
  onAction: () => void;
}

export function Menu({ label, trigger, items }: { label: string; trigger: ReactElement; items: readonly MenuEntry[] }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover ?? ''} placement="bottom end">
        <AriaMenu aria-label={label} onAction={(id) => items.find((item) => item.id === id)?.onAction()}>
          {items.map(entry)}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** A menu at an element that opens it by itself: the head of a column, a tab. */
export function PopupMenu({
  label,
  anchor,
  items,
  onClose,
}: {
  label: string;
  anchor: RefObject<Element | null>;
  items: readonly MenuEntry[];
  onClose: () => void;
}) {
  return (
    <Popover
      className={styles.popover ?? ''}
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      placement="bottom start"
    >
      <AriaMenu
        aria-label={label}
        autoFocus="first"
        onClose={onClose}
        onAction={(id) => items.find((item) => item.id === id)?.onAction()}
      >
        {items.map(entry)}
      </AriaMenu>
    </Popover>
  );
}

function entry(item: MenuEntry) {
  return (
    <MenuItem
      key={item.id}
      id={item.id}
      textValue={item.label}
      className={styles.item ?? ''}
      data-danger={item.danger || undefined}
    >
      {item.icon}
      <span className={styles.grow}>
        {item.label}
        {item.description && <small>{item.description}</small>}
      </span>
      {item.shortcut && <Kbd>{item.shortcut}</Kbd>}
      {item.isChecked && <Check size={14} aria-label="chosen" />}
    </MenuItem>
  );
}
