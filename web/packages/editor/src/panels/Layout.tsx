/** The configuration as the page shows it: containers, objects and controls in their order. */
import { type ConfigNode, tagSpec } from '@labelkeep/labeling';
import { memo } from 'react';
import { attributeText, isLabelsControl, isPerRegion } from '../core/config';
import type { Editor } from '../core/editor';
import { useConditions, useEditor } from '../react/hooks';
import { LabelsPanel } from '../tags/labels/Labels';
import { Placeholder } from '../tags/placeholder/Placeholder';
import { useInlineStyle } from '../tags/style/inline';
import styles from './layout.module.css';
import { ObjectHost } from './ObjectHost';

export function Layout() {
  const { config } = useEditor();
  return config.root ? <Tag node={config.root} /> : null;
}

const Tag = memo(function Tag({ node }: { readonly node: ConfigNode }) {
  const editor = useEditor();
  useConditions();
  const shown = editor.visibility.isShown(node);
  const module = editor.modules.forNode(node);
  // What is hidden stays mounted: an object keeps its place and what was loaded, an input its text.
  const Panel = module?.Panel ?? (isLabelsControl(node) && module ? LabelsPanel : undefined);
  const stays = module?.stays === true || Panel === LabelsPanel;
  if (module?.object && node.name === '') return <StaticText node={node} shown={shown} />;
  if (module?.object) {
    return (
      <div hidden={!shown} className={styles['object']}>
        <ObjectHost node={node} spec={module.object} />
      </div>
    );
  }
  if (Panel) {
    if (isPerRegion(node) && !shown) return null;
    return (
      <div hidden={!shown} className={Panel === LabelsPanel ? styles['labels'] : styles['control']}>
        <Panel key={stays ? undefined : editor.opening} editor={editor} node={node} />
        {!module?.ownsChildren && <Children node={node} />}
      </div>
    );
  }
  if (module && node.type !== 'view') return null;
  if (node.type === 'view') return <View node={node} shown={shown} />;
  return <Unknown node={node} shown={shown} />;
});

/** An object tag without a name is plain text of the page. */
function StaticText({ node, shown }: { readonly node: ConfigNode; readonly shown: boolean }) {
  const editor = useEditor();
  const Static = editor.modules.forNode(node)?.Static;
  if (Static) {
    return (
      <div hidden={!shown}>
        <Static editor={editor} node={node} />
      </div>
    );
  }
  return (
    <p hidden={!shown} className={styles['static']} dir="auto">
      {attributeText(node, 'value', editor.task.data) ?? ''}
    </p>
  );
}

function View({ node, shown }: { readonly node: ConfigNode; readonly shown: boolean }) {
  const ref = useInlineStyle<HTMLDivElement>(node.get('style'));
  const inline = node.oneOf('display', ['block', 'inline'], 'block') === 'inline';
  return (
    <div
      ref={ref}
      hidden={!shown}
      id={node.get('idAttr') || undefined}
      className={`${inline ? styles['inline'] : styles['view']} ${node.get('className') ?? ''}`}
    >
      <Children node={node} />
    </div>
  );
}

/** The children of a tag, for tags that draw a frame around them. */
export function Children({ node }: { readonly node: ConfigNode }) {
  const editor = useEditor();
  // Nodes never move: their offset in the text is their identity.
  return runsOf(node.children, (child) => isPalette(editor, child)).map((run) => {
    const tags = run.map((child) => <Tag key={child.position.offset} node={child} />);
    return run.length === 1 ? (
      tags
    ) : (
      <div key={run[0]?.position.offset} className={styles['palettes']}>
        {tags}
      </div>
    );
  });
}

function isPalette(editor: Editor, node: ConfigNode): boolean {
  const module = editor.modules.forNode(node);
  return isLabelsControl(node) && module !== undefined && !module.Panel;
}

/** Neighbours that belong together in one list; every other one alone in its own. */
function runsOf<T>(all: readonly T[], together: (one: T) => boolean): T[][] {
  const runs: T[][] = [];
  let joining = false;
  for (const one of all) {
    const joins = together(one);
    if (joins && joining) runs.at(-1)?.push(one);
    else runs.push([one]);
    joining = joins;
  }
  return runs;
}

/** Tags that are not drawn: named, with what stands inside them. Tags of the language's own layout show their children. */
function Unknown({ node, shown }: { readonly node: ConfigNode; readonly shown: boolean }) {
  const family = tagSpec(node.tag)?.family;
  if (family === 'child') return null;
  const container = family === 'visual' || (family === undefined && node.children.length > 0);
  return (
    <div hidden={!shown}>
      <Placeholder node={node} />
      {container && <Children node={node} />}
    </div>
  );
}
