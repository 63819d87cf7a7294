/** A List by itself: its items as cards. With a Ranker the Ranker shows them. */
import type { TagPanelProps } from '../../core/tag';
import { CleanMarkup } from '../../panels/parts/CleanMarkup';
import { contentOf, isRanked } from './list';
import styles from './ranker.module.css';

export function ListPanel({ editor, node }: TagPanelProps) {
  if (isRanked(editor, node)) return null;
  const { title, items } = contentOf(editor, node);
  return (
    <section className={styles['plain']} data-object={node.name} aria-label={title || node.name}>
      {title && <h3 className={styles['title']}>{title}</h3>}
      {items.length === 0 && <p className={styles['empty']}>The list of this task has no items.</p>}
      <ol className={styles['cards']}>
        {items.map((item, index) => (
          <li key={item.id} className={styles['card']}>
            <div className={styles['head']}>
              <span className={styles['number']}>{index + 1}</span>
              <bdi className={styles['name']}>{item.title || item.id}</bdi>
            </div>
            {(item.body !== '' || item.html !== '') && (
              <div className={styles['body']} dir="auto">
                {item.body !== '' && <p>{item.body}</p>}
                {item.html !== '' && <CleanMarkup html={item.html} />}
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
