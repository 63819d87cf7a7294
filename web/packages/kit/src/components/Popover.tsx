/** A small panel that opens from a button: settings of what is behind it, which stays in sight. */
import type { ReactElement, ReactNode } from 'react';
import { Popover as AriaPopover, Dialog, DialogTrigger } from 'react-aria-components';
import styles from './overlay.module.css';

export interface PopoverProps {
  /** What the panel is for; read aloud. */
  label: string;
  trigger: ReactElement;
  /** For a panel that other controls open, too. */
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  placement?: 'bottom start' | 'bottom end';
  children: ReactNode;
}

export function Popover({ label, trigger, isOpen, onOpenChange, placement = 'bottom start', children }: PopoverProps) {
  return (
    <DialogTrigger
      {...(isOpen === undefined ? {} : { isOpen })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      {trigger}
      <AriaPopover className={styles.panel ?? ''} placement={placement}>
        <Dialog aria-label={label} className={styles.panelBody ?? ''}>
          {children}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}
