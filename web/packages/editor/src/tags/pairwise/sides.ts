/** The two sides of a Pairwise: which is chosen, what they are called, and what a press does. */
import type { ConfigNode } from '@labelkeep/labeling';
import { answerOf } from '../../core/answer-of';
import type { Editor } from '../../core/editor';
import { questionTitle } from '../../core/titles';

export const SIDES = ['left', 'right'] as const;
export type Side = (typeof SIDES)[number];

/** Name of the object on a side; undefined when `toName` does not name two. */
export function sideObject(editor: Editor, node: ConfigNode, side: Side): string | undefined {
  return editor.config.targetsOf(node)[side === 'left' ? 0 : 1];
}

/**
 * What people call a side: the heading above its object, or its place. A heading above the first object alone is that of
 * the whole question (“Which is better?”) and names no side.
 */
export function sideTitle(editor: Editor, node: ConfigNode, side: Side): string {
  const left = headingOf(editor, node, 'left');
  const right = headingOf(editor, node, 'right');
  if (left === '' || right === '' || left === right) return side === 'left' ? 'Left' : 'Right';
  return side === 'left' ? left : right;
}

function headingOf(editor: Editor, node: ConfigNode, side: Side): string {
  const name = sideObject(editor, node, side);
  const object = name === undefined ? undefined : editor.config.byName.get(name);
  const title = object ? questionTitle(editor, object) : '';
  return title === name ? '' : title;
}

/** The side that a stored answer means. Some tools store the class names instead. */
export function sideOf(node: ConfigNode, answer: string | undefined): Side | null {
  if (answer === undefined) return null;
  for (const side of SIDES) if (answer === side || answer === node.given(`${side}Class`)) return side;
  return null;
}

/** Chooses a side; a second press takes it back. */
export function pressedSide(editor: Editor, node: ConfigNode, side: Side): void {
  const handle = answerOf<string>(editor, node);
  if (!handle || handle.readonly) return;
  const on = sideOf(node, handle.answer) === side;
  handle.set(on ? undefined : side);
  editor.announce(`${sideTitle(editor, node, side)} ${on ? 'taken away' : 'chosen'}`);
}
