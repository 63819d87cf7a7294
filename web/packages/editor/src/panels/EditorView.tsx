/** The screen of the editor: tabs above, data and controls, side panel, bar below. */
import { useEffect, useId, useLayoutEffect, useRef } from 'react';
import type { Editor } from '../core/editor';
import { EditorProvider, useEditor, useEmitter, useEntry } from '../react/hooks';
import { RelationsOverlay } from '../tags/relations/RelationsOverlay';
import { SCOPE_ATTRIBUTE } from '../tags/style';
import { BottomBar } from './BottomBar';
import { bindClipboard } from './clipboard';
import { Compare } from './compare/Compare';
import { Dialogs } from './dialogs/Dialogs';
import { Workspace } from './dock/Workspace';
import styles from './editor.module.css';
import { bindKeys } from './keys';
import { Layout } from './Layout';
import { bindLongPress } from './long-press';
import { LiveRegion, Notices } from './Notices';
import { SuggestionBar } from './SuggestionBar';
import { SuggestionMarks } from './SuggestionMarks';
import { speakSelection } from './speak';
import { Tabs } from './Tabs';
import './tokens.css';

type Subscribe = (listener: () => void) => () => void;

export function EditorView({ editor }: { readonly editor: Editor }) {
  const root = useRef<HTMLDivElement>(null);
  const { options } = editor;
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const offs = [
      bindKeys(element, editor),
      bindClipboard(element, editor),
      bindLongPress(element),
      editor.fullScreen.attach(element),
      editor.fullScreen.changed.subscribe(() => editor.actions.refresh()),
      speakSelection(editor),
    ];
    editor.actions.refresh();
    return () => {
      for (const off of offs) off();
    };
  }, [editor]);
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
        <SuggestionBar />
        <Notices />
        <LiveRegion />
        <Dialogs />
      </div>
    </EditorProvider>
  );
}

function Main() {
  const editor = useEditor();
  const area = useRef<HTMLElement>(null);
  const scope = useId();
  const compares = useEmitter(editor.ui.changed.subscribe as Subscribe, () => editor.ui.compare);
  useEffect(
    () =>
      editor.focusRequests.subscribe((what) => {
        if (what !== 'data') return;
        const focusable = '[data-object] [tabindex="0"], [tabindex="0"], input, button, textarea';
        area.current?.querySelector<HTMLElement>(focusable)?.focus();
      }),
    [editor],
  );
  // Another task's data is seen from its beginning.
  useLayoutEffect(() => {
    area.current?.scrollTo(0, 0);
  }, [editor]);
  if (compares) return <Compare />;
  return (
    <Workspace>
      <main ref={area} className={styles['area']} {...{ [SCOPE_ATTRIBUTE]: scope }} aria-label="Data and controls">
        <ReadOnly />
        <Layout />
        <RelationsOverlay />
        <SuggestionMarks />
      </main>
    </Workspace>
  );
}

/** Why the open tab can't be changed, and the way on. */
function ReadOnly() {
  const editor = useEditor();
  const entry = useEntry();
  if (!editor.readonly) return null;
  if (entry.kind === 'state') {
    return (
      <div className={styles['readonly']}>
        <span>
          Earlier state: <b>{entry.title}</b>
        </span>
        {!editor.entries.tab.document.readonly && (
          <button type="button" onClick={() => editor.entries.restoreLooked()}>
            Restore this state
          </button>
        )}
        <button type="button" onClick={() => editor.entries.lookAway()}>
          Back to the present
        </button>
      </div>
    );
  }
  return (
    <div className={styles['readonly']}>
      <span>
        {entry.kind === 'prediction' ? 'A prediction can’t be changed.' : 'This annotation can’t be changed.'}
      </span>
      {editor.options.mode !== 'preview' && (
        <button type="button" onClick={() => editor.actions.run('annotation.copy')}>
          Copy to new annotation
        </button>
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
