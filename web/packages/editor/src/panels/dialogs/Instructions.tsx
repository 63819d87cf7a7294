import { useEditor } from '../../react/hooks';
import { CleanMarkup } from '../parts/CleanMarkup';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

/** What the project tells its annotators. */
export function Instructions() {
  const editor = useEditor();
  return (
    <Dialog title="Instructions">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by keys. */}
      <section className={styles['text']} tabIndex={0} data-first="" aria-label="Text of the instructions">
        <CleanMarkup html={editor.options.projectSettings?.expert_instruction ?? ''} />
      </section>
      <footer className={styles['foot']}>
        <button type="button" className={styles['primary']} onClick={() => editor.ui.close()}>
          Start labeling
        </button>
      </footer>
    </Dialog>
  );
}
