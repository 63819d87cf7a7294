/** Key events to actions. The only place that listens for keys of the editor as a whole. */
import type { Editor } from '../core/editor';

const LABELING = /^(label|choice|rating)\./;

/** While annotations are compared, the open one is changed by taking regions over alone, and that can be undone. */
const IN_COMPARISON = /^(screen\.|task\.|annotation\.(compare|next|previous|undo|redo)$)/;

/** Binds the keys while the editor stands in the page; returns the function that unbinds. */
export function bindKeys(root: HTMLElement, editor: Editor): () => void {
  const page = root.ownerDocument;
  const listener = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    // Keys of another part of the page (a menu, a table, another editor) are its own.
    if (target && target !== page.body && target !== page.documentElement && !root.contains(target)) return;
    if (editor.ui.dialog !== null) return;
    const typing = isTyping(target);
    const action = editor.actions.find(event, typing);
    if (!action) return;
    if (editor.ui.compare && !IN_COMPARISON.test(action.id)) return;
    if (LABELING.test(action.id) && !editor.settings.get('hotkeys')) return;
    if (isOwnKey(target, event)) return;
    event.preventDefault();
    if (action.id === 'screen.cancel' && typing) {
      (target as HTMLElement).blur();
      return;
    }
    action.run(event);
  };
  // Ahead of all other listeners: who types fast means what the last key made, not what is still on the screen.
  const ahead = () => editor.catchUp.emit();
  page.addEventListener('keydown', ahead, { capture: true });
  page.addEventListener('keydown', listener);
  const offFocus = editor.focusRequests.subscribe((what) => {
    if (what !== 'region-field') return;
    // At their own place, or in the row of the selected region.
    const places = ':is([data-per-region], [aria-selected="true"] [data-row-field])';
    root.querySelector<HTMLElement>(`${places} :is(input, textarea, select, button):not([disabled])`)?.focus();
  });
  return () => {
    page.removeEventListener('keydown', ahead, { capture: true });
    page.removeEventListener('keydown', listener);
    offFocus();
  };
}

/** Does the person write text here? Check boxes and radio buttons take no letters. */
export function isTyping(target: Element | null): boolean {
  if (!target) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'submit', 'range', 'color'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target as HTMLElement).isContentEditable
  );
}

/** Enter and space on a control press that control; arrows move within it. */
function isOwnKey(target: Element | null, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || !target) return false;
  const pressable = target.closest('button, a[href], summary, input, select, [role="slider"], [role="tab"]') !== null;
  return pressable && (event.key === 'Enter' || event.key === ' ' || event.key.startsWith('Arrow'));
}
