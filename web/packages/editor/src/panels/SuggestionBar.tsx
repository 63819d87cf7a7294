/** Above the bottom bar while a model answers, and while its suggestions wait for a decision. */

import { formatShortcut } from '../core/shortcut';
import { useEditor, useEmitter, useSetting } from '../react/hooks';
import styles from './suggestion-bar.module.css';

type Subscribe = (listener: () => void) => () => void;

export function SuggestionBar() {
  const editor = useEditor();
  const { suggestions } = editor;
  const subscribe = suggestions.changed.subscribe as Subscribe;
  const waiting = useEmitter(subscribe, () => suggestions.waiting);
  const count = useEmitter(subscribe, () => suggestions.count);
  const chosen = useEmitter(subscribe, () => suggestions.chosen.length);
  const automatic = useSetting('autoAccept');
  if (!waiting && count === 0) return null;
  return (
    <section className={styles['bar']} aria-label="Suggestions of the model">
      {waiting && <progress className={styles['progress']} aria-label="The model works" />}
      <span className={styles['words']}>
        {count === 0 ? 'The model works on it' : count === 1 ? '1 suggestion' : `${count.toLocaleString()} suggestions`}
      </span>
      {count > 0 && (
        <>
          <Decide id="suggestion.accept" words={chosen < count ? `Accept ${chosen} selected` : 'Accept all'} main />
          <Decide id="suggestion.reject" words={chosen < count ? `Reject ${chosen} selected` : 'Reject all'} />
        </>
      )}
      {waiting && count === 0 && (
        <button type="button" onClick={() => suggestions.dismiss()}>
          Cancel
        </button>
      )}
      <label className={styles['automatic']}>
        <input
          type="checkbox"
          checked={automatic}
          onChange={(event) => editor.settings.set('autoAccept', event.target.checked)}
        />
        Accept at once
      </label>
    </section>
  );
}

function Decide({ id, words, main = false }: { readonly id: string; readonly words: string; readonly main?: boolean }) {
  const editor = useEditor();
  const action = editor.actions.get(id);
  const keys = action && editor.actions.shortcutOf(action);
  return (
    <button
      type="button"
      className={main ? styles['main'] : undefined}
      title={keys ? `${words} (${formatShortcut(keys)})` : words}
      onClick={() => editor.actions.run(id)}
    >
      {words}
    </button>
  );
}
