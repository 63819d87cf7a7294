/** The frame of a dialog: title, close button, Escape and a click beside it close it. */
import { type ReactNode, useEffect, useRef } from 'react';
import { ICONS } from '../../core/icons';
import { useEditor } from '../../react/hooks';
import { IconView } from '../parts/Icon';
import styles from './dialogs.module.css';

export function Dialog({
  title,
  className,
  question = false,
  children,
}: {
  readonly title: string;
  readonly className?: string | undefined;
  /** A question that must be answered. */
  readonly question?: boolean;
  readonly children: ReactNode;
}) {
  const editor = useEditor();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    const before = dialog?.ownerDocument.activeElement as HTMLElement | null | undefined;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      dialog?.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; a click beside it does the same.
    <dialog
      ref={ref}
      role={question ? 'alertdialog' : undefined}
      className={`${styles['dialog']} ${className ?? ''}`}
      aria-label={title}
      // Told within the key press; that it is closed comes later, and the key that follows would be lost to it.
      onCancel={() => editor.ui.close()}
      onClose={() => editor.ui.close()}
      onClick={(event) => event.target === event.currentTarget && editor.ui.close()}
    >
      <div className={styles['inner']}>
        <header className={styles['head']}>
          <h2>{title}</h2>
          <button type="button" className={styles['close']} aria-label="Close" onClick={() => editor.ui.close()}>
            <IconView icon={ICONS.close} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
