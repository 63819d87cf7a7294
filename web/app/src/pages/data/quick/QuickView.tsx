/** A task beside the list: the editor as it is on its own, with the list in sight. */
import { Spinner } from '@labelkeep/kit';
import { lazy, type PointerEvent, Suspense, useRef, useState } from 'react';
import styles from './quick.module.css';

// The editor is heavy; the list is there before it.
const LabelPage = lazy(async () => ({ default: (await import('../../label')).LabelPage }));

export interface QuickViewProps {
  project: number;
  task: number;
  /** In the order of the list; undefined at its end. */
  onStep: (direction: 'next' | 'previous') => void;
  onClose: () => void;
  onSaved: (task: number) => void;
  onExpand: () => void;
}

/** Part of the window that the editor takes at first. */
const PART = 0.58;
const KEY = 'labelkeep:quick-view';

function storedPart(): number {
  const part = Number(localStorage.getItem(KEY));
  return part >= 0.25 && part <= 0.85 ? part : PART;
}

export function QuickView({ project, task, onStep, onClose, onSaved, onExpand }: QuickViewProps) {
  const [part, setPart] = useState(storedPart);
  const drag = useRef(false);
  const set = (next: number) => {
    const within = Math.max(0.25, Math.min(0.85, next));
    setPart(within);
    localStorage.setItem(KEY, String(within));
  };
  const move = (event: PointerEvent) => {
    if (!drag.current) return;
    const box = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (box) set((box.right - event.clientX) / box.width);
  };
  return (
    <section className={styles.panel} style={{ flexBasis: `${part * 100}%` }} aria-label={`Task ${task}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a line between two parts, which can be moved */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the task"
        aria-valuenow={Math.round(part * 100)}
        aria-valuemin={25}
        aria-valuemax={85}
        tabIndex={0}
        className={styles.edge}
        onPointerDown={(event) => {
          drag.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={move}
        onPointerUp={() => {
          drag.current = false;
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') set(part + 0.03);
          else if (event.key === 'ArrowRight') set(part - 0.03);
          else return;
          event.preventDefault();
        }}
      />
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <LabelPage project={project} task={task} beside={{ onStep, onClose, onSaved, onExpand }} />
      </Suspense>
    </section>
  );
}
