/** Messages to the person, and sentences for screen readers. */
import { useEffect, useRef, useState } from 'react';
import type { Notice } from '../core/editor';
import { ICONS } from '../core/icons';
import { useEditor, useTaskState } from '../react/hooks';
import styles from './notices.module.css';
import { IconView } from './parts/Icon';

/** Information goes by itself after this long, milliseconds; warnings and errors stay until the next one, a click, or an answer. */
const INFO_STAYS = 5000;

export function Notices() {
  const editor = useEditor();
  const [notice, setNotice] = useTaskState<Notice | null>(null);
  useEffect(() => editor.notices.subscribe(setNotice), [editor]);
  useEffect(() => {
    const off = editor.documentChanged.subscribe(() => setNotice(null));
    return off;
  }, [editor]);
  useEffect(
    () => editor.problemLeft.subscribe(() => setNotice((shown) => (shown?.kind === 'warning' ? null : shown))),
    [editor],
  );
  useEffect(() => {
    if (notice?.kind !== 'info') return;
    const timer = setTimeout(() => setNotice(null), INFO_STAYS);
    return () => clearTimeout(timer);
  }, [notice]);
  // The editor around leaves room for it. The attribute stands there, as a rule with `:has` is asked after every change.
  const problem = notice !== null && editor.problem !== null;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const around = place.current?.parentElement;
    around?.toggleAttribute('data-problem', problem);
    return () => around?.removeAttribute('data-problem');
  }, [problem]);
  return (
    <div ref={place} className={styles['place']} aria-live={notice?.kind === 'error' ? 'assertive' : 'polite'}>
      {notice && (
        <div className={`${styles['notice']} ${styles[notice.kind]}`}>
          <span>{notice.text}</span>
          <button type="button" aria-label="Close message" onClick={() => setNotice(null)}>
            <IconView icon={ICONS.close} />
          </button>
        </div>
      )}
    </div>
  );
}

export function LiveRegion() {
  const editor = useEditor();
  const [text, setText] = useState('');
  useEffect(() => {
    let turn = false;
    return editor.announcements.subscribe((said) => {
      // The same sentence twice is read twice only when the text differs.
      turn = !turn;
      setText(turn ? said : `${said}\u00a0`);
    });
  }, [editor]);
  return (
    <div className={styles['spoken']} role="status" aria-live="polite">
      {text}
    </div>
  );
}
