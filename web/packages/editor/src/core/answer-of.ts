/** What a classification control works on now (the task, an item, the selected region), and how it writes. */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerItem, isPerRegion } from './config';
import type { Editor } from './editor';
import { ANSWER } from './store';

export interface AnswerHandle<A> {
  /** The answer, or undefined when there is none. */
  readonly answer: A | undefined;
  readonly readonly: boolean;
  /** Identity of what is answered; inputs begin anew when it changes. */
  readonly subject: string;
  /** Sets the answer as one step of history; undefined takes it back. */
  set(answer: A | undefined, mergeKey?: string): void;
}

/** Null when a perRegion control has no region to ask about. */
export function answerOf<A>(editor: Editor, node: ConfigNode): AnswerHandle<A> | null {
  const { document } = editor;
  const object = editor.config.targetsOf(node)[0] ?? '';
  const label = `Answer “${node.name}”`;
  const options = (mergeKey: string | undefined) => (mergeKey === undefined ? {} : { mergeKey });
  if (isPerRegion(node)) {
    const region = editor.visibility.selectedRegion();
    if (!region || !editor.visibility.appliesTo(node, region)) return null;
    return {
      answer: region.facets.find((one) => one.from === node.name)?.answer as A | undefined,
      readonly: !document.canChange(region.id),
      subject: `${document.key} ${region.id}`,
      set: (answer, mergeKey) => {
        document.edit(label, (edit) => edit.setAnswer(region.id, node.name, node.type, answer), options(mergeKey));
      },
    };
  }
  const itemIndex = isPerItem(node) ? editor.page(object) : undefined;
  const current = () => document.store.answer(node.name, itemIndex);
  return {
    answer: current()?.facets.find((one) => one.from === node.name)?.answer as A | undefined,
    readonly: document.readonly || current()?.readonly === true,
    subject: `${document.key} ${itemIndex ?? ''}`,
    set: (answer, mergeKey) => {
      document.edit(
        label,
        (edit) => {
          const known = current();
          if (known) edit.setAnswer(known.id, node.name, node.type, answer);
          else if (answer !== undefined) {
            const item = itemIndex === undefined ? {} : { itemIndex };
            edit.add({
              object,
              kind: ANSWER,
              geometry: undefined,
              ...item,
              facets: [{ from: node.name, type: node.type, answer }],
            });
          }
        },
        options(mergeKey),
      );
    },
  };
}
