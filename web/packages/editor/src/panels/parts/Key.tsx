import { formatShortcut } from '../../core/shortcut';
import styles from './parts.module.css';

/** A key as it is printed on controls. Screen readers get keys from the help sheet instead. */
export function Key({ keys }: { readonly keys: string }) {
  const text = formatShortcut(keys);
  return text === '' ? null : (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd element takes no focus.
    <kbd className={styles['key']} aria-hidden="true">
      {text}
    </kbd>
  );
}
