/** The data in the middle, with the panels around it. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { PanelGroup } from '../../core/panel-layout';
import { useEditor, useEmitter, useSetting } from '../../react/hooks';
import styles from './dock.module.css';
import { usePanelDrag } from './drag';
import { Floating } from './Floating';
import { Group } from './Group';
import { Side } from './Side';

/** Below this width, CSS pixels, all panels stand below the data in one group: beside it they would take a third. */
const NARROW = 900;
/** The same where the window is higher than wide, as an upright tablet is. */
const NARROW_UPRIGHT = 960;

export function Workspace({ children }: { readonly children: ReactNode }) {
  const editor = useEditor();
  const box = useRef<HTMLDivElement>(null);
  const open = useSetting('panelOpen');
  const layout = useEmitter(editor.panels.changed.subscribe, () => editor.panels.state);
  const narrow = useNarrow(box);
  const floating = layout.groups.filter((group) => group.place === 'float');
  return (
    <div ref={box} className={`${styles['workspace']} ${narrow ? styles['narrow'] : ''}`} data-workspace="">
      {open && !narrow && <Side side="left" />}
      <div className={styles['middle']}>
        {children}
        {open && !narrow && <Side side="bottom" />}
      </div>
      {open && !narrow && <Side side="right" />}
      {open && !narrow && floating.map((group) => <Floating key={group.id} group={group} />)}
      {open && narrow && <Below />}
      <DropHint />
    </div>
  );
}

/** All panels as one group, below the data. */
function Below() {
  const editor = useEditor();
  const { groups } = editor.panels.state;
  const [front, setFront] = useState<string | null>(null);
  const tabs = groups.flatMap((group) => group.tabs);
  useEffect(() => {
    let before = editor.panels.state;
    return editor.panels.changed.subscribe(() => {
      const { groups: now } = editor.panels.state;
      const changed = now.find((group) => before.groups.find((one) => one.id === group.id)?.active !== group.active);
      before = editor.panels.state;
      if (changed) setFront(changed.active);
    });
  }, [editor]);
  const first = groups[0];
  if (!first) return null;
  const group: PanelGroup = { ...first, tabs, active: front ?? first.active };
  return (
    <aside className={styles['below']} aria-label="Panels" onClickCapture={(event) => setFront(tabOf(event) ?? front)}>
      <Group group={group} fixed />
    </aside>
  );
}

function tabOf(event: React.MouseEvent): string | undefined {
  return (event.target as Element).closest<HTMLElement>('[data-panel-tab]')?.dataset['panelTab'];
}

function DropHint() {
  const drag = usePanelDrag();
  return drag ? <div className={styles['hint']} style={drag.hint} data-to={drag.target.to} /> : null;
}

function useNarrow(box: React.RefObject<HTMLDivElement | null>): boolean {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setNarrow(width < (height > width ? NARROW_UPRIGHT : NARROW));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return narrow;
}
