/** Short messages at the edge of the screen. Apart from the other overlays, which pages that only tell something do without. */
import { useSyncExternalStore } from 'react';
import { X } from '../icons';
import { Button, IconButton } from './Button';
import styles from './overlay.module.css';

interface Message {
  id: number;
  kind: 'success' | 'error' | 'info';
  text: string;
  action?: ToastAction | undefined;
}

/** What can be done about it: `Undo`, `Download`. */
export interface ToastAction {
  label: string;
  onAction: () => void;
}

let messages: readonly Message[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Milliseconds that a message stays: longer with something to do about it. */
const STAYS = { plain: 5_000, withAction: 12_000 };

function show(kind: Message['kind'], text: string, action?: ToastAction): void {
  const id = ++lastId;
  change([...messages.slice(-3), { id, kind, text, action }]);
  // An error stays until it has been read; the rest goes by itself.
  if (kind !== 'error') setTimeout(() => dismiss(id), action ? STAYS.withAction : STAYS.plain);
}

function dismiss(id: number): void {
  change(messages.filter((message) => message.id !== id));
}

/** Short messages at the edge of the screen. */
export const toast = {
  success: (text: string, action?: ToastAction) => show('success', text, action),
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
          {message.action && (
            <Button
              size="small"
              onPress={() => {
                message.action?.onAction();
                dismiss(message.id);
              }}
            >
              {message.action.label}
            </Button>
          )}
          <IconButton label="Dismiss" icon={<X size={14} />} onPress={() => dismiss(message.id)} />
        </div>
      ))}
    </div>
  );
}
