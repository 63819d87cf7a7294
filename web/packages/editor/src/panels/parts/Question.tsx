import type { ConfigNode } from '@labelkeep/labeling';
import type { ReactNode } from 'react';
import { isPerRegion } from '../../core/config';
import { useEditor, useVersion } from '../../react/hooks';
import styles from './parts.module.css';

/** The frame of a classification control: the mark of a required one, and why it kept a submit back. */
export function Question({ node, children }: { readonly node: ConfigNode; readonly children: ReactNode }) {
  const editor = useEditor();
  useVersion(editor.notices.subscribe as (listener: () => void) => () => void);
  const problem = editor.problem?.control === node.name ? editor.problem.message : null;
  return (
    <div
      className={`${styles['question']} ${problem ? styles['problem'] : ''}`}
      data-control={node.name}
      data-per-region={isPerRegion(node) || undefined}
    >
      {children}
      {node.bool('required') && !problem && <span className={styles['required']}>Required</span>}
      {problem && <span className={styles['message']}>{problem}</span>}
    </div>
  );
}
