import { useEditor } from '../../react/hooks';
import { personName } from '../words';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

/** The one question of the editor: a saved annotation can't be brought back here. */
export function DeleteAnnotation() {
  const editor = useEditor();
  const { tab } = editor.entries;
  const count = tab.document.regionIds().length;
  const regions = count === 1 ? 'its region' : `its ${count.toLocaleString()} regions`;
  const { annotation } = tab;
  const who = annotation ? personName(annotation.completed_by, annotation.created_username) : '';
  const name = annotation ? `annotation ${annotation.id}${who ? ` of ${who}` : ''}` : 'the new annotation';
  return (
    <Dialog title={`Delete ${name}?`} question>
      <p className={styles['question']}>
        {count > 0 ? `It goes with ${regions}.` : 'It has no regions.'}{' '}
        {annotation ? 'This can’t be undone here.' : 'It was never submitted.'}
      </p>
      <footer className={styles['foot']}>
        <button type="button" data-first="" onClick={() => editor.ui.close()}>
          Keep it
        </button>
        <button
          type="button"
          className={styles['danger']}
          onClick={() => {
            editor.ui.close();
            void editor.saving.deleteCurrent();
          }}
        >
          Delete {annotation ? `annotation ${annotation.id}` : 'it'}
        </button>
      </footer>
    </Dialog>
  );
}
