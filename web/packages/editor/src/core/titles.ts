/** What people call a question: its own label, or the heading above it; its name when it has neither. */
import type { ConfigNode } from '@labelkeep/labeling';
import { attributeText } from './config';
import type { Editor } from './editor';

/** Title of a control for messages and screen readers. */
export function questionTitle(editor: Editor, control: ConfigNode): string {
  const own = control.get('label')?.trim();
  return own || headingAbove(editor, control) || control.name;
}

function headingAbove(editor: Editor, control: ConfigNode): string {
  for (let node = control; node.parent; node = node.parent) {
    const siblings = node.parent.children.filter((one) => one.type !== 'style');
    const before = siblings[siblings.indexOf(node) - 1];
    if (before) return before.type === 'header' ? (attributeText(before, 'value', editor.task.data) ?? '').trim() : '';
  }
  return '';
}
