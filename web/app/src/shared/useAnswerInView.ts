/** Long forms answer where nobody looks: below what is seen of them. */
import { type RefObject, useEffect } from 'react';

/**
 * Brings into view what `form` says once there is another `answer`: the first field that is wrong, else its last part, where messages
 * stand.
 */
export function useAnswerInView(form: RefObject<HTMLElement | null>, answer: unknown) {
  useEffect(() => {
    if (!answer) return;
    const wrong = form.current?.querySelector('[aria-invalid="true"]');
    if (wrong) wrong.scrollIntoView({ block: 'center' });
    else form.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [form, answer]);
}
