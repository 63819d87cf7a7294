/** `Shortcut` children: pieces of text that a button or key puts at the cursor of the TextArea. */
import type { ConfigNode, TaskData } from '@labelkeep/labeling';
import { attributeText, cssColor } from '../../core/config';
import type { Editor } from '../../core/editor';

export interface Snippet {
  readonly text: string;
  readonly title: string;
  readonly hotkey: string;
  readonly color: string;
}

export function snippetsOf(node: ConfigNode, data: TaskData): readonly Snippet[] {
  const snippets: Snippet[] = [];
  for (const child of node.walk()) {
    if (child.type !== 'shortcut') continue;
    const text = attributeText(child, 'value', data) ?? '';
    if (text === '') continue;
    snippets.push({
      text,
      title: child.get('alias') || text,
      hotkey: child.get('hotkey') ?? '',
      color: cssColor(child.get('background')) ?? '#333333',
    });
  }
  return snippets;
}

const fields = new WeakMap<Editor, Map<string, HTMLTextAreaElement | HTMLInputElement>>();

/** The input of a control that has the focus (or had it last) takes the snippets. */
export function setSnippetField(
  editor: Editor,
  node: ConfigNode,
  field: HTMLTextAreaElement | HTMLInputElement | null,
): void {
  const known = fields.get(editor) ?? new Map<string, HTMLTextAreaElement | HTMLInputElement>();
  fields.set(editor, known);
  if (field) known.set(node.name, field);
  else known.delete(node.name);
}

/** Is a person typing in an input of this control? */
export function isTypingIn(editor: Editor, node: ConfigNode): boolean {
  const field = fields.get(editor)?.get(node.name);
  return field?.isConnected === true && field.ownerDocument.activeElement === field;
}

/** Puts text at the cursor, as if it were typed. False when there is no input to take it. */
export function insertSnippet(editor: Editor, node: ConfigNode, text: string): boolean {
  const field = fields.get(editor)?.get(node.name);
  if (!field?.isConnected || field.disabled) return false;
  field.focus();
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
}
