/** Details of several regions: how many of what, values that can be set on all of them. */
import type { Region } from '../core/types';
import { useContent, useDocument, useEditor } from '../react/hooks';
import { SelectionActions } from './Details';
import { Fact, NumberField } from './detail-fields';
import styles from './details.module.css';
import { NoteField } from './NoteField';
import { ActionById } from './parts/ActionButton';

/** Labels that are counted in the panel; the rest is summed up. */
const LABELS = 12;

export function SeveralRegions({ ids }: { readonly ids: readonly string[] }) {
  const editor = useEditor();
  const document = useDocument();
  useContent();
  const regions = ids.map((id) => document.store.get(id)).filter((one): one is Region => one !== undefined);
  const [first] = regions;
  if (!first) return null;
  const counts = new Map<string, number>();
  for (const region of regions) {
    const { labels } = editor.labels.style(region);
    for (const title of labels.length > 0 ? labels : ['No label']) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const rest = sorted.slice(LABELS).reduce((sum, [, count]) => sum + count, 0);
  const alike = regions.every((region) => region.kind === first.kind);
  const fields = alike ? (editor.modules.shape(first.kind)?.fields ?? []).filter((field) => field.set) : [];
  const able = regions.some((region) => document.canChange(region.id));
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>{regions.length.toLocaleString()} regions</h2>
        <SelectionActions />
      </header>
      <div className={styles['body']}>
        <dl className={styles['facts']}>
          {sorted.slice(0, LABELS).map(([title, count]) => (
            <Fact key={title} name={title} value={count.toLocaleString()} />
          ))}
          {rest > 0 && <Fact name="Other labels" value={rest.toLocaleString()} />}
        </dl>
        {fields.length > 0 && (
          <div className={styles['fields']}>
            {fields.map((field) => (
              <NumberField key={field.key} regions={regions} field={field} disabled={!able} />
            ))}
          </div>
        )}
        <NoteField key={`${ids.length} ${first.id}`} regions={regions} disabled={!able} />
        <div className={styles['more']}>
          <ActionById id="region.group" words />
          <ActionById id="region.ungroup" words />
          <ActionById id="region.select-same" words />
        </div>
      </div>
    </>
  );
}
