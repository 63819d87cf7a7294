/** Collapse and Panel: parts of the configuration that fold. What is folded stays mounted and keeps its answers. */
import type { ConfigNode } from '@labelkeep/labeling';
import { useId, useState } from 'react';
import { attributeText } from '../../core/config';
import { ICONS } from '../../core/icons';
import type { TagModule, TagPanelProps } from '../../core/tag';
import { Children } from '../../panels/Layout';
import { IconView } from '../../panels/parts/Icon';
import { useConditions, useEditor } from '../../react/hooks';
import styles from './collapse.module.css';

function Collapse({ node }: TagPanelProps) {
  const panels = panelsOf(node);
  const accordion = node.bool('accordion', true);
  const [open, setOpen] = useState<ReadonlySet<ConfigNode>>(() => {
    const wanted = panels.filter((panel) => panel.bool('open', node.bool('open')));
    return new Set(accordion ? wanted.slice(0, 1) : wanted);
  });
  const toggle = (panel: ConfigNode) => {
    const next = new Set(accordion ? [] : open);
    if (open.has(panel)) next.delete(panel);
    else next.add(panel);
    setOpen(next);
  };
  return (
    <div className={`${styles['collapse']} ${node.bool('bordered') ? styles['bordered'] : ''}`}>
      {panels.map((panel) => (
        <Fold key={panel.position.offset} panel={panel} open={open.has(panel)} onToggle={() => toggle(panel)} />
      ))}
    </div>
  );
}

function Fold({
  panel,
  open,
  onToggle,
}: {
  readonly panel: ConfigNode;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  const editor = useEditor();
  useConditions();
  const id = useId();
  const title = attributeText(panel, 'value', editor.task.data) || 'Details';
  return (
    <section className={styles['panel']} hidden={!editor.visibility.isShown(panel)}>
      <h3 className={styles['head']}>
        <button type="button" aria-expanded={open} aria-controls={id} onClick={onToggle}>
          <span className={`${styles['mark']} ${open ? styles['open'] : ''}`}>
            <IconView icon={ICONS.right} />
          </span>
          <bdi>{title}</bdi>
        </button>
      </h3>
      <div id={id} hidden={!open} className={styles['body']}>
        <Children node={panel} />
      </div>
    </section>
  );
}

/** Panels may stand inside a View for its conditions. */
function panelsOf(node: ConfigNode): readonly ConfigNode[] {
  return node.children.flatMap((child) => (child.type === 'panel' ? [child] : panelsOf(child)));
}

export const collapseTag: TagModule = { tags: ['collapse'], Panel: Collapse, ownsChildren: true };
