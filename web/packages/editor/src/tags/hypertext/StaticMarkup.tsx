/** HyperText without a name: marked-up text of the page, not to be labeled. */
import { resolveVariable } from '@labelkeep/labeling';
import { useLayoutEffect, useRef } from 'react';
import type { TagPanelProps } from '../../core/tag';
import { cleanInto } from './clean';
import { openShadow } from './frame';
import styles from './hypertext.module.css';
import { dress } from './look';
import { parseContent } from './parse';

export function StaticMarkup({ editor, node }: TagPanelProps) {
  const host = useRef<HTMLDivElement>(null);
  const written = resolveVariable(node.get('value') ?? node.markup, editor.task.data);
  const markup = typeof written === 'string' ? written : JSON.stringify(written);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const place = openShadow(element);
    const body = parseContent(markup, true);
    let off = () => {};
    if (body) {
      const { css, colored } = cleanInto(body, place.root, {
        links: true,
        resolveUrl: (url) => editor.resolveUrl(url, node),
      });
      for (const link of place.root.querySelectorAll('a[href]')) link.setAttribute('target', '_blank');
      off = dress(place, element, colored, css);
      place.root.style.padding = '0';
      place.root.style.cursor = 'auto';
    } else place.root.textContent = markup;
    return () => {
      off();
      place.destroy();
    };
  }, [editor, node, markup]);
  return <div ref={host} className={styles['static']} />;
}
