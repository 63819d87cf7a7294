import type { ConfigNode } from '@labelkeep/labeling';
import { labelList } from '../../core/labels';
import { useDocument, useEditor, useSelection } from '../../react/hooks';
import styles from './labels.module.css';

/** The entry for “no label” (`allowEmpty`): takes the labels off the selected regions, or puts the armed ones down. */
export function EmptyButton({ node }: { readonly node: ConfigNode }) {
  const editor = useEditor();
  const document = useDocument();
  const selection = useSelection();
  const targets = selection.filter((id) => editor.labels.fits(document.store.get(id), node));
  const facetOf = (id: string) => document.store.get(id)?.facets.find((one) => one.from === node.name);
  const empty = targets.length > 0 && targets.every((id) => labelList(facetOf(id)).length === 0);
  const active = targets.length > 0 ? empty : editor.labels.active(node.name).length === 0;
  const press = () => {
    if (targets.length === 0) return editor.labels.arm(node, []);
    const able = targets.filter((id) => document.canChange(id) && labelList(facetOf(id)).length > 0);
    document.edit('Remove labels', (edit) => {
      for (const id of able) edit.setAnswer(id, node.name, facetOf(id)?.type ?? node.type, []);
    });
    editor.announce(`${able.length === 1 ? 'Region has' : `${able.length} regions have`} no label now`);
  };
  return (
    <button
      type="button"
      className={`${styles['label']} ${styles['empty']} ${active ? styles['active'] : ''}`}
      aria-pressed={active}
      tabIndex={-1}
      disabled={editor.readonly}
      title="Regions without a label"
      onMouseDown={(event) => event.preventDefault()}
      onClick={press}
    >
      <span className={styles['swatch']} />
      <span className={styles['title']}>No label</span>
    </button>
  );
}
