/** Relations over the data: stands once, inside the labeling area, and follows the open document. */
import { useEffect, useRef } from 'react';
import { useEditor, useEmitter } from '../../react/hooks';
import { relationActions } from './actions';
import { RelationLayer } from './layer';
import { relationsOf } from './model';
import styles from './relations.module.css';

export function RelationsOverlay() {
  const editor = useEditor();
  const relations = relationsOf(editor);
  const anchor = useRef<HTMLSpanElement>(null);
  const from = useEmitter(relations.changed.subscribe as (listener: () => void) => () => void, () => relations.from);
  useEffect(() => editor.actions.register(relationActions(editor)), [editor]);
  useEffect(() => {
    const area = anchor.current?.parentElement;
    if (!area) return;
    const layer = new RelationLayer(area, editor);
    return () => layer.destroy();
  }, [editor]);
  return (
    <span ref={anchor} className={styles['anchor']}>
      {from !== null && (
        <span className={styles['making']} role="status">
          <span>
            Relation from <bdi>{relations.nameOf(from).slice(0, 60)}</bdi>: choose the other region
          </span>
          <button type="button" onClick={() => relations.stop()}>
            Cancel
          </button>
        </span>
      )}
    </span>
  );
}
