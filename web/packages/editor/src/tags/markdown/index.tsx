/** Markdown: a text with headings, lists, tables and pictures; its reader is loaded when there is one. */
import { lazy, Suspense } from 'react';
import { attributeText } from '../../core/config';
import type { TagModule, TagPanelProps } from '../../core/tag';
import { useInlineStyle } from '../style/inline';

const Markdown = lazy(() => import('./Markdown'));

function MarkdownTag({ editor, node }: TagPanelProps) {
  const ref = useInlineStyle<HTMLDivElement>(node.get('style'));
  const text = attributeText(node, 'value', editor.task.data) ?? '';
  return (
    <div ref={ref} id={node.get('idAttr') || undefined} className={node.get('className') || undefined}>
      <Suspense fallback={null}>
        <Markdown text={text} resolveUrl={(url) => editor.resolveUrl(url, node)} />
      </Suspense>
    </div>
  );
}

export const markdownTag: TagModule = { tags: ['markdown'], Panel: MarkdownTag, ownsChildren: true };
