/** Choices in result JSON: `choices`, a list of stored values, or of paths with `allowNested`. */
import type { AnswerCodec } from '../../core/tag';

/** A stored value, or the path to it from the root. */
export type Chosen = string | readonly string[];

export const choicesAnswer: AnswerCodec<readonly Chosen[]> = {
  key: () => 'choices',
  read: (value) => {
    const chosen = value['choices'];
    if (typeof chosen === 'string') return [chosen];
    if (!Array.isArray(chosen)) return undefined;
    return chosen.filter(
      (one): one is Chosen =>
        typeof one === 'string' || (Array.isArray(one) && one.every((part) => typeof part === 'string')),
    );
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.length === 0,
};

/** Are these the same choice? */
export function sameChoice(a: Chosen, b: Chosen): boolean {
  return pathOf(a).join('\u0000') === pathOf(b).join('\u0000');
}

export function pathOf(chosen: Chosen): readonly string[] {
  return typeof chosen === 'string' ? [chosen] : chosen;
}

export type ChoiceMode = 'single' | 'single-radio' | 'multiple';

/**
 * The answer after a person pressed a choice. `single` can be taken back by a second press,
 * `single-radio` can't. Choices that the configuration does not know are kept in `multiple`.
 */
export function pressed(answer: readonly Chosen[], choice: Chosen, mode: ChoiceMode): readonly Chosen[] {
  const on = answer.some((one) => sameChoice(one, choice));
  if (mode === 'multiple') return on ? answer.filter((one) => !sameChoice(one, choice)) : [...answer, choice];
  if (on) return mode === 'single' ? [] : [choice];
  return [choice];
}
