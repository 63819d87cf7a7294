/** Dialogs: what lies over the page until it is answered. */
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { X } from '../icons';
import { Button, IconButton } from './Button';
import styles from './overlay.module.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  size?: 'small' | 'medium' | 'large';
  /** `side`: a drawer at the end of the window, as high as it; for the details of one thing of a list. */
  placement?: 'center' | 'side';
  footer?: ReactNode;
  /** Stays when somebody clicks beside it: work runs in it. */
  isKept?: boolean;
  children?: ReactNode;
}

export function Dialog({
  title,
  isOpen,
  onClose,
  size = 'medium',
  placement = 'center',
  footer,
  isKept = false,
  children,
}: DialogProps) {
  return (
    <ModalOverlay
      className={styles.backdrop ?? ''}
      data-placement={placement}
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
