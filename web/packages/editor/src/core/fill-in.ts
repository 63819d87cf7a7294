/** Answers that a submit adds where nobody gave one: default numbers and dates, an order left as it was. */
import { setRegionAnswer, setTaskAnswer } from './answer-of';
import type { Editor } from './editor';
import { subjectsOf } from './subjects';
import type { AnswerCodec } from './tag';

/** Asks each control for its default answers and writes them as one step of history. */
export function fillIn(editor: Editor): void {
  editor.document.edit('Fill in default answers', (edit) => {
    for (const node of editor.config.controls) {
      const module = editor.modules.forNode(node);
      if (!module?.fillIn) continue;
      const codec = module.answer as AnswerCodec | undefined;
      for (const { region, itemIndex, facet } of subjectsOf(editor, node)) {
        if (facet?.answer !== undefined && !codec?.isEmpty(facet.answer)) continue;
        const item = itemIndex === undefined ? {} : { itemIndex };
        const answer = module.fillIn({ editor, node, region: region ?? null, ...item });
        if (answer === undefined) continue;
        if (region) setRegionAnswer(edit, node, region.id, answer);
        else setTaskAnswer(editor, edit, node, itemIndex, answer);
      }
    }
  });
}
