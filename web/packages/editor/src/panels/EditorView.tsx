/** The screen of the editor: tabs above, data and controls, side panel, bar below. */
import { useEffect, useId, useRef } from 'react';
import type { Editor } from '../core/editor';
import { EditorProvider, useEditor, useSetting, useVersion } from '../react/hooks';
import { RelationsOverlay } from '../tags/relations/RelationsOverlay';
import { SCOPE_ATTRIBUTE } from '../tags/style';
import { BottomBar } from './BottomBar';
import { Details } from './Details';
import { Dialogs } from './Dialogs';
import styles from './editor.module.css';
import { bindKeys } from './keys';
import { Layout } from './Layout';
import { LiveRegion, Notices } from './Notices';
import { Regions } from './Regions';
import { Relations } from './Relations';
import { Tabs } from './Tabs';
import './tokens.css';

export function EditorView({ editor }: { readonly editor: Editor }) {
  const root = useRef<HTMLDivElement>(null);
  const { options } = editor;
  useEffect(() => (root.current ? bindKeys(root.current, editor) : undefined), [editor]);
  useEffect(() => {
    if (options.mode === 'stream' && options.projectSettings?.show_instruction && editor.hasInstructions) {
      if (firstOfStream(options.storagePrefix, options.projectSettings?.['id'])) editor.ui.show('instructions');
    }
  }, [editor, options]);
  return (
    <EditorProvider value={editor}>
      <div ref={root} className={`labelkeep-editor ${styles['editor']}`} data-mode={options.mode ?? 'quick'}>
        {options.mode !== 'preview' && <Tabs />}
        {editor.config.errors.length > 0 ? <ConfigErrors /> : <Main />}
        <BottomBar />
        <Notices />
        <LiveRegion />
        <Dialogs />
      </div>
    </EditorProvider>
  );
}

function Main() {
  const editor = useEditor();
  const open = useSetting('panelOpen');
  const scope = useId();
  useVersion(editor.documentChanged.subscribe as (listener: () => void) => () => void);
  return (
    <div className={styles['main']}>
      <main className={styles['area']} {...{ [SCOPE_ATTRIBUTE]: scope }} aria-label="Data and controls">
        {editor.readonly && (
          <p className={styles['readonly']}>
            {editor.entry.kind === 'prediction'
              ? 'A prediction can’t be changed. '
              : 'This annotation can’t be changed. '}
            <button type="button" onClick={() => editor.actions.run('annotation.copy')}>
              Copy to new annotation
            </button>
          </p>
        )}
        <Layout />
        <RelationsOverlay />
      </main>
      {open && (
        <aside className={styles['side']} aria-label="Regions and details">
          <Regions />
          <Relations />
          <Details />
        </aside>
      )}
    </div>
  );
}

function ConfigErrors() {
  const { config } = useEditor();
  return (
    <div className={styles['errors']} role="alert">
      <h2>The labeling configuration can’t be read</h2>
      <ul>
        {config.errors.map((error) => (
          <li key={`${error.from} ${error.message}`}>{error.message}</li>
        ))}
      </ul>
    </div>
  );
}

/** Instructions open by themselves once in a session of the browser, not at every task. */
function firstOfStream(prefix: string | undefined, project: unknown): boolean {
  const key = `${prefix ?? 'labelkeep'}.instructions.${String(project ?? '')}`;
  try {
    if (sessionStorage.getItem(key)) return false;
    sessionStorage.setItem(key, '1');
    return true;
  } catch {
    return true;
  }
}
