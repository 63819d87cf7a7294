/** Short messages at the edge of the screen. Apart from the other overlays, which pages that only tell something do without. */
import { useSyncExternalStore } from 'react';
import { X } from '../icons';
import { IconButton } from './Button';
import styles from './overlay.module.css';

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
