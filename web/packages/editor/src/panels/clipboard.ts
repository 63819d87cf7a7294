/** The browser's copy, cut and paste events for regions; texts that are selected or edited keep their own. */
import { copyRegions, isRegions, pasteRegions } from '../core/clipboard';
import type { Editor } from '../core/editor';
import { isTyping } from './keys';

export function bindClipboard(root: HTMLElement, editor: Editor): () => void {
  const page = root.ownerDocument;
  const mine = (event: ClipboardEvent) => {
    if (event.defaultPrevented || editor.ui.dialog !== null || editor.ui.compare) return false;
    const target = page.activeElement;
    const inside = !target || target === page.body || root.contains(target);
    return inside && !isTyping(target) && (page.getSelection()?.isCollapsed ?? true);
  };
  const copy = (event: ClipboardEvent) => {
    const { selected } = editor.document.view;
    if (!mine(event) || selected.length === 0) return;
    event.clipboardData?.setData('text/plain', copyRegions(editor, selected));
    event.preventDefault();
    if (event.type === 'cut') editor.deleteRegions(selected);
  };
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!mine(event) || !isRegions(text)) return;
    event.preventDefault();
    pasteRegions(editor, text);
  };
  page.addEventListener('copy', copy);
  page.addEventListener('cut', copy);
  page.addEventListener('paste', paste);
  return () => {
    page.removeEventListener('copy', copy);
    page.removeEventListener('cut', copy);
    page.removeEventListener('paste', paste);
  };
}
