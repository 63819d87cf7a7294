import { attributeText } from '../../core/config';
import type { TagModule, TagPanelProps } from '../../core/tag';
import { useInlineStyle } from '../style/inline';
import styles from './header.module.css';

const SIZES = ['h1', 'h2', 'h3', 'h4', 'h5'] as const;

/** A heading; also drawn by tags that lay out their own children. */
export function HeaderView({ editor, node }: TagPanelProps) {
  const ref = useInlineStyle<HTMLHeadingElement>(node.get('style'));
  const size = Math.max(1, Math.min(5, Math.round(node.number('size', 4))));
  const Tag = SIZES[size - 1] ?? 'h4';
  return (
    <Tag
      ref={ref}
      className={`${styles['header']} ${styles[Tag]} ${node.bool('underline') ? styles['underline'] : ''}`}
      dir="auto"
    >
      {attributeText(node, 'value', editor.task.data) ?? ''}
    </Tag>
  );
}

export const headerTag: TagModule = { tags: ['header'], Panel: HeaderView, stays: true };
