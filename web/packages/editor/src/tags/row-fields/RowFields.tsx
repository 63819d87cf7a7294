/** Questions that stand in the row of a region in the regions list, one line each. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Editor } from '../../core/editor';
import { isInRows } from '../../core/subjects';
import type { Region } from '../../core/types';
import { RowRegion } from '../../panels/parts/Question';
import { useConditions, useDocument, useEditor } from '../../react/hooks';
import styles from './row-fields.module.css';

/** Pixels of one question in a row. */
const LINE = 32;

const controls = new WeakMap<Editor, readonly ConfigNode[]>();

function controlsInRows(editor: Editor): readonly ConfigNode[] {
  const known = controls.get(editor);
  if (known) return known;
  const found = editor.config.controls.filter((node) => isInRows(node) && editor.modules.forNode(node)?.Panel);
  controls.set(editor, found);
  return found;
}

/** What is asked about a region in its row. */
function askedIn(editor: Editor, region: Region): readonly ConfigNode[] {
  const { visibility } = editor;
  return controlsInRows(editor).filter(
    (node) => visibility.appliesTo(node, region) && visibility.isSaved(region, facetOf(node)),
  );
}

/** May rows of this configuration hold questions? */
export function hasRowFields(editor: Editor): boolean {
  return controlsInRows(editor).length > 0;
}

/** Pixels that the row of a region is higher by. */
export function rowFieldsHeight(editor: Editor, id: string): number {
  const region = hasRowFields(editor) ? editor.document.store.get(id) : undefined;
  return region ? askedIn(editor, region).length * LINE : 0;
}

export function RowFields({ region }: { readonly region: string }) {
  const editor = useEditor();
  const document = useDocument();
  useConditions();
  const current = document.store.get(region);
  const nodes = current ? askedIn(editor, current) : [];
  if (nodes.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps clicks on the fields from the row around them.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the fields have their own keys.
    <div
      className={styles['fields']}
      style={{ height: nodes.length * LINE }}
      onClick={(event) => event.stopPropagation()}
      onPointerDown={(event) => event.stopPropagation()}
      onFocus={() => {
        if (document.view.single !== region) document.view.select([region]);
      }}
    >
      <RowRegion value={region}>
        {nodes.map((node) => {
          const Panel = editor.modules.forNode(node)?.Panel;
          return Panel ? (
            <div key={node.name} className={styles['line']}>
              <Panel editor={editor} node={node} region={region} />
            </div>
          ) : null;
        })}
      </RowRegion>
    </div>
  );
}

function facetOf(node: ConfigNode) {
  return { from: node.name, type: node.type, seq: -1, changed: false };
}
