/** The free-text note of regions (`meta.text`). */
import { useEffect, useRef } from 'react';
import { noteOf } from '../core/region-rows';
import type { Region } from '../core/types';
import { useDocument, useEditor, useFocusRequest } from '../react/hooks';
import styles from './details.module.css';

export function NoteField({ regions, disabled }: { readonly regions: readonly Region[]; readonly disabled: boolean }) {
  const editor = useEditor();
  const document = useDocument();
  const input = useRef<HTMLTextAreaElement>(null);
  const notes = new Set(regions.map((region) => noteOf(region.meta)));
  const [only = ''] = notes;
  const note = notes.size === 1 ? only : '';
  const commit = () => {
    const text = input.current?.value ?? note;
    if (text === note) return;
    const value = text.trim() === '' ? undefined : [text];
    document.edit(regions.length === 1 ? 'Write note' : `Write note on ${regions.length} regions`, (edit) => {
      for (const { id } of regions) if (document.canChange(id)) edit.setMeta(id, 'text', value);
    });
  };
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => editor.flushInputs.subscribe(() => latest.current()), [editor]);
  useFocusRequest('note', () => input.current?.focus());
  return (
    <label className={styles['note']}>
      <span>Note</span>
      <textarea
        ref={input}
        key={note}
        rows={2}
        defaultValue={note}
        disabled={disabled}
        placeholder={
          notes.size > 1
            ? 'The notes differ; a new one replaces them all'
            : regions.length > 1
              ? 'A remark about all of these'
              : 'A remark about this region'
        }
        onBlur={commit}
        dir="auto"
      />
    </label>
  );
}
