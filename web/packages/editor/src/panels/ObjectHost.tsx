/** A place for an object that draws itself, and its toolbar. */
import type { ConfigNode } from '@labelkeep/labeling';
import { useLayoutEffect, useRef } from 'react';
import type { ObjectHandle, ObjectSpec } from '../core/tag';
import { useEditor, useVersion } from '../react/hooks';
import styles from './object-host.module.css';
import { ActionButton } from './parts/ActionButton';

const SECTIONS = ['tools', 'edit', 'view'] as const;

export function ObjectHost({ node, spec }: { readonly node: ConfigNode; readonly spec: ObjectSpec }) {
  const editor = useEditor();
  const host = useRef<HTMLDivElement>(null);
  const mounted = useRef<{ readonly node: ConfigNode; readonly handle: ObjectHandle } | null>(null);
  // Before the page is painted, so that the first frame has the data in it.
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const value = editor.valueOf(node, node.has('value') || !node.has('valueList') ? 'value' : 'valueList');
    const context = { editor, node, value };
    let handle = mounted.current?.node === node ? mounted.current.handle : undefined;
    if (handle?.openTask) handle.openTask(context);
    else {
      mounted.current?.handle.destroy();
      handle = spec.mount(element, context);
      mounted.current = { node, handle };
    }
    editor.objects.set(node.name, handle);
    const off = editor.documentChanged.subscribe(() => handle.documentChanged?.());
    editor.objectMounted.emit(node.name);
    return () => {
      off();
      if (editor.objects.get(node.name) === handle) editor.objects.delete(node.name);
    };
  }, [editor, node, spec]);
  useLayoutEffect(
    () => () => {
      mounted.current?.handle.destroy();
      mounted.current = null;
    },
    [],
  );
  return (
    <div className={styles['frame']} data-object={node.name} data-tag={node.type}>
      <div ref={host} className={styles['host']} />
      <Toolbar object={node.name} />
    </div>
  );
}

/** Buttons of the actions that name this object: tools, then editing, then the view. */
function Toolbar({ object }: { readonly object: string }) {
  const editor = useEditor();
  useVersion(editor.actions.changed.subscribe as (listener: () => void) => () => void);
  const actions = editor.actions.list().filter((action) => action.toolbar === object);
  if (actions.length === 0) return null;
  return (
    <div className={styles['toolbar']} role="toolbar" aria-label={`Tools of ${object}`} aria-orientation="vertical">
      {SECTIONS.map((section) => {
        const group = actions.filter((action) => (action.section ?? 'edit') === section);
        return group.length === 0 ? null : (
          <div key={section} className={styles['section']}>
            {group.map((action) => (
              <ActionButton key={action.id} action={action} />
            ))}
          </div>
        );
      })}
    </div>
  );
}
