/** XML with completion and marks for what is wrong. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { xml } from '@codemirror/lang-xml';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { CodeEditorProps } from './CodeEditor';
import styles from './code.module.css';

const colors = HighlightStyle.define([
  { tag: tags.tagName, color: 'var(--color-accent-text)' },
  { tag: tags.attributeName, color: 'var(--color-text-soft)' },
  { tag: tags.attributeValue, color: 'var(--color-success)' },
  { tag: tags.comment, color: 'var(--color-text-muted)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--color-danger-text)' },
]);

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--color-text)', backgroundColor: 'var(--color-surface)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.55', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: 'var(--color-sunken)', color: 'var(--color-text-muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--color-hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--color-accent-soft)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--color-raised)',
    border: '1px solid var(--color-border)',
    color: 'var(--color-text)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--color-accent)',
    color: 'var(--color-on-accent)',
  },
});

export default function CodeMirror({
  label,
  value,
  onChange,
  diagnostics,
  complete,
  minHeight = 240,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, complete });
  latest.current = { onChange, complete };

  // The editor is made once; what changes reaches it by the effects below.
  useEffect(() => {
    if (!host.current) return;
    const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(nonce?.nonce || nonce?.content || ''),
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          xml(),
          syntaxHighlighting(colors),
          lintGutter(),
          autocompletion({
            override: [
              (context) => {
                const found = latest.current.complete?.(context.state.doc.toString(), context.pos);
                if (!found || found.items.length === 0) return null;
                if (
                  !context.explicit &&
                  !/[<\w"]$/.test(context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos))
                )
                  return null;
                return {
                  from: found.from,
                  options: found.items.map((item) => ({
                    label: item.label,
                    ...(item.insert ? { apply: item.insert } : {}),
                    ...(item.info ? { info: item.info } : {}),
                  })),
                };
              },
            ],
          }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
          theme,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of(
            (update) => update.docChanged && latest.current.onChange(update.state.doc.toString()),
          ),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const current = view.current;
    if (current && current.state.doc.toString() !== value) {
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
    }
  }, [value]);

  useEffect(() => {
    const current = view.current;
    if (!current) return;
    const { doc } = current.state;
    const marks: Diagnostic[] = diagnostics.map((diagnostic) => {
      const line = doc.line(Math.max(1, Math.min(doc.lines, diagnostic.line)));
      const from = Math.min(line.to, line.from + Math.max(0, diagnostic.column - 1));
      return { from, to: Math.max(from, line.to), severity: diagnostic.severity, message: diagnostic.message };
    });
    current.dispatch(setDiagnostics(current.state, marks));
  }, [diagnostics]);

  return <div ref={host} className={styles.code} style={{ minHeight }} />;
}
