import type { ConfigNode } from '@labelkeep/labeling';
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import { isPerRegion } from '../../core/config';
import { useEditor, useVersion } from '../../react/hooks';
import styles from './parts.module.css';
import { SuggestedAnswers } from './SuggestedAnswers';

/** Id of the region in whose row a question stands; null at the question's own place. */
export const RowRegion = createContext<string | null>(null);

/**
 * The frame of a classification control: the mark of a required one, and why it kept a submit
 * back. A problem brings its question into view and gives it the focus.
 */
export function Question({ node, children }: { readonly node: ConfigNode; readonly children: ReactNode }) {
  const editor = useEditor();
  useVersion(editor.notices.subscribe as (listener: () => void) => () => void);
  const row = useContext(RowRegion);
  const frame = useRef<HTMLDivElement>(null);
  const own = editor.problem?.control === node.name && (row === null || editor.problem.region === row);
  const problem = own ? editor.problem : null;
  useEffect(() => {
    if (problem && frame.current) leadTo(frame.current);
  }, [problem]);
  if (row !== null) {
    return (
      <div
        ref={frame}
        className={`${styles['rowQuestion']} ${problem ? styles['problem'] : ''}`}
        data-row-field={node.name}
        title={problem?.message}
      >
        {children}
      </div>
    );
  }
  return (
    <div
      ref={frame}
      className={`${styles['question']} ${problem ? styles['problem'] : ''}`}
      data-control={node.name}
      data-per-region={isPerRegion(node) || undefined}
    >
      {children}
      <SuggestedAnswers node={node} />
      {node.bool('required') && !problem && <span className={styles['required']}>Required</span>}
      {problem && <span className={styles['message']}>{problem.message}</span>}
    </div>
  );
}

const FIELDS = ':is(input, textarea, select, button, [tabindex="0"]):not([disabled], [tabindex="-1"])';

/** Unfolds what is around a question, scrolls there, and focuses its first field. */
function leadTo(frame: HTMLElement): void {
  for (let around = frame.closest('details'); around; around = around.parentElement?.closest('details') ?? null) {
    around.open = true;
  }
  // In the middle: at the lower edge the message would cover it.
  frame.scrollIntoView({ block: 'center' });
  frame.querySelector<HTMLElement>(FIELDS)?.focus({ preventScroll: true });
}
