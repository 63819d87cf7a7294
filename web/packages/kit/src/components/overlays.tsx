/** What lies over the page: dialogs, menus, messages. */
import { type ReactElement, type ReactNode, useSyncExternalStore } from 'react';
import {
  Dialog as AriaDialog,
  Menu as AriaMenu,
  Heading,
  MenuItem,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
} from 'react-aria-components';
import { Check, X } from '../icons';
import { Button, IconButton } from './Button';
import styles from './overlay.module.css';
import { Kbd } from './small';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  size?: 'small' | 'medium' | 'large';
  footer?: ReactNode;
  /** Stays when somebody clicks beside it: work runs in it. */
  isKept?: boolean;
  children?: ReactNode;
}

export function Dialog({ title, isOpen, onClose, size = 'medium', footer, isKept = false, children }: DialogProps) {
  return (
    <ModalOverlay
      className={styles.backdrop ?? ''}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!isKept}
      isKeyboardDismissDisabled={isKept}
    >
      <Modal className={styles.modal ?? ''} data-size={size}>
        <AriaDialog className={styles.dialog ?? ''}>
          <header className={styles.head}>
            <Heading slot="title">{title}</Heading>
            <IconButton label="Close" icon={<X size={16} />} onPress={onClose} />
          </header>
          <div className={styles.body}>{children}</div>
          {footer && <footer className={styles.foot}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmDialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
  /** Says what happens, with the number of things. */
  confirmLabel: string;
  danger?: boolean;
  /** It is being done. */
  isPending?: boolean;
  children?: ReactNode;
}

/** Asks only where something cannot be brought back. */
export function ConfirmDialog({
  title,
  isOpen,
  onClose,
  onConfirm,
  confirmLabel,
  danger = false,
  isPending = false,
  children,
}: ConfirmDialogProps) {
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button variant={danger ? 'danger' : 'primary'} isPending={isPending} onPress={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

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

export function Menu({ label, trigger, items }: { label: string; trigger: ReactElement; items: MenuEntry[] }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover ?? ''} placement="bottom end">
        <AriaMenu aria-label={label} onAction={(id) => items.find((item) => item.id === id)?.onAction()}>
          {items.map((item) => (
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
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

interface Message {
  id: number;
  kind: 'success' | 'error' | 'info';
  text: string;
}

let messages: readonly Message[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

function show(kind: Message['kind'], text: string): void {
  const id = ++lastId;
  change([...messages.slice(-3), { id, kind, text }]);
  // An error stays until it has been read; the rest goes by itself.
  if (kind !== 'error') setTimeout(() => dismiss(id), 5_000);
}

function dismiss(id: number): void {
  change(messages.filter((message) => message.id !== id));
}

/** Short messages at the edge of the screen. */
export const toast = {
  success: (text: string) => show('success', text),
  error: (text: string) => show('error', text),
  info: (text: string) => show('info', text),
};

/** Where the messages appear; once in the page. */
export function ToastRegion() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => messages,
  );
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {shown.map((message) => (
        <div key={message.id} className={styles.toast} data-kind={message.kind}>
          <span className={styles.grow}>{message.text}</span>
          <IconButton label="Dismiss" icon={<X size={14} />} onPress={() => dismiss(message.id)} />
        </div>
      ))}
    </div>
  );
}
