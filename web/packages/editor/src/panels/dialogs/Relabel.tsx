/** Labels for the selected regions, found by typing: the way to one of hundreds without leaving the region. */
import { labelList } from '../../core/labels';
import { useEditor } from '../../react/hooks';
import { Chooser } from './Chooser';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

/** Labels that were given last, the latest first; of this page. */
const recent: string[] = [];
const KEPT = 6;

export function Relabel() {
  const editor = useEditor();
  const { store, view } = editor.document;
  const regions = view.selected.flatMap((id) => store.get(id) ?? []);
  const labels = editor.config.controls
    .filter((control) => regions.some((region) => editor.labels.fits(region, control)))
    .flatMap((control) =>
      editor.labels.of(control.name).map((label) => ({ control, label, id: `${control.name} ${label.stored}` })),
    );
  const place = (id: string) => {
    const at = recent.indexOf(id);
    return at < 0 ? KEPT : at;
  };
  const several = new Set(labels.map(({ control }) => control.name)).size > 1;
  const choices = [...labels]
    .sort((a, b) => place(a.id) - place(b.id))
    .map(({ control, label, id }) => {
      const on = regions.every((region) =>
        labelList(region.facets.find((facet) => facet.from === control.name)).includes(label.stored),
      );
      return {
        id,
        words: `${label.title} ${label.stored} ${label.hint}`,
        content: (
          <>
            <i className={styles['swatch']} style={{ background: label.color }} />
            <bdi>{label.title}</bdi>
            {on && <span>set</span>}
            {several && <span>{control.name}</span>}
          </>
        ),
        run: () => {
          editor.ui.close();
          recent.splice(0, recent.length, ...[id, ...recent.filter((one) => one !== id)].slice(0, KEPT));
          editor.labels.relabel(view.selected, control, label.stored);
        },
      };
    });
  const title = regions.length === 1 ? 'Label of the region' : `Label of ${regions.length.toLocaleString()} regions`;
  return (
    <Dialog title={title} className={styles['palette']}>
      <Chooser
        choices={choices}
        label="Find a label"
        placeholder="Type a label"
        nothing={labels.length === 0 ? 'No labels fit this region.' : 'No label is called that.'}
      />
    </Dialog>
  );
}
