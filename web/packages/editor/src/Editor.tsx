import { type Ref, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { EditorOptions } from './core/options';
import { type EditorHandle, mount } from './mount';

export interface EditorProps extends EditorOptions {
  readonly className?: string;
  /** Gives the handle: `flush`, `ready`, the model. */
  readonly handle?: Ref<EditorHandle | null>;
}

/**
 * The editor as a React component. It fills its parent. Callbacks may be new at each drawing;
 * a task, configuration or set of annotations with other content opens anew.
 */
export function Editor({ className, handle, ...options }: EditorProps) {
  const element = useRef<HTMLDivElement>(null);
  const mounted = useRef<EditorHandle | null>(null);
  const latest = useRef(options);
  // Before the page is painted: an empty place would be one frame more to wait for.
  useLayoutEffect(() => {
    if (!element.current) return;
    mounted.current = mount(element.current, latest.current);
    return () => {
      mounted.current?.destroy();
      mounted.current = null;
    };
  }, []);
  // Before the page is painted too: a task that is there already is shown in the next frame.
  useLayoutEffect(() => {
    if (latest.current === options) return;
    latest.current = options;
    void mounted.current?.update(options);
  });
  useImperativeHandle<EditorHandle | null, EditorHandle | null>(handle, () => mounted.current);
  return <div ref={element} className={className} style={{ height: '100%', minHeight: 0 }} />;
}
